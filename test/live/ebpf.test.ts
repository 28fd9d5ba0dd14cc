/** The real agent in the real kernel: what it sees, what it survives, and what is left when it does not. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildVariant } from '../../harness/go/build.ts';
import { findLocalGo, runGo } from '../../harness/go/go-command.ts';
import { localToolchain, resolveToolchains } from '../../harness/go/toolchain.ts';
import { currentHost } from '../../harness/host.ts';
import { sweepSession } from '../../harness/run/process-group.ts';
import { setUpEbpf } from '../../harness/tracers/ebpf/setup.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { lossesIn, shell, useEbpf } from './ebpf-blocks.ts';
import { mounts, processesOf, select } from './footprint.ts';
import { buildGoFile } from './go-file.ts';
import { lookAtKernel, whatStays } from './kernel-footprint.ts';
import { until } from './started-repro.ts';
import { eventsOf, judgeBlock, startBlock } from './traced-block.ts';
import type { TracedBlock, TracedProgram } from './traced-block.ts';

const host = currentHost();
const { session, root, agent, optionsOf } = useEbpf();

async function racingPrograms(cycles: number): Promise<readonly TracedProgram[]> {
  const toolchains = [
    ...(await resolveToolchains(['1.9.7'], { host })),
    localToolchain(await findLocalGo(host)),
  ];
  const programs: TracedProgram[] = [];
  for (const toolchain of toolchains) {
    for (const variant of ['unfixed', 'semaphore']) {
      const { binary } = await buildVariant({ scenario: 'udp-reconnect', variant, toolchain }, { host });
      programs.push({ argv: [binary, '-cycles', String(cycles)] });
    }
  }
  return programs;
}

/**
 * How many sockets had the address, for each bind that failed: by the kernel's own word alone. A socket has it from the
 * return of its bind to the end of its release, or until another one gets it.
 */
function holdersOfRefusedBinds(events: readonly TraceEvent[]): readonly number[] {
  const bound = new Map<number, { readonly key: string; until: number }>();
  const entered = new Map<number, number>();
  const refused: number[] = [];
  for (const event of events) {
    if (event.kind === 'enter' && event.call.name === 'bind') entered.set(event.tid, event.at);
    if (event.kind === 'release') {
      const socket = bound.get(event.cookie ?? -1);
      if (socket !== undefined) socket.until = event.until ?? event.at;
    }
    if (event.kind !== 'return' || event.name !== 'bind' || event.address == null) continue;
    const key = `${event.pid} ${JSON.stringify(event.address)}`;
    const at = entered.get(event.tid) ?? event.at;
    for (const [cookie, socket] of bound) {
      if (socket.until < at || (socket.key === key && event.result.ok)) bound.delete(cookie);
    }
    if (event.result.ok) bound.set(event.socket?.cookie ?? -1, { key, until: Infinity });
    else if (event.result.errno === 'EADDRINUSE') {
      refused.push([...bound.values()].filter((socket) => socket.key === key).length);
    }
  }
  return refused;
}

test('set up once, it says so and does nothing more', async () => {
  const told: string[] = [];
  const setup = await setUpEbpf(host, (line) => told.push(line));
  expect([setup.ready, told]).toEqual([true, []]);
});

test.each([
  ['typed', 'tracepoints'],
  ['raw', 'tracepoints, the second choice'],
])(
  '%s %s: the race, its cure, and the local Go; each refused bind has one holder, by inode and release',
  async (form) => {
    const options = optionsOf(`race ${form}`, { form });
    const block = startBlock(options, await racingPrograms(500));
    const end = await block.ended;
    expect(end).toMatchObject({ stalled: false, group: { exitCode: 0, signal: null, survivors: [] } });
    const events = await eventsOf(ebpf, block);
    expect(lossesIn(events)).toEqual([]);
    const { runs, doubts } = await judgeBlock(options, block, end);
    expect([doubts, runs.flatMap((run) => run.doubts)]).toEqual([[], []]);
    expect(runs.map(({ verdict }) => verdict)).toEqual(['held', 'clean', 'clean', 'clean']);
    for (const { claimed, figures } of runs) {
      const { binds, addressInUse } = figures;
      expect({ binds, addressInUse }).toEqual({ binds: claimed?.binds, addressInUse: claimed?.addressInUse });
    }
    const refused = holdersOfRefusedBinds(events);
    expect(refused).toHaveLength(runs[0]?.claimed?.addressInUse ?? 0);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set([1]));
    const conflicts = runs.flatMap((run) => run.findings).filter(({ code }) => code === 'conflict');
    expect(conflicts.length).toBeGreaterThan(0);
    for (const { holders } of conflicts) {
      expect(holders).toHaveLength(1);
      expect(holders[0]?.inode).toBeGreaterThan(0);
    }
  },
);

