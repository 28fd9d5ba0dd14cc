import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentSchema, measured } from '../../../bench/measurement.ts';
import type { BenchDocument, Part } from '../../../bench/measurement.ts';
import { renderPage } from '../../../bench/page.ts';

const docs = resolve(import.meta.dirname, '../../../docs');
const read = (file: string): string => readFileSync(join(docs, file), 'utf8');

describe('docs/performance.md', () => {
  it('says what docs/performance.json says', () => {
    const tables = /<!-- bench: begin -->\n([\s\S]*)<!-- bench: end -->/.exec(read('performance.md'))?.[1];
    const document = documentSchema.parse(JSON.parse(read('performance.json')));
    expect(tables?.trim()).toBe(renderPage(document).trim());
  });

  it('was not measured in a hurry', () => {
    const { parts } = documentSchema.parse(JSON.parse(read('performance.json')));
    expect(Object.values(parts).filter(({ quick }) => quick)).toEqual([]);
  });
});

describe('renderPage', () => {
  it('shows the loop with a row for each tracer, and its targets below', () => {
    const untraced = { subject: 'untraced', quantity: 'loop', unit: 'ms', samples: [500, 512.4, 600] };
    const loop = partOf([
      ...measured(untraced),
      ...measured({ ...untraced, subject: 'ebpf', samples: [700] }),
      ...measured({
        subject: 'ebpf',
        quantity: 'loop, times the untraced',
        unit: 'times',
        samples: [1.3, 1.32],
        target: { bound: 'at most', limit: 1.25 },
      }),
    ]);
    expect(tablesOf({ loop })).toEqual([
      '| watched by | the loop | times the untraced | start | end | events | lost | binds seen | refused binds where the race is |',
      '|---|---|---|---|---|---|---|---|---|',
      '| untraced | 512 ms (500 to 600) | - | - | - | - | - | - | - |',
      '| ebpf | 700 ms, once | 1.31 (1.30 to 1.32) | - | - | - | - | - | - |',
      '| what | | measured | target | met |',
      '|---|---|---|---|---|',
      '| ebpf | loop, times the untraced | 1.31 (1.30 to 1.32) | at most 1.25 | **no** |',
    ]);
  });

  it('shows other parts as lists, and does not hide many events', () => {
    const replay = partOf(
      measured({
        subject: 'a trace',
        quantity: 'speed',
        unit: 'M events/s',
        samples: [1.1, 1.2],
        target: { bound: 'at least', limit: 1 },
      }),
    );
    expect(tablesOf({ replay }).at(-1)).toBe(
      '| a trace | speed | 1.15 M events/s (1.10 to 1.20) | at least 1 M events/s | yes |',
    );
  });

  it('shows verdicts with the arms down and the commands across, and names what is missing', () => {
    const commands = partOf(
      [],
      [
        { subject: 'unfixed', quantity: 'repro, ebpf', text: 'held' },
        { subject: 'unfixed', quantity: 'repro, strace', text: 'held' },
        { subject: 'semaphore', quantity: 'repro, ebpf', text: 'clean' },
        { subject: 'perf trace', quantity: 'missing', text: 'not installed' },
      ],
    );
    expect(renderPage({ schemaVersion: 1, parts: { commands } })).toContain(
      'Not measured: perf trace (not installed).',
    );
    expect(tablesOf({ commands })).toEqual([
      '| what it said | repro, ebpf | repro, strace |',
      '|---|---|---|',
      '| unfixed | held | held |',
      '| semaphore | clean | - |',
    ]);
  });

  it('does not pass a quick run off as a measurement', () => {
    const page = renderPage({ schemaVersion: 1, parts: { replay: { ...partOf([]), quick: true } } });
    expect(page).toContain('measures nothing');
  });
});

describe('measured', () => {
  it.each([
    ['at most', 2, true],
    ['at most', 1.9, false],
    ['at least', 2, true],
    ['at least', 2.1, false],
  ] as const)('holds the median against %s %d', (bound, limit, met) => {
    const asked = { subject: 's', quantity: 'q', unit: 'ms', samples: [1, 2, 9] };
    expect(measured({ ...asked, target: { bound, limit } })).toMatchObject([{ median: 2, met }]);
    expect(measured(asked)).toMatchObject([{ target: null, met: null }]);
  });

  it('says nothing of what was not measured', () => {
    expect(measured({ subject: 's', quantity: 'q', unit: 'ms', samples: [] })).toEqual([]);
  });
});

function tablesOf(parts: BenchDocument['parts']): string[] {
  return renderPage({ schemaVersion: 1, parts })
    .split('\n')
    .filter((line) => line.startsWith('|'));
}

function partOf(measurements: Part['measurements'], remarks: Part['remarks'] = []): Part {
  return {
    measuredAt: '2026-11-25T12:00:00.000Z',
    seconds: 12,
    quick: false,
    machine: { kernel: 'Linux 6.18.44', processor: 'a processor', cores: 2, node: '20.20.2' },
    loadAverage: [0.5, 1],
    with: [],
    measurements,
    remarks,
  };
}
