import { describe, expect, it } from 'vitest';
import { weaken } from '../../../src/verdict/log-effects.ts';
import type { RunSummary } from '../../../src/verdict/run-summary.ts';
import { History } from '../../histories/history.ts';
import { judge } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

/** Held by a descriptor that nothing ever closed. */
async function neverClosed(): Promise<RunSummary> {
  const history = new History();
  const main = history.run();
  main.udp(3, address);
  main.findsInUse(4, address);
  return judge(history);
}

/** Held by a descriptor whose close came after the bind. */
async function closedLater(): Promise<RunSummary> {
  const history = new History();
  const main = history.run();
  main.udp(3, address);
  main.findsInUse(4, address);
  main.close(3);
  return judge(history);
}

async function clean(): Promise<RunSummary> {
  const history = new History();
  history.run().udp(3, address);
  return judge(history);
}

describe('what a log lacks', () => {
  it('changes nothing where it takes away details only', async () => {
    expect((await clean()).verdict).toBe('clean');
    expect(weaken(await clean(), ['none'])).toEqual(await clean());
    expect(weaken(await neverClosed(), ['none'])).toEqual(await neverClosed());
  });

  it('takes away clean, and leaves a certain finding', async () => {
    expect(weaken(await clean(), ['none', 'clean']).verdict).toBe('unknown');
    expect(weaken(await neverClosed(), ['clean'])).toEqual(await neverClosed());
  });

  it('takes away every certainty', async () => {
    const { verdict, findings } = weaken(await closedLater(), ['findings']);
    expect(verdict).toBe('unknown');
    expect(findings.map(({ certain }) => certain)).toEqual([false]);
  });

  it('takes the certainty from what rests on no close having been seen, and from nothing else', async () => {
    expect(weaken(await neverClosed(), ['unproven-closes'])).toMatchObject({
      verdict: 'unknown',
      findings: [{ certain: false }],
    });
    expect(weaken(await closedLater(), ['unproven-closes'])).toEqual(await closedLater());
  });

  it('never makes a verdict better', async () => {
    const unknown = { ...(await clean()), verdict: 'unknown' } as const;
    expect(weaken(unknown, []).verdict).toBe('unknown');
    expect(weaken(unknown, ['none']).verdict).toBe('unknown');
  });
});
