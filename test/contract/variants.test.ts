/** What every variant of every scenario has beside its program; that it does what it expects is asked live (variants.test.ts). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectedVerdict, listScenarios, listVariants } from '../../harness/go/variants.ts';
import { counterfactuals } from '../../harness/go/overlay.ts';
import { currentHost } from '../../harness/host.ts';

const host = currentHost();
const fixtures = join(host.packageRoot, 'go-fixtures');
const scenarios = await listScenarios(host);

describe.each(scenarios)('scenario %s', (scenario) => {
  const directory = join(fixtures, scenario);
  const folders = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const readme = readFileSync(join(directory, 'README.md'), 'utf8');

  it('has a variant that must be held and one that must be clean, so that it can fail either way', async () => {
    const verdicts = (await listVariants(scenario, host)).map((variant) =>
      expectedVerdict(variant, 'go1.9.7'),
    );
    expect(new Set(verdicts)).toEqual(new Set(['held', 'clean']));
  });

  describe.each(folders)('variant %s', (name) => {
    it('is a name that can be a folder and an argument', () => {
      expect(name).toMatch(/^[a-z][a-z0-9-]{0,31}$/);
    });

    it('has a program and says what is expected of it (main.go, variant.json)', () => {
      const missing = ['main.go', 'variant.json'].filter((file) => !existsSync(join(directory, name, file)));
      expect(missing).toEqual([]);
    });

    it('gives its folder for its name', () => {
      const program = readFileSync(join(directory, name, 'main.go'), 'utf8');
      expect(/\bName:\s*"([^"]*)"/.exec(program)?.[1]).toBe(name);
    });

    it.each([
      'go1.4.3',
      'go1.9.7',
      'go1.10',
      'go1.26.8',
      ...counterfactuals.map((each) => `go1.26.8+${each}`),
    ])('expects something on %s', async (toolchain) => {
      const variant = (await listVariants(scenario, host)).find((each) => each.name === name);
      expect(variant === undefined ? 'no variant' : expectedVerdict(variant, toolchain)).toMatch(
        /^(?:held|clean)$/,
      );
    });

    it('stands in the table of its scenario', () => {
      expect(readme.split('\n').filter((line) => line.startsWith(`| \`${name}\` |`))).toHaveLength(1);
    });
  });
});
