/** What is expected of a variant, in words. */
import type { Expectation } from '../../src/experiment/expectation.ts';

/** `held on Go before 1.10 and on +legacy-close; clean on Go 1.10 and later` */
export function expectationText(expects: readonly Expectation[]): string {
  if (expects.length === 0) return 'nothing';
  const verdicts = [...new Set(expects.map(({ verdict }) => verdict))];
  return verdicts
    .map((verdict) => {
      const names = expects.flatMap((each, index) =>
        each.verdict === verdict ? [selectorText(each.toolchains, index)] : [],
      );
      return `${verdict} on ${names.join(' and on ')}`;
    })
    .join('; ');
}

/** @param index among the expectations, of which the first that selects a toolchain counts */
function selectorText(selector: string, index: number): string {
  if (selector === '*') return index === 0 ? 'every toolchain' : 'every other toolchain';
  if (/^[a-z]/.test(selector)) return `+${selector}`;
  const [, operator = '', release = ''] = /^([<>]=?)([\d.]+)$/.exec(selector) ?? [];
  switch (operator) {
    case '<':
      return `Go before ${release}`;
    case '<=':
      return `Go up to ${release}`;
    case '>':
      return `Go after ${release}`;
    case '>=':
      return `Go ${release} and later`;
    default:
      return `Go ${selector}`;
  }
}
