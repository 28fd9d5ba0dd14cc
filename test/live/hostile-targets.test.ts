/** Programs that would lose any tracer, under the embedded one: followed to the end, or doubted, and nothing is left. */
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { lossesIn, shell, useEbpf } from './ebpf-blocks.ts';
import { processesOf } from './footprint.ts';
import { buildGoFile } from './go-file.ts';
import { eventsOf, judgeBlock, startBlock } from './traced-block.ts';
import type { TracedProgram } from './traced-block.ts';

const { session, root, optionsOf } = useEbpf();
let target = '';
beforeAll(() => {
  target = buildGoFile('hostile-target', root());
});
const hostile = (act: string): TracedProgram => ({ argv: [target, act] });

async function watch(name: string, programs: readonly TracedProgram[]) {
  const options = optionsOf(name);
  const block = startBlock(options, programs);
  const end = await block.ended;
  expect(end).toMatchObject({ stalled: false, group: { exitCode: 0, signal: null, survivors: [] } });
  const events = await eventsOf(options.tracer, block);
  const marks = events.flatMap((event) => (event.kind === 'mark' ? [event.text] : []));
  const { runs, doubts } = await judgeBlock(options, block, end);
  expect(processesOf(session)).toEqual([]);
  return { records: block.records(), losses: lossesIn(events), marks, runs, doubts };
}

test('one that forks without end is ended, which is a doubt; the next run is done', async () => {
  const { records, runs } = await watch('bomb', [
    { ...hostile('bomb'), timeoutMs: 400 },
    hostile('close-range'),
  ]);
  expect(records.map(({ ended, killedWith, exitCode }) => [ended, killedWith, exitCode])).toEqual([
    ['timeout', 'SIGKILL', null],
    [null, null, 0],
  ]);
  expect(records[0]?.stragglers).toBeGreaterThan(1);
  // Whether the tracer kept up, and the second is clean, is luck.
  expect(runs[0]?.verdict).toBe('unknown');
  expect(runs[1]?.verdict).not.toBe('held');
});

test('more processes at one time than there is room for are counted, and no run is judged clean', async () => {
  const { records, losses, runs, doubts } = await watch('crowd', [hostile('crowd'), shell('exit 0')]);
  expect(records.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(losses).toContainEqual(expect.objectContaining({ extent: 'anywhere', pid: null }));
  expect(runs.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown']);
  expect(doubts.length).toBeGreaterThan(0);
});

test('one that closes everything with close_range has given its port back', async () => {
  const { records, losses, runs, doubts } = await watch('close-range', [hostile('close-range')]);
  expect(records.map(({ exitCode }) => exitCode)).toEqual([0]);
  expect([losses, doubts]).toEqual([[], []]);
  expect(runs).toMatchObject([{ verdict: 'clean', findings: [], figures: { binds: 2, addressInUse: 0 } }]);
});

test('one that moves to another namespace has the same port twice, and none of them in the way', async () => {
  const { records, losses, runs } = await watch('namespace', [hostile('namespace')]);
  expect(records.map(({ exitCode }) => exitCode)).toEqual([0]);
  expect(losses).toEqual([]);
  expect(runs).toMatchObject([{ findings: [], figures: { binds: 2, addressInUse: 0 } }]);
});

test('a socket that another process closes, with the same table, is held by the receive that was in flight', async () => {
  const { records, losses, runs } = await watch('shared-table', [hostile('shared-table')]);
  expect(records.map(({ exitCode }) => exitCode)).toEqual([2]);
  expect(losses).toEqual([]);
  expect(runs).toMatchObject([{ verdict: 'held', figures: { binds: 2, addressInUse: 1 } }]);
  const [conflict] = runs[0]?.findings.filter(({ code }) => code === 'conflict') ?? [];
  expect(conflict).toMatchObject({ certain: true, holders: [{ kind: 'call', call: 'recvfrom' }] });
});

test('what a 64-bit program does by the numbers of 32-bit ones is a doubt', async () => {
  const { records, losses, runs } = await watch('other-numbers', [hostile('other-numbers')]);
  expect(records.map(({ exitCode }) => exitCode)).toEqual([0]);
  expect(losses).toMatchObject([{ reason: 'probe-error', extent: 'anywhere', count: 1 }]);
  expect(runs.map(({ verdict }) => verdict)).toEqual(['unknown']);
});

test('one that leaves its namespaces, closes all it has, changes its user and takes it back is followed', async () => {
  const setuid = join(root(), 'setuid-sh');
  copyFileSync('/bin/sh', setuid);
  chmodSync(setuid, 0o4755);
  chmodSync(root(), 0o755);
  const script =
    'unshare --net --pid --fork sh -c "exec 3<&0 4<&0; [ -r /@afterclose/inside ]; exec 3<&- 4<&-"; ' +
    `setpriv --reuid 65534 --clear-groups sh -c "[ -r /@afterclose/nobody ]; ${setuid} -p -c '[ -r /@afterclose/root ]'"; ` +
    '[ -r /@afterclose/last ]; true';
  const { losses, marks } = await watch('moved', [shell(script)]);
  expect(losses).toEqual([]);
  expect(marks).toEqual([
    `session begin ${session}`,
    ...['run 0001 begin', 'inside', 'nobody', 'root', 'last', 'run 0001 end'],
    `session end ${session}`,
  ]);
});
