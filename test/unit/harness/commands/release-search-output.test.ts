import { expect, test } from 'vitest';
import { printSearch } from '../../../../harness/commands/release-search-output.ts';
import { currentHost } from '../../../../harness/host.ts';
import { buildReport } from '../../../../src/report/build.ts';
import { arms, session } from '../../report/sample-session.ts';

test.each([true, false])('what broke off is never told as clean (--json: %s)', async (json) => {
  const report = buildReport(session({ arms: [arms.fixedOld], end: { kind: 'broken-off' } }));
  const [arm] = report.arms;
  let told = '';
  const stdout = { write: (text: string) => Promise.resolve(void (told += text)) };
  const exitCode = await printSearch({
    context: { host: currentHost(), words: [], stdout, version: '0' },
    options: json ? { json } : {},
    search: {
      ...{ scenario: 'udp-reconnect', variant: 'semaphore', tracer: null, runs: 5, cycles: 100, seed: 's' },
      ...{ releases: ['go1.9.7'], known: ['go1.9.7'] },
    },
    result: {
      end: { kind: 'undecided', release: 'go1.9.7' },
      runs: [{ release: 'go1.9.7', verdict: 'unknown', arm: arm!, report }],
      missing: [],
    },
  });
  expect([exitCode, arm?.verdict]).toEqual([4, 'clean']);
  expect(told).toMatch(json ? /"verdict": "unknown"/ : /go1\.9\.7 {2}unknown/);
  expect(told).not.toMatch(/\bclean\b/);
});