test('a parked receive: no descriptor is left, the call holds the port, and the release ends it, not the return', async () => {
  const { command, env } = await findLocalGo(host);
  const binary = join(root(), 'parked-receive');
  const build = [command, 'build', '-buildvcs=false', '-o', binary, './parked-receive'];
  const built = await runGo(build, { ...env, GOTOOLCHAIN: 'local' }, join(host.packageRoot, 'go-fixtures'));
  expect(built.exitCode, built.stderr).toBe(0);
  const options = optionsOf('parked');
  const block = startBlock(options, [{ argv: [binary] }]);
  const end = await block.ended;
  const events = await eventsOf(ebpf, block);
  expect(lossesIn(events)).toEqual([]);
  const parked = events.find((event) => event.kind === 'enter' && event.call.name === 'recvfrom');
  const inode = parked?.kind === 'enter' ? parked.socket?.inode : undefined;
  const order = events.flatMap((event) => {
    if (event.kind === 'release') return event.inode === inode ? ['released'] : [];
    if (event.kind === 'return' && event.name === 'bind') return [event.result.ok ? 'bound' : 'refused'];
    if (event.kind === 'return' && event.name === 'recvfrom') return ['received'];
    return event.kind === 'enter' && event.call.name === 'close' && event.socket?.inode === inode
      ? ['close']
      : [];
  });
  expect(order).toEqual(['bound', 'close', 'refused', 'received', 'released', 'bound']);
  const { runs } = await judgeBlock(options, block, end);
  const conflict = runs[0]?.findings.find(({ code }) => code === 'conflict');
  expect(conflict?.holders).toMatchObject([{ kind: 'call', call: 'recvfrom', inode, certain: true }]);
});

test('a ring that is far too small: the counts tell what is missing, and no run is judged', async () => {
  const options = optionsOf('small ring', { ring: '4096' });
  const block = startBlock(options, await racingPrograms(500));
  const end = await block.ended;
  const losses = lossesIn(await eventsOf(ebpf, block));
  expect(losses).toContainEqual(
    expect.objectContaining({ reason: 'dropped', extent: 'anywhere', pid: null }),
  );
  expect(losses.filter(({ reason }) => reason === 'count-mismatch')).toEqual([]);
  const { runs } = await judgeBlock(options, block, end);
  expect(runs.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
});

function agentsOf(killed: string): number[] {
  return select(processesOf(killed), ({ commandLine }) => commandLine[0] === agent()).map(({ pid }) => pid);
}

test('killed with -9 again and again: nothing is left, and each trace is doubtful from its start', async () => {
  const sessions = [1, 2, 3, 4, 5, 6].map((attempt) => `${session}-killed-${attempt}`);
  const lookout = buildGoFile('kernel-objects', root());
  const look = () => lookAtKernel(lookout, sessions);
  const before = look();
  const blocks: TracedBlock[] = [];
  for (const killed of sessions) {
    const options = { ...optionsOf(killed), session: killed };
    const block = startBlock(options, [shell('echo >ready; while :; do :; done')]);
    await until('the run has begun', () => block.read('ready') !== '');
    const agents = agentsOf(killed);
    expect(agents).toHaveLength(1);
    for (const pid of agents) process.kill(pid, 'SIGKILL');
    blocks.push(block);
  }
  // Each ends only seconds later: the agent was its launcher, and that one's last word is waited for.
  const ends = await Promise.all(blocks.map(({ ended }) => ended));
  expect(ends.map(({ group }) => group.signal)).toEqual(sessions.map(() => 'SIGKILL'));
  for (const [index, killed] of sessions.entries()) {
    await sweepSession(killed);
    expect(processesOf(killed)).toEqual([]);
    expect(lossesIn(await eventsOf(ebpf, blocks[index]!))).toContainEqual(
      expect.objectContaining({ reason: 'truncated', extent: 'anywhere', pid: null }),
    );
  }
  await ebpf.sweep(host);
  expect(await whatStays(before, look)).toEqual([]);
  expect(mounts()).toEqual(before.mounts);
});
