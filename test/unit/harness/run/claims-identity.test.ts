import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../../../harness/run/batch.ts';
import type { Claims } from '../../../../harness/run/claims.ts';
import { identityDoubts } from '../../../../harness/run/claims-identity.ts';
import type { SessionFile } from '../../../../harness/store/session-file.ts';

const arm = {
  variant: 'semaphore',
  toolchain: 'go1.9.7',
  tracer: 'dtrace',
  expected: 'clean',
  arguments: [],
} as const;
const other = { variant: 'unfixed', toolchain: 'go1.26.8', sha256: '0'.repeat(64), goVersion: 'go1.26.8' };
const plan: SessionFile = {
  schemaVersion: 1,
  session: 's',
  program: 'afterclose 0.1.0',
  command: 'afterclose repro',
  startedAt: '2026-11-23T10:00:00Z',
  seed: 'x',
  scenario: 'udp-reconnect',
  tracerRequested: null,
  tracer: 'dtrace',
  tracerVersion: null,
  question: { kind: 'repro' },
  machine: null,
  shard: null,
  runsPerArm: 1,
  warmUpRuns: 0,
  cyclesPerRun: 400,
  network: 'udp4',
  kernel: 'Linux 6.18.0',
  binaries: [{ ...other, variant: 'semaphore', toolchain: 'go1.9.7', goVersion: 'go1.9.7' }, other],
  arms: [{ ...arm, role: null, arguments: [], claims: 'made', timeoutMs: null }],
  blocks: [{ tracer: 'dtrace', companion: null, purpose: 'counted', runs: [{ run: '0001', arm: 0 }] }],
};
const claims: Claims = {
  schemaVersion: 1,
  scenario: 'udp-reconnect',
  variant: 'semaphore',
  goVersion: 'go1.9.7',
  network: 'udp4',
  pid: 4711,
  cycles: 400,
  binds: 800,
  closes: 800,
  addressInUse: 0,
  addressInUseAt: [],
  marks: 2800,
  errors: [],
};
const record: RunRecord = {
  kind: 'run',
  run: '0001',
  pid: 4711,
  startedAt: '1',
  endedAt: '2',
  exitCode: 0,
  signal: null,
  ended: null,
  killedWith: null,
  network: 'private',
  stragglers: 0,
  error: null,
};

function texts(changed: Partial<Claims>, ended: RunRecord['ended'] = null): readonly string[] {
  const doubts = identityDoubts('0001', { ...claims, ...changed }, plan, plan.arms[0]!, { ...record, ended });
  expect(doubts.every(({ code, run }) => code === 'claims-disagree' && run === '0001')).toBe(true);
  return doubts.map(({ text }) => text);
}

describe('claims', () => {
  test('of the planned program are its own', () => {
    expect(texts({})).toEqual([]);
  });

  test.each<[Partial<Claims>, string]>([
    [{ scenario: 'tcp-reconnect' }, 'the claims name scenario tcp-reconnect, the session udp-reconnect'],
    [{ variant: 'unfixed' }, 'the claims name variant unfixed, the session semaphore'],
    [{ goVersion: 'go1.26.8' }, 'the claims name Go release go1.26.8, the session go1.9.7'],
    [{ network: 'udp6' }, 'the claims name network udp6, the session udp4'],
    [{ pid: 4712 }, 'the claims name process 4712, the session 4711'],
    [{ cycles: 40 }, 'the claims name number of cycles 40, the session 400'],
    [{ errors: ['no route'] }, 'the program claims an error: no route'],
  ])('%j are those of another', (changed, text) => {
    expect(texts(changed)).toEqual([text]);
  });

  test('of a program that was told to end may fall short of the plan', () => {
    expect(texts({ cycles: 40, errors: ['told to end'] }, 'stopped')).toEqual([]);
  });
});
