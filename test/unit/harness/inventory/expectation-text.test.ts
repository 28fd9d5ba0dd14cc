import { expect, test } from 'vitest';
import { expectationText } from '../../../../harness/inventory/expectation-text.ts';

const held = (toolchains: string) => ({ toolchains, verdict: 'held' }) as const;
const clean = (toolchains: string) => ({ toolchains, verdict: 'clean' }) as const;

test.each([
  [[], 'nothing'],
  [[clean('*')], 'clean on every toolchain'],
  [
    [held('<1.10'), clean('>=1.10'), held('legacy-close')],
    'held on Go before 1.10 and on +legacy-close; clean on Go 1.10 and later',
  ],
  [[held('<=1.9.7'), clean('*')], 'held on Go up to 1.9.7; clean on every other toolchain'],
  [[held('>1.4 <1.10')], 'held on Go >1.4 <1.10'],
  [[held('>1.4')], 'held on Go after 1.4'],
])('%j', (expects, text) => {
  expect(expectationText(expects)).toBe(text);
});
