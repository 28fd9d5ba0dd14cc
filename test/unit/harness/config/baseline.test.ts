import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  baselineJsonSchema,
  readBaseline,
  refuseStrangers,
  sawEverything,
  writeBaseline,
} from '../../../../harness/config/baseline.ts';
import { configJsonSchema } from '../../../../harness/config/config-file.ts';
import { currentHost } from '../../../../harness/host.ts';
import { buildReport } from '../../../../src/report/build.ts';
import { arms, session as sample } from '../../report/sample-session.ts';
import { session, temporaryDirectory } from '../store/saved-session.ts';

const known = {
  subject: 'unfixed@go1.9.7',
  code: 'linger',
  cause: 'call-in-flight',
  address: 'udp 127.0.0.1:3001',
  heldRuns: 5,
  runs: 5,
} as const;
const whole = { schemaVersion: 1, program: 'udp-reconnect', findings: [known] } as const;

async function fileWith(content: unknown): Promise<string> {
  const path = join(await temporaryDirectory(), 'baseline.json');
  await writeFile(path, JSON.stringify(content));
  return path;
}

test('it is read as it is', async () => {
  expect(await readBaseline(await fileWith(whole), 'udp-reconnect')).toEqual(whole);
});

test.each<[unknown, string]>([
  [{ ...whole, schemaVersion: 2 }, 'its schemaVersion is 2, this program reads 1'],
  [{ findings: [] }, 'its schemaVersion is none'],
  [null, 'its schemaVersion is none'],
  [{ ...whole, program: 'my server' }, 'it is about "my server", this gate about "udp-reconnect"'],
  [{ ...whole, findings: [{ ...known, heldRuns: 0 }] }, 'findings[0].heldRuns'],
  [{ ...whole, findings: [{ ...known, heldRuns: 6 }] }, 'more runs showed it than there were'],
  [{ ...whole, findings: [{ ...known, runs: 2 ** 52 }] }, 'findings[0].runs'],
])('%j is refused with the difference', async (content, why) => {
  await expect(readBaseline(await fileWith(content), 'udp-reconnect')).rejects.toMatchObject({
    exitCode: 2,
    why: expect.stringContaining(why) as string,
  });
});

test('a file that is not there is refused', async () => {
  const path = join(await temporaryDirectory(), 'none.json');
  await expect(readBaseline(path, 'udp-reconnect')).rejects.toMatchObject({ exitCode: 2 });
});

test('it may only know what the gate looks at', () => {
  const [arm] = session.arms;
  const gated = { arms: [{ ...arm!, role: 'subject' as const }] };
  const baseline = { ...whole, findings: [known] };
  expect(() => refuseStrangers(baseline, gated)).not.toThrow();
  const strange = { ...baseline, findings: [{ ...known, subject: 'unfixed@go1.4.3' }] };
  expect(() => refuseStrangers(strange, gated)).toThrow(
    /unfixed@go1\.4\.3; the subjects of this gate are unfixed@go1\.9\.7/,
  );
});

test('what is written is known the next time', async () => {
  const subject = { ...arms.unfixedOld, arm: { ...arms.unfixedOld.arm, role: 'subject' as const } };
  const question = { kind: 'gate', claim: { below: 0.1, confidence: 0.95 }, inconclusive: 'fail' } as const;
  const first = buildReport(sample({ arms: [subject], question: { ...question, baseline: null } }));
  const path = join(await temporaryDirectory(), 'baseline.json');
  expect(await writeBaseline(path, 'udp-reconnect', first)).toBe(2);
  const baseline = await readBaseline(path, 'udp-reconnect');
  const next = buildReport(sample({ arms: [subject], question: { ...question, baseline } }));
  expect(next.gate?.findings.map(({ state }) => state)).toEqual(['known', 'known']);
});

test('a baseline takes a gate that saw everything: enough runs of the subjects, and no doubt about any', () => {
  const gateWith = (below: number, unknown: 0 | 1) => {
    const [first, ...others] = arms.unfixedOld.runs;
    const runs =
      unknown === 0 ? arms.unfixedOld.runs : [{ ...first!, verdict: 'unknown' as const }, ...others];
    const gated = [
      { ...arms.unfixedOld, arm: { ...arms.unfixedOld.arm, variant: 'bad', role: 'known-bad' as const } },
      { ...arms.fixedOld, arm: { ...arms.fixedOld.arm, role: 'known-good' as const } },
      { arm: { ...arms.unfixedOld.arm, role: 'subject' as const }, runs },
    ];
    const claim = { below, confidence: 0.95 };
    const question = { kind: 'gate', claim, inconclusive: 'fail', baseline: null } as const;
    return buildReport(sample({ arms: gated, question }));
  };
  expect(sawEverything(gateWith(0.5, 0))).toBe(true);
  expect(sawEverything(gateWith(0.5, 1))).toBe(false);
  expect(sawEverything(gateWith(0.1, 0))).toBe(false);
});

test('the schemas that are committed are those of the code', async () => {
  const schema = (name: string) => readFile(join(currentHost().packageRoot, 'schema', name), 'utf8');
  expect(await schema('baseline.schema.json')).toBe(baselineJsonSchema());
  expect(await schema('config.schema.json')).toBe(configJsonSchema());
});
