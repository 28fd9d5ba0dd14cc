/** An agent that can be used by its own word, and does not start when it is needed: DTrace watches alone. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildLauncher } from '../../harness/go/build.ts';
import { currentHost } from '../../harness/host.ts';
import { createProgress } from '../../harness/output/progress.ts';
import { judgeSession } from '../../harness/run/judgement.ts';
import { runSession } from '../../harness/run/session.ts';
import type { SessionFile } from '../../harness/store/session-file.ts';
import { dtrace } from '../../harness/tracers/dtrace/tracer.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import { temporaryDirectory } from '../cli/command-line.ts';
import { session } from '../unit/harness/store/saved-session.ts';
import { missingDtrace, missingEbpf } from './started-repro.ts';

const companion = { tracer: 'ebpf', version: 'the embedded agent' };
const plan: SessionFile = {
  ...session,
  session: `live-companion-${process.pid}`,
  tracer: 'dtrace',
  arms: session.arms.map((arm) => ({ ...arm, tracer: 'dtrace', claims: 'none', arguments: [] })),
  blocks: ['0001', '0002'].map((run) => ({
    tracer: 'dtrace',
    companion,
    purpose: 'counted',
    runs: [{ run, arm: 0 }],
  })),
};

test('a companion that does not start is left out, with its word, and the runs are watched and judged', async (context) => {
  const missing = (await missingDtrace()) ?? (await missingEbpf());
  if (missing !== null) return context.skip(missing);
  const host = currentHost();
  const [alone, beside] = [await dtrace.probe(host), await ebpf.probe(host)];
  if (!alone.usable || !beside.usable) throw new Error('both could be used a moment ago');
  const directory = join(await temporaryDirectory(), 'session');
  let said = '';
  const ended = await runSession({
    directory,
    plan,
    programs: [{ file: '/bin/true', directory: null, env: null }],
    launcher: (await buildLauncher({ host })).binary,
    tracers: new Map([
      ['dtrace', { tracer: dtrace, installation: alone.installation }],
      // A ring of three bytes is none.
      ['ebpf', { tracer: ebpf, installation: { ...beside.installation, ring: '3' } }],
    ]),
    network: 'private',
    host,
    progress: createProgress(
      { write: (text: string) => (said += text) },
      { level: 'plain', canRewrite: false, now: () => performance.now() },
    ),
  });
  expect(ended).toEqual({ how: 'done' });
  // Once: the second block does not try it any more.
  expect(said.match(/no cross-check: .*/g)).toEqual([
    expect.stringMatching(
      /^no cross-check: dtrace did not start the runs with ebpf beside it \(agent: nothing was run: .+\); it is started again without$/,
    ),
  ]);
  const { report } = await judgeSession(directory);
  expect(report.doubts).toEqual([]);
  expect(report.arms[0]).toMatchObject({ runs: 2, verdict: 'clean', crossCheck: null });
  const saved = JSON.parse(await readFile(join(directory, 'session.json'), 'utf8')) as SessionFile;
  expect(saved.blocks.map((block) => block.companion)).toEqual([null, null]);
  expect(await readdir(join(directory, 'blocks', '1-dtrace'))).not.toContain('ebpf.bin');
});
