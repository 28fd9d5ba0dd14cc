/** The inventory for a person. Every name and command in it may come from somebody else: prose escapes them. */
import picocolors from 'picocolors';
import { escapeTerminal } from '../../src/report/escape.ts';
import { displayWidth, prose } from '../../src/report/terminal/prose.ts';
import type { Inventory } from './document.ts';
import { expectationText } from './expectation-text.ts';

export interface TextOptions {
  readonly width: number;
  readonly color: boolean;
  readonly sessions: 'newest' | 'all';
}

export function renderInventory(inventory: Inventory, options: TextOptions): string {
  const paint = picocolors.createColors(options.color);
  const width = Math.min(Math.max(options.width, narrowest), widest);
  const sections = [
    ...inventory.scenarios.map((scenario): Section => [`SCENARIO ${scenario.name}`, variantRows(scenario)]),
    ['TOOLCHAINS', toolchainRows(inventory.toolchains)],
    ['TRACERS', tracerRows(inventory.tracers)],
    [`SESSIONS in ${inventory.sessions.directory}`, sessionRows(inventory.sessions, options.sessions)],
  ] satisfies Section[];
  const texts = sections.map(([title, rows]) =>
    [paint.bold(escapeTerminal(title)), ...layOut(rows, width)].join('\n'),
  );
  return `${texts.join('\n\n')}\n`;
}

const narrowest = 60;
const widest = 120;
const shownSessions = 20;

/** A title and its rows. */
type Section = readonly [string, readonly Row[]];

/** A name, and lines beside it. */
interface Row {
  readonly name: string;
  readonly lines: readonly string[];
}

function variantRows({ variants }: Inventory['scenarios'][number]): Row[] {
  return variants.map(({ name, title, expects }) => ({
    name,
    lines: [title, `expected: ${expectationText(expects)}`],
  }));
}

function toolchainRows({ problem, here }: Inventory['toolchains']): Row[] {
  if (problem !== null) return [{ name: 'none', lines: troubleLines(problem) }];
  const named = (source: string) =>
    here.flatMap((each) => (each.source === source ? [each.name] : [])).join(', ');
  const changeable = here.flatMap(({ name, counterfactuals }) => (counterfactuals.length > 0 ? [name] : []));
  return [
    { name: 'local', lines: [named('local')] },
    { name: 'downloaded', lines: [named('downloaded') || 'none; a release is fetched when it is asked for'] },
    ...(changeable.length === 0
      ? []
      : [
          {
            name: '+legacy-close',
            lines: [`can stand behind ${changeable.join(', ')}: --go local+legacy-close`],
          },
        ]),
  ];
}

function tracerRows(tracers: Inventory['tracers']): Row[] {
  return tracers.map(({ name, evidence, version, problem }) => {
    if (problem !== null)
      return { name, lines: [`not usable: ${problem.what}`, ...troubleLines(problem).slice(1)] };
    return {
      name,
      lines: [evidence === 'claims' ? 'watches nothing, so it proves nothing' : `usable, ${version ?? ''}`],
    };
  });
}

function sessionRows({ kept }: Inventory['sessions'], which: TextOptions['sessions']): Row[] {
  if (kept.length === 0) return [{ name: 'none', lines: ['repro, compare, gate and releases save them'] }];
  const shown = which === 'all' ? kept : kept.slice(0, shownSessions);
  const hidden = kept.length - shown.length;
  const note = hidden === 0 ? [] : [`showing ${shown.length} of ${kept.length}; --verbose shows all`];
  return [...shown.map(sessionRow), ...note.map((text) => ({ name: '', lines: [text] }))];
}

function sessionRow({ folder, state, problem, outcome, plan }: Inventory['sessions']['kept'][number]): Row {
  const result = outcome ?? `${state.replace('-', ' ').toUpperCase()}: ${problem ?? ''}`;
  if (plan === null) return { name: folder, lines: [result] };
  const { session, startedAt, command, tracer } = plan;
  const copied = session === folder ? [] : [`session ${session}`];
  return { name: folder, lines: [[formatTime(startedAt), tracer, result].join(', '), command, ...copied] };
}

function troubleLines({ what, why, remedy }: NonNullable<Inventory['toolchains']['problem']>): string[] {
  return [what, `why: ${why}`, `way out: ${remedy}`];
}

/** `2026-01-01 12:30 UTC` */
function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function layOut(rows: readonly Row[], width: number): string[] {
  const names = rows.map(({ name }) => escapeTerminal(name));
  const fitting = names.map(displayWidth).filter((each) => each <= longestName);
  const indent = '  ' + ' '.repeat(Math.max(0, ...fitting) + 2);
  return rows.flatMap(({ lines }, row) => {
    const name = `  ${names[row] ?? ''}`;
    const gap = ' '.repeat(Math.max(0, indent.length - displayWidth(name)));
    // A name that is too long for its column has a line of its own.
    const isLong = gap.length < 2;
    const text = lines.flatMap((line) => prose(line, { width, first: indent, rest: `${indent}  ` }));
    const [first = '', ...rest] = text;
    return isLong ? [name, ...text] : [name + gap + first.slice(indent.length), ...rest];
  });
}

const longestName = 32;
