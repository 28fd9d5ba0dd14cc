import { describe, expect, it } from 'vitest';
import { History } from '../../histories/history.ts';
import { judge, judgeEvents } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

function lingering(times: number): History {
  const history = new History();
  const main = history.run();
  for (let cycle = 1; cycle <= times; cycle++) {
    main.mark(`cycle ${cycle}`);
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    main.close(3);
  }
  return history;
}

describe('the judgement of a run', () => {
  it('keeps the first eight findings of a kind and counts the others', async () => {
    const run = await judge(lingering(20));

    expect(run.findings.map((finding) => finding.cycle)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(run).toMatchObject({ verdict: 'held', findingsOmitted: 12, figures: { lingering: 20 } });
  });

  it('keeps certain findings before uncertain ones', async () => {
    const history = new History();
    const main = history.run();
    for (let cycle = 1; cycle <= 12; cycle++) {
      main.mark(`cycle ${cycle}`);
      main.udp(3, address);
      main.mark(`closing udp ${address}`);
      main.mark(`closed udp ${address}`);
      main.mark(`done udp ${address}`);
      if (cycle <= 10) history.loss();
      main.close(3);
    }

    const { verdict, findings } = await judge(history);

    expect(verdict).toBe('held');
    expect(findings.filter((finding) => finding.certain).map((finding) => finding.cycle)).toEqual([11, 12]);
    expect(findings.map((finding) => finding.cycle)).toEqual([1, 2, 3, 4, 5, 6, 11, 12]);
  });

  it('has no certain finding where a later bind shows that a close was missed', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    main.udp(4, address);

    const { verdict, doubts, findings } = await judge(history);

    expect(doubts.map(({ code }) => code)).toContain('contradiction');
    expect(findings.map(({ certain }) => certain)).not.toContain(true);
    expect(verdict).toBe('unknown');
  });

  it('has no certain finding where the program claims something else than the trace shows', async () => {
    const claims = { cycles: 3, binds: 3, closes: 3, addressInUse: 0, marks: 12 };
    expect(await judge(lingering(3), { claims })).toMatchObject({ verdict: 'held', doubts: [] });

    const { verdict, doubts, findings } = await judge(lingering(3), { claims: { ...claims, marks: 13 } });

    expect(doubts.map(({ code }) => code)).toEqual(['claims-disagree']);
    expect(findings.map(({ certain }) => certain)).toEqual([false, false, false]);
    expect(verdict).toBe('unknown');
  });

  it('keeps a hundred doubts and counts the others', async () => {
    const history = new History();
    const main = history.run();
    for (let loss = 0; loss < 150; loss++) history.loss({ pid: main.pid });

    const { verdict, doubts, doubtsOmitted } = await judge(history);

    expect({ verdict, kept: doubts.length, doubtsOmitted }).toEqual({
      verdict: 'unknown',
      kept: 100,
      doubtsOmitted: 50,
    });
  });

  it('is unknown for a doubt alone, held for a certain finding whatever is doubted', async () => {
    const failed = { ended: { exitCode: 3, signal: null, by: 'itself', error: null } } as const;
    expect((await judge(lingering(0), failed)).verdict).toBe('unknown');
    expect((await judge(lingering(1), failed)).verdict).toBe('held');
  });

  it('counts a note once for each address', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.findsInUse(4, address);
    main.binds(4, address, 'EADDRINUSE');
    main.closesHonestly(3, address);

    expect((await judge(history)).notes).toMatchObject([{ address: `udp ${address}`, count: 2 }]);
  });

  it.each(['cycles', 'binds', 'closes', 'addressInUse', 'marks'] as const)(
    'is unknown where the program claims another number of %s',
    async (key) => {
      const claims = { cycles: 0, binds: 1, closes: 1, addressInUse: 0, marks: 3 };
      const history = (): History => {
        const each = new History();
        const main = each.run();
        main.udp(3, address);
        main.closesHonestly(3, address);
        return each;
      };

      expect(await judge(history(), { claims })).toMatchObject({ verdict: 'clean', claimed: claims });
      expect(await judge(history(), { claims: { ...claims, [key]: 77 } })).toMatchObject({
        verdict: 'unknown',
        doubts: [{ code: 'claims-disagree' }],
        figures: { binds: 1 },
      });
    },
  );

  it('of a cut trace is never clean, and its certain findings stay', async () => {
    const clean = new History();
    const honest = clean.run();
    honest.udp(3, address);
    honest.closesHonestly(3, address);
    expect(await judgeEvents(clean.soFar())).toMatchObject({
      verdict: 'unknown',
      doubts: [{ code: 'run-missing' }],
    });

    const history = lingering(1);
    expect(await judgeEvents(history.soFar())).toMatchObject({
      verdict: 'held',
      findings: [{ certain: true }],
    });
  });
});
