/** docs/performance.json as the tables of docs/performance.md. */
import type { BenchDocument, Measurement, Part, PartName } from './measurement.ts';
import { partNames } from './measurement.ts';
import { spreadOf } from './statistics.ts';

export function renderPage({ parts }: BenchDocument): string {
  return partNames
    .flatMap((name) => (parts[name] === undefined ? [] : renderPart(name, parts[name])))
    .join('\n');
}

function renderPart(name: PartName, part: Part): string[] {
  return [
    `### ${titles[name]}`,
    '',
    ...about(part),
    '',
    ...(name === 'loop' ? [...loopTable(part), '', ...listTable(part.measurements.filter(hasTarget))] : []),
    ...(name === 'loop' ? [] : listTable(part.measurements)),
    '',
    ...missing(part),
    ...verdicts(part),
  ];
}

const titles: Readonly<Record<PartName, string>> = {
  loop: 'The loop under each tracer',
  'short-runs': 'What a run costs in a session',
  replay: 'Decoding, replay and findings',
  commands: 'Whole commands, warm',
  shards: 'Merging shards',
};

function about({ measuredAt, machine, loadAverage, quick, with: tools, seconds }: Part): string[] {
  const { kernel, processor, cores, node } = machine;
  const [before, after] = loadAverage.map((load) => load.toFixed(2));
  const what = tools.length === 0 ? '' : ` With ${tools.join(', ')}.`;
  return [
    `${measuredAt.slice(0, 16).replace('T', ' ')} UTC, ${kernel}, ${cores} cores (${processor}), Node ${node}; load average ` +
      `${before} before and ${after} after, ${Math.round(seconds)} s in all.${what}`,
    ...(quick ? ['', '**A quick run: it shows that the measuring works, and measures nothing.**'] : []),
  ];
}

/** One row for each tracer: medians, with the least and the most. */
function loopTable({ measurements }: Part): string[] {
  const subjects = [...new Set(measurements.map(({ subject }) => subject))];
  const cell = (subject: string, quantity: string): string => {
    const found = measurements.find((each) => each.subject === subject && each.quantity === quantity);
    return found === undefined ? '-' : valueOf(found);
  };
  return [
    `| watched by | ${loopColumns.map(([title]) => title).join(' | ')} |`,
    `|---|${loopColumns.map(() => '---').join('|')}|`,
    ...subjects.map(
      (subject) =>
        `| ${subject} | ${loopColumns.map(([, quantity]) => cell(subject, quantity)).join(' | ')} |`,
    ),
  ];
}

const loopColumns = [
  ['the loop', 'loop'],
  ['times the untraced', 'loop, times the untraced'],
  ['start', 'start'],
  ['end', 'end'],
  ['events', 'events'],
  ['lost', 'lost'],
  ['binds seen', 'binds seen'],
  ['refused binds where the race is', 'refused binds of the race'],
] as const;

function listTable(measurements: readonly Measurement[]): string[] {
  if (measurements.length === 0) return [];
  return [
    '| what | | measured | target | met |',
    '|---|---|---|---|---|',
    ...measurements.map((each) => {
      const { subject, quantity, target, met, unit } = each;
      const wanted = target === null ? '-' : `${target.bound} ${withUnit(String(target.limit), unit)}`;
      return `| ${subject} | ${quantity} | ${valueOf(each)} | ${wanted} | ${met === null ? '-' : met ? 'yes' : '**no**'} |`;
    }),
  ];
}

function hasTarget({ target }: Measurement): boolean {
  return target !== null;
}

/** `0.61 s (0.58 to 0.70)`; one sample, or many that are the same, by itself. */
function valueOf({ samples, unit }: Measurement): string {
  const spread = spreadOf(samples);
  if (spread === null) return '-';
  const { median, least, most } = spread;
  const [middle, low, high] = [median, least, most].map(numberOf);
  const once = samples.length === 1 ? ', once' : '';
  return low === high
    ? `${withUnit(String(middle), unit)}${once}`
    : `${withUnit(String(middle), unit)} (${String(low)} to ${String(high)})`;
}

function withUnit(number: string, unit: string): string {
  return unit === 'times' || unit === 'events' ? number : `${number} ${unit}`;
}

/** Three digits, and all those before the point. */
function numberOf(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function missing({ remarks }: Part): string[] {
  const lines = remarks.filter(({ quantity }) => quantity === 'missing');
  return lines.flatMap(({ subject, text }) => [`Not measured: ${subject} (${text}).`, '']);
}

/** Arms down, commands across. */
function verdicts({ remarks }: Part): string[] {
  const told = remarks.filter(({ quantity }) => quantity !== 'missing');
  if (told.length === 0) return [];
  const [arms, commands] = [
    [...new Set(told.map(({ subject }) => subject))],
    [...new Set(told.map(({ quantity }) => quantity))],
  ];
  const cell = (arm: string, command: string): string =>
    told.find(({ subject, quantity }) => subject === arm && quantity === command)?.text ?? '-';
  return [
    `| what it said | ${commands.join(' | ')} |`,
    `|---|${commands.map(() => '---').join('|')}|`,
    ...arms.map((arm) => `| ${arm} | ${commands.map((command) => cell(arm, command)).join(' | ')} |`),
    '',
  ];
}
