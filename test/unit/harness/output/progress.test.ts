import { describe, expect, test } from 'vitest';
import { createProgress, formatRunsDone } from '../../../../harness/output/progress.ts';

function collect(isTTY: boolean, options: { canRewrite?: boolean; level?: 'plain' | 'verbose' } = {}) {
  let text = '';
  let now = 0;
  const target = { write: (more: string) => (text += more), isTTY, columns: 20 };
  const progress = createProgress(target, {
    level: options.level ?? 'plain',
    canRewrite: options.canRewrite ?? true,
    now: () => now,
  });
  return { progress, text: () => text, pass: (ms: number) => (now += ms) };
}

describe('without a terminal', () => {
  test('a state is told at most every ten seconds, as a plain line', () => {
    const { progress, text, pass } = collect(false);
    progress.say('started');
    for (let second = 0; second < 25; second++) {
      pass(1000);
      progress.show(`${second + 1} s`);
    }
    progress.clear();
    expect(text()).toBe('started\n10 s\n20 s\n');
  });

  test('a dumb terminal is none', () => {
    const { progress, text } = collect(true, { canRewrite: false });
    progress.show('state');
    progress.say('line');
    expect(text()).toBe('line\n');
  });
});

describe('on a terminal', () => {
  test('the state is rewritten in place and gone before the next line', () => {
    const { progress, text } = collect(true);
    progress.show('one');
    progress.show('two');
    progress.say('line');
    expect(text()).toBe('\r\u001b[2Kone\r\u001b[2Ktwo\r\u001b[2Kline\n');
  });

  test('the state never wraps', () => {
    const { progress, text } = collect(true);
    progress.show('x'.repeat(50));
    expect(text()).toBe(`\r\u001b[2K${'x'.repeat(19)}`);
  });

  test('foreign control characters are made visible', () => {
    const { progress, text } = collect(true);
    progress.say('a\u001b[31mb');
    expect(text()).toBe('a\\x1b[31mb\n');
  });
});

test('details are for those who asked', () => {
  const plain = collect(false);
  plain.progress.detail('detail');
  expect(plain.text()).toBe('');
  const verbose = collect(false, { level: 'verbose' });
  verbose.progress.detail('detail');
  expect(verbose.text()).toBe('detail\n');
});

test.each([
  [0, 20, 5000, '0 of 20 runs'],
  [10, 20, 5000, '10 of 20 runs, about 5 s left'],
  [1, 100, 2000, '1 of 100 runs, about 3 min 18 s left'],
  [20, 20, 5000, '20 of 20 runs'],
  [0, 1, 0, '0 of 1 run'],
])('%d of %d runs after %d ms', (done, total, elapsedMs, text) => {
  expect(formatRunsDone(done, total, elapsedMs)).toBe(text);
});
