/** The document for a person: one line for each check, the way out below it, and the answer last. */
import picocolors from 'picocolors';
import { escapeTerminal } from '../../src/report/escape.ts';
import { displayWidth, prose } from '../../src/report/terminal/prose.ts';
import type { CheckState } from './check.ts';
import type { DoctorDocument } from './document.ts';

export interface TextOptions {
  readonly width: number;
  readonly color: boolean;
}

export function renderDoctor(document: DoctorDocument, options: TextOptions): string {
  const paint = picocolors.createColors(options.color);
  const width = Math.min(Math.max(options.width, narrowest), widest);
  const lines = [
    ...checkLines(document.checks, { paint, width }),
    '',
    ...prose(answer(document), { width }).map((line) => paint.bold(line)),
  ];
  return `${lines.join('\n')}\n`;
}

const narrowest = 60;
const widest = 120;
const gap = '  ';

interface Page {
  readonly paint: ReturnType<typeof picocolors.createColors>;
  readonly width: number;
}

function checkLines(checks: DoctorDocument['checks'], { paint, width }: Page): string[] {
  const colors: Record<CheckState, (text: string) => string> = {
    ok: paint.green,
    degraded: paint.yellow,
    missing: paint.red,
    unknown: paint.yellow,
  };
  const stateWidth = widestOf(checks.map(({ state }) => state));
  const titleWidth = widestOf(checks.map(({ title }) => title));
  const indent = ' '.repeat(stateWidth + titleWidth + 2 * gap.length);
  return checks.flatMap(({ state, title, found, why, remedy }) => {
    const head = [pad(state, stateWidth), pad(title, titleWidth), ''].join(gap);
    const [first = '', ...rest] = prose(found, { width, first: head, rest: indent });
    const deeper = `${indent}${gap}`;
    const note = (name: string, text: string | null): string[] =>
      (text === null ? [] : `${name}: ${text}`.trimEnd().split('\n')).flatMap((line, index) =>
        prose(line, { width, first: index === 0 ? indent : deeper, rest: deeper }),
      );
    const [wayOut = null, ...commands] = remedy?.split('\n') ?? [];
    return [
      colors[state](first.slice(0, stateWidth)) + first.slice(stateWidth),
      ...rest,
      ...note('why', why),
      ...note('way out', wayOut),
      // To be copied, so they are not broken.
      ...commands.map((command) => deeper + escapeTerminal(command)),
    ];
  });
}

function answer({ repro, tracer, reproTracer, checks }: DoctorDocument): string {
  const deciding = checks.filter(({ neededFor }) => neededFor === 'repro');
  const titles = (state: CheckState): string =>
    deciding.flatMap((check) => (check.state === state ? [check.title] : [])).join(', ');
  switch (repro) {
    case 'can-not-run':
      return `afterclose repro can not run here, because of: ${titles('missing')}.`;
    case 'unknown':
      return `Whether afterclose repro can run here is not known, because these checks failed: ${titles('unknown')}.`;
    case 'can-run':
      if (reproTracer === null)
        return 'afterclose repro can run here, but nothing can watch: it would prove nothing and end with 4.';
      return `afterclose repro can run here, watched by ${reproTracer}${tracer === reproTracer ? '' : `; the other commands take ${tracer}`}.`;
  }
}

function widestOf(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => displayWidth(escapeTerminal(text))));
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(escapeTerminal(text))));
}
