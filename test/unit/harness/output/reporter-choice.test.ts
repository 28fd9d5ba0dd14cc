import { describe, expect, test } from 'vitest';
import { chooseReporters } from '../../../../harness/output/reporter-choice.ts';
import type { ReporterRequest } from '../../../../harness/output/reporter-choice.ts';

const none = {};
const actions = { GITHUB_ACTIONS: 'true' };

test.each<[string, ReporterRequest[], Record<string, string>, string[]]>([
  ['nothing said', [], none, ['terminal to stdout']],
  ['a format for stdout', [{ name: 'json', file: null }], none, ['json to stdout']],
  ['- is stdout', [{ name: 'github', file: '-' }], none, ['github to stdout']],
  ['a file beside', [{ name: 'junit', file: 'j.xml' }], none, ['terminal to stdout', 'junit to j.xml']],
  ['github', [{ name: 'github', file: null }], none, ['terminal to stdout', 'github to runner']],
  ['GitHub Actions', [], actions, ['terminal to stdout', 'github to runner, by-itself']],
  ['GitHub Actions, named', [{ name: 'github', file: 'g' }], actions, ['terminal to stdout', 'github to g']],
  ['not GitHub Actions', [], { GITHUB_ACTIONS: 'false' }, ['terminal to stdout']],
])('%s', (_, requests, environment, expected) => {
  const told = chooseReporters(requests, environment).map(({ name, target, origin }) => {
    const place = target.kind === 'file' ? target.path : target.kind;
    return `${name} to ${place}${origin === 'asked-for' ? '' : `, ${origin}`}`;
  });
  expect(told).toEqual(expected);
});

describe('two reports to one place are refused', () => {
  test.each<[ReporterRequest[]]>([
    [
      [
        { name: 'json', file: null },
        { name: 'junit', file: '-' },
      ],
    ],
    [
      [
        { name: 'json', file: 'x' },
        { name: 'junit', file: 'x' },
      ],
    ],
    [
      [
        { name: 'junit', file: 'x' },
        { name: 'junit', file: './x' },
      ],
    ],
  ])('%j', (requests) => {
    expect(() => chooseReporters(requests, none)).toThrow(/two reports were to go to/);
  });
});
