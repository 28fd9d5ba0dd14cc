/** What every renderer in the registry promises, whatever a traced program is called or says. */
import { describe, expect, it } from 'vitest';
import { renderers } from '../../src/report/index.ts';
import { documentOf } from '../../src/report/json.ts';
import type { RenderOptions } from '../../src/report/renderer.ts';
import { reportSchema, type Report } from '../../src/report/report.ts';
import { displayWidth } from '../../src/report/terminal/prose.ts';
import { hostileTexts, reports, withText } from './hostile-reports.ts';

const allOptions: readonly RenderOptions[] = [
  { width: 80, color: false, detail: 'brief', sessionPath: '/tmp/\x1b[2J\n' },
  { width: 80, color: true, detail: 'full', sessionPath: '/tmp/\x1b[2J\n' },
  { width: 200, color: true, detail: 'brief', sessionPath: null },
  { width: 200, color: false, detail: 'full', sessionPath: '/tmp/x' },
];

describe.each(Object.values(renderers))('$name', (renderer) => {
  describe.each(Object.entries(reports))('%s', (_, report) => {
    it('is valid input', () => {
      expect(reportSchema.parse(documentOf(report))).toEqual(documentOf(report));
    });

    it.each(allOptions)('width $width, color $color, $detail', (options) => {
      const text = renderer.render(report, options);
      expect(renderer.render(JSON.parse(JSON.stringify(report)) as Report, options)).toBe(text);
      expect(text.endsWith('\n')).toBe(true);
      const plain = options.color ? text.replace(/\x1b\[\d{1,2}m/g, '') : text;
      expect(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/u.exec(plain)).toBe(null);
      if (options.color) expect(plain).toBe(renderer.render(report, { ...options, color: false }));
    });
  });

  it('does not change the report', () => {
    const report = withText(hostileTexts.ANSI);
    const before = structuredClone(report);
    for (const options of allOptions) renderer.render(report, options);
    expect(report).toEqual(before);
  });
});

describe('terminal', () => {
  it.each(Object.entries(reports))('fits the width: %s', (_, report) => {
    for (const width of [80, 100, 200]) {
      const options = { width, color: false, detail: 'full', sessionPath: '/tmp/x' } as const;
      const lines = renderers.terminal.render(report, options).split('\n');
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
    }
  });
});
