import { expect, test } from 'vitest';
import type { Inventory } from '../../../../harness/inventory/document.ts';
import { inventorySchema } from '../../../../harness/inventory/document.ts';
import { renderInventory } from '../../../../harness/inventory/text.ts';

const plain = { width: 80, color: false, sessions: 'newest' } as const;

type Kept = Inventory['sessions']['kept'][number];

const judged: Kept = {
  folder: '20260101T123059-abcdef',
  state: 'judged',
  problem: null,
  outcome: 'as-expected',
  plan: {
    session: '20260101T123059-abcdef',
    startedAt: '2026-01-01T12:30:59.000Z',
    command: 'afterclose repro --runs 20',
    tracer: 'dtrace',
  },
};

function inventoryOf(changed: Partial<Inventory>): Inventory {
  return inventorySchema.parse({
    schemaVersion: 1,
    program: 'afterclose 1.2.3',
    scenarios: [
      {
        name: 'udp-reconnect',
        variants: [
          {
            name: 'unfixed',
            title: 'no waiting',
            description: 'd',
            expects: [
              { toolchains: '<1.10', verdict: 'held' },
              { toolchains: '>=1.10', verdict: 'clean' },
            ],
          },
        ],
      },
    ],
    toolchains: {
      problem: null,
      here: [
        { name: 'go1.26.8', source: 'local', counterfactuals: ['legacy-close'] },
        { name: 'go1.9.7', source: 'downloaded', counterfactuals: [] },
      ],
    },
    tracers: [
      {
        name: 'dtrace',
        evidence: 'trace',
        version: null,
        problem: { what: 'it needs root', why: 'of the kernel', remedy: 'run as root' },
      },
      { name: 'strace', evidence: 'trace', version: 'strace 6.13', problem: null },
      { name: 'none', evidence: 'claims', version: 'no tracer', problem: null },
    ],
    sessions: { directory: '/somewhere/.afterclose/sessions', kept: [judged] },
    ...changed,
  });
}

test('what there is, section by section', () => {
  expect(renderInventory(inventoryOf({}), plain)).toMatchInlineSnapshot(`
    "SCENARIO udp-reconnect
      unfixed  no waiting
               expected: held on Go before 1.10; clean on Go 1.10 and later

    TOOLCHAINS
      local          go1.26.8
      downloaded     go1.9.7
      +legacy-close  can stand behind go1.26.8: --go local+legacy-close

    TRACERS
      dtrace  not usable: it needs root
              why: of the kernel
              way out: run as root
      strace  usable, strace 6.13
      none    watches nothing, so it proves nothing

    SESSIONS in /somewhere/.afterclose/sessions
      20260101T123059-abcdef  2026-01-01 12:30 UTC, dtrace, as-expected
                              afterclose repro --runs 20
    "
  `);
});

test('without Go, and without sessions', () => {
  const text = renderInventory(
    inventoryOf({
      toolchains: {
        problem: { what: 'there is no Go', why: 'none in PATH', remedy: 'install it' },
        here: [],
      },
      sessions: { directory: '/x', kept: [] },
    }),
    plain,
  );
  expect(text).toMatch(
    /TOOLCHAINS\n {2}none {2}there is no Go\n +why: none in PATH\n +way out: install it\n/,
  );
  expect(text).toMatch(/SESSIONS in \/x\n {2}none {2}/);
});

test('half a session, a copy, and what is none', () => {
  const text = renderInventory(
    inventoryOf({
      sessions: {
        directory: '/x',
        kept: [
          { ...judged, folder: 'copy' },
          { ...judged, state: 'unfinished', problem: 'still running, or killed', outcome: null },
          {
            folder: 'stray',
            state: 'no-session',
            problem: 'there is no session.json',
            outcome: null,
            plan: null,
          },
        ],
      },
    }),
    { ...plain, width: 100 },
  );
  expect(text).toMatch(/ copy .*as-expected\n.*\n +session 20260101T123059-abcdef\n/);
  expect(text).toMatch(/dtrace, UNFINISHED: still running, or killed\n/);
  expect(text).toMatch(/ stray +NO SESSION: there is no session\.json\n/);
});

test('names and commands of others are shown, not obeyed', () => {
  const evil = 'a\u001b[2J\nb\u202e';
  const text = renderInventory(
    inventoryOf({
      sessions: {
        directory: evil,
        kept: [
          { ...judged, folder: evil, plan: { ...(judged.plan ?? expect.unreachable()), command: evil } },
        ],
      },
    }),
    plain,
  );
  expect(text.split('a\\x1b[2J\\nb\\u{202e}')).toHaveLength(4);
  expect(text).not.toMatch(/[\u001b\u202e]/);
});

test('many sessions: the newest, and how many there are', () => {
  const kept = Array.from({ length: 25 }, (_, index) => ({ ...judged, folder: `session-${index}` }));
  const inventory = inventoryOf({ sessions: { directory: '/x', kept } });
  const newest = renderInventory(inventory, plain);
  expect(newest).toMatch(/session-19/);
  expect(newest).not.toMatch(/session-20 /);
  expect(newest).toMatch(/showing 20 of 25; --verbose shows all\n$/);
  const all = renderInventory(inventory, { ...plain, sessions: 'all' });
  expect(all).toMatch(/session-24/);
  expect(all).not.toMatch(/showing/);
});

test('a name that is longer than any has a line of its own', () => {
  const kept = [{ ...judged, folder: 'long-'.repeat(10) }, judged];
  const text = renderInventory(inventoryOf({ sessions: { directory: '/x', kept } }), plain);
  expect(text).toContain(`  ${'long-'.repeat(10)}\n                          2026-01-01 12:30 UTC`);
});
