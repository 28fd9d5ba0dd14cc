import { describe, expect, it } from 'vitest';
import { buildReport, type ReportInput } from '../../../src/report/build.ts';
import type { RenderOptions } from '../../../src/report/renderer.ts';
import { terminal } from '../../../src/report/terminal.ts';
import { conflict } from './sample-findings.ts';
import { arms, doubt, five, run, session } from './sample-session.ts';

function shown(changes: Partial<ReportInput> = {}, options: Partial<RenderOptions> = {}): string {
  const all = {
    width: 80,
    color: false,
    sessionPath: '.afterclose/2026-01-09-a3f1',
    detail: 'brief',
  } as const;
  return terminal.render(buildReport(session(changes)), { ...all, ...options });
}

/** From its heading to the next blank line before a heading. */
function section(text: string, heading: string): string {
  return text.split(/\n\n(?=[A-Z])/).find((part) => part.startsWith(heading)) ?? 'not there';
}

describe('repro, as expected', () => {
  it('at 80 columns', () => {
    expect(shown()).toMatchInlineSnapshot(`
      "AS EXPECTED: the race showed where it must, and did not show where it must not.
        The race shows: unfixed on go1.9.7 still held a port after closing it in 5 of
          5 runs (47.8 % to 100 % per run). 1,170 of its 4,000 binds failed with
          EADDRINUSE.
        With the fix: semaphore on go1.9.7 was held in 0 of 5 runs (below 45.1 % per
          run). Its Close still returned before the socket was gone 4,000 times;
          nothing lingered past the point where it reopens the port.
        Clean, as it must be: unfixed on go1.26.8 was held in 0 of 5 runs (below
          45.1 % per run).
        Clean, as it must be: semaphore on go1.26.8 was held in 0 of 5 runs (below
          45.1 % per run).

      ARMS
        runs held                       cycles  EADDRINUSE  lingering  deferred closes
        95 % confidence                  binds    per bind    longest      longest lag
      --------------------------------------------------------------------------------
      HELD, as expected: unfixed on go1.9.7, watched by dtrace
        5 of 5                           2,000       1,170      1,065            1,590
        47.8 % to 100 % per run          4,000      29.3 %    1.42 ms          1.59 ms
      clean, as expected: semaphore on go1.9.7, watched by dtrace
        0 of 5                           2,000           0          0            4,000
        below 45.1 % per run             4,000         0 %          -           176 us
      clean, as expected: unfixed on go1.26.8, watched by dtrace
        0 of 5                           2,000           0          0                0
        below 45.1 % per run             4,000         0 %          -                -
      clean, as expected: semaphore on go1.26.8, watched by dtrace
        0 of 5                           2,000           0          0                0
        below 45.1 % per run             4,000         0 %          -                -
      unknown: unfixed on go1.9.7, untraced (the program's own word)
        no evidence                      2,000       1,120          -                -
        -                                4,000      28.0 %          -                -
      unknown: semaphore on go1.9.7, untraced (the program's own word)
        no evidence                      2,000           0          -                -
        -                                4,000         0 %          -                -
      unknown: unfixed on go1.26.8, untraced (the program's own word)
        no evidence                      2,000           0          -                -
        -                                4,000         0 %          -                -
      unknown: semaphore on go1.26.8, untraced (the program's own word)
        no evidence                      2,000           0          -                -
        -                                4,000         0 %          -                -
      lingering: sockets still held past the point from which the program takes the
        address as free.
      deferred closes: sockets still there after Close had returned; a measure, not a
        finding.

      THE FIRST CONFLICT: unfixed on go1.9.7, run 0001, cycle 2
        bind of fd 5 to udp 127.0.0.1:3001 by thread 4711 of process 4711 failed with
        EADDRINUSE.
        Holder: fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by
          thread 4713 412 us before, bound 405 us before; its close(2) came 96.0 us
          after the failed bind, from thread 4715, which was inside recvfrom until
          then.
        The program had begun to close or shut down a holder before it asked for the
        address again.

           +0 ns  thread 4713  opens fd 3 (socket)
        +7.00 us  thread 4713  has bound fd 3 to 127.0.0.1:3001
        +31.0 us  thread 4715  enters recvfrom on fd 3
         +343 us  thread 4711  begins Close
         +361 us  thread 4711  returns from Close
         +402 us  thread 4711  takes the address as free: free point (done)
         +412 us  thread 4711  asks for udp 127.0.0.1:3001: bind of fd 5
      !  +428 us  thread 4711  is refused: bind of fd 5 fails with EADDRINUSE
         +519 us  thread 4715  comes back from recvfrom on fd 3
         +524 us  thread 4715  enters close(2) of fd 3
         +531 us  thread 4715  returns from close(2) of fd 3

        1 of 2,181 findings is told here; the JSON document keeps 5 in full and counts
        the others.

      DOUBTS
        none

      WHAT THE TRACER DID TO THE RATE (EADDRINUSE per bind, as the programs claim)
        unfixed on go1.9.7: 29.3 % (1,170 of 4,000) under dtrace, 28.0 % (1,120 of
          4,000) untraced: 1.04 times the untraced rate (95 %: 1.04 to 1.06)
        none either way: semaphore on go1.9.7, unfixed on go1.26.8, semaphore on
          go1.26.8

      SESSION
        2026-01-09-a3f1, made by repro with tracer dtrace, seed 20160718
        stored in       .afterclose/2026-01-09-a3f1
        check it again  afterclose check .afterclose/2026-01-09-a3f1

      EXIT CODE 0: everything came out as expected.
      "
    `);
  });

  it('is written for 80 columns where there are fewer', () => {
    expect(shown({}, { width: 20 })).toBe(shown());
  });

  it('at 100 columns', () => {
    expect(section(shown({}, { width: 100 }), 'ARMS')).toMatchInlineSnapshot(`
      "ARMS
        runs held                                           cycles  EADDRINUSE  lingering  deferred closes
        95 % confidence                                      binds    per bind    longest      longest lag
      ----------------------------------------------------------------------------------------------------
      HELD, as expected: unfixed on go1.9.7, watched by dtrace
        5 of 5                                               2,000       1,170      1,065            1,590
        47.8 % to 100 % per run                              4,000      29.3 %    1.42 ms          1.59 ms
      clean, as expected: semaphore on go1.9.7, watched by dtrace
        0 of 5                                               2,000           0          0            4,000
        below 45.1 % per run                                 4,000         0 %          -           176 us
      clean, as expected: unfixed on go1.26.8, watched by dtrace
        0 of 5                                               2,000           0          0                0
        below 45.1 % per run                                 4,000         0 %          -                -
      clean, as expected: semaphore on go1.26.8, watched by dtrace
        0 of 5                                               2,000           0          0                0
        below 45.1 % per run                                 4,000         0 %          -                -
      unknown: unfixed on go1.9.7, untraced (the program's own word)
        no evidence                                          2,000       1,120          -                -
        -                                                    4,000      28.0 %          -                -
      unknown: semaphore on go1.9.7, untraced (the program's own word)
        no evidence                                          2,000           0          -                -
        -                                                    4,000         0 %          -                -
      unknown: unfixed on go1.26.8, untraced (the program's own word)
        no evidence                                          2,000           0          -                -
        -                                                    4,000         0 %          -                -
      unknown: semaphore on go1.26.8, untraced (the program's own word)
        no evidence                                          2,000           0          -                -
        -                                                    4,000         0 %          -                -
      lingering: sockets still held past the point from which the program takes the address as free.
      deferred closes: sockets still there after Close had returned; a measure, not a finding."
    `);
  });

  it('has a line for each arm where the terminal is wide enough', () => {
    expect(section(shown({}, { width: 180 }), 'ARMS')).toMatchInlineSnapshot(`
      "ARMS
      variant    toolchain  tracer  runs held    95 % per run     cycles  binds  EADDRINUSE  per bind  lingering  longest  deferred closes  longest lag  verdict  expected
      ---------  ---------  ------  -----------  ---------------  ------  -----  ----------  --------  ---------  -------  ---------------  -----------  -------  ----------------
      unfixed    go1.9.7    dtrace  5 of 5       47.8 % to 100 %   2,000  4,000       1,170    29.3 %      1,065  1.42 ms            1,590      1.59 ms  HELD     as expected
      semaphore  go1.9.7    dtrace  0 of 5       below 45.1 %      2,000  4,000           0       0 %          0        -            4,000       176 us  clean    as expected
      unfixed    go1.26.8   dtrace  0 of 5       below 45.1 %      2,000  4,000           0       0 %          0        -                0            -  clean    as expected
      semaphore  go1.26.8   dtrace  0 of 5       below 45.1 %      2,000  4,000           0       0 %          0        -                0            -  clean    as expected
      unfixed    go1.9.7    none    no evidence  -                 2,000  4,000       1,120    28.0 %          -        -                -            -  unknown  nothing expected
      semaphore  go1.9.7    none    no evidence  -                 2,000  4,000           0       0 %          -        -                -            -  unknown  nothing expected
      unfixed    go1.26.8   none    no evidence  -                 2,000  4,000           0       0 %          -        -                -            -  unknown  nothing expected
      semaphore  go1.26.8   none    no evidence  -                 2,000  4,000           0       0 %          -        -                -            -  unknown  nothing expected
      lingering: sockets still held past the point from which the program takes the address as free.
      deferred closes: sockets still there after Close had returned; a measure, not a finding."
    `);
  });

  it('in colour, says the same', () => {
    for (const width of [80, 180]) {
      expect(shown({}, { color: true, width }).replace(/\x1b\[\d+m/g, '')).toBe(shown({}, { width }));
    }
    expect(shown({}, { color: true })).toContain('\x1b[32m');
  });

  it('with full detail, tells every finding that the report has', () => {
    const full = shown({}, { detail: 'full' });
    expect(full.match(/^(THE FIRST )?(CONFLICT|LINGER|LEAK): .*$/gm)).toMatchInlineSnapshot(`
      [
        "THE FIRST CONFLICT: unfixed on go1.9.7, run 0001, cycle 2",
        "CONFLICT: unfixed on go1.9.7, run 0002, cycle 2",
        "CONFLICT: unfixed on go1.9.7, run 0003, cycle 2",
        "LINGER: unfixed on go1.9.7, run 0001, cycle 2",
        "LEAK: unfixed on go1.9.7, run 0005, cycle 400",
      ]
    `);
  });
});

describe('repro, otherwise', () => {
  it('unexpected: tells the story of the arm that must be clean', () => {
    const broken = {
      arm: arms.fixedOld.arm,
      runs: [
        ...arms.fixedOld.runs.slice(0, 4),
        run({ run: '0020', verdict: 'held', findings: [conflict({ run: '0020' })] }),
      ],
    };
    const text = shown({ arms: [arms.unfixedOld, broken, arms.unfixedOldAlone, arms.fixedOldAlone] });
    expect([text.split('\n\n')[0], section(text, 'THE FIRST').split('\n')[0], section(text, 'EXIT')])
      .toMatchInlineSnapshot(`
      [
        "UNEXPECTED: a port was still held in 1 arm that must be clean: semaphore on
        go1.9.7 (1 of 5).
        The race shows: unfixed on go1.9.7 still held a port after closing it in 5 of
          5 runs (47.8 % to 100 % per run). 1,170 of its 4,000 binds failed with
          EADDRINUSE.
        Held, and must be clean: semaphore on go1.9.7 still held a port after closing
          it in 1 of 5 runs (0.50 % to 71.7 % per run). 0 of its 4,000 binds failed
          with EADDRINUSE.",
        "THE FIRST CONFLICT: semaphore on go1.9.7, run 0020, cycle 2",
        "EXIT CODE 1: a port was held in an arm that must be clean.
      ",
      ]
    `);
  });

  it('untraced: no evidence, no story, no effect', () => {
    expect(
      shown({ tracer: 'none', tracerRequested: 'none', arms: [arms.unfixedOldAlone, arms.fixedOldAlone] }),
    ).toMatchInlineSnapshot(`
      "INCONCLUSIVE: nothing was traced, and what a program says of itself is no
        evidence.
        By its own word: unfixed on go1.9.7 was refused 1,120 of 4,000 binds with
          EADDRINUSE.
        By its own word: semaphore on go1.9.7 was refused 0 of 4,000 binds with
          EADDRINUSE.

      ARMS
        runs held                       cycles  EADDRINUSE  lingering  deferred closes
        95 % confidence                  binds    per bind    longest      longest lag
      --------------------------------------------------------------------------------
      unknown: unfixed on go1.9.7, untraced (the program's own word)
        no evidence                      2,000       1,120          -                -
        -                                4,000      28.0 %          -                -
      unknown: semaphore on go1.9.7, untraced (the program's own word)
        no evidence                      2,000           0          -                -
        -                                4,000         0 %          -                -
      lingering: sockets still held past the point from which the program takes the
        address as free.
      deferred closes: sockets still there after Close had returned; a measure, not a
        finding.

      FINDINGS
        None can be: nothing was traced.

      DOUBTS
        none

      SESSION
        2026-01-09-a3f1, made by repro with tracer none, seed 20160718
        stored in       .afterclose/2026-01-09-a3f1
        check it again  afterclose check .afterclose/2026-01-09-a3f1

      EXIT CODE 4: inconclusive: this proves neither that the port is held nor that it
        is not.
      "
    `);
  });

  it('interrupted before anything was done', () => {
    expect(shown({ arms: [], end: { kind: 'interrupted', signal: 2 } })).toMatchInlineSnapshot(`
      "INTERRUPTED: ended by SIGINT; this is what was traced until then.

      ARMS
        none

      FINDINGS
        None can be: nothing was traced.

      DOUBTS
        none

      SESSION
        2026-01-09-a3f1, made by repro with tracer dtrace, seed 20160718
        stored in       .afterclose/2026-01-09-a3f1
        check it again  afterclose check .afterclose/2026-01-09-a3f1

      EXIT CODE 130: ended by SIGINT.
      "
    `);
  });

  it('traced, and nothing found', () => {
    expect(section(shown({ arms: [arms.fixedOld] }), 'FINDINGS')).toMatchInlineSnapshot(`
      "FINDINGS
        None: no conflict, no linger and no leak in what was traced."
    `);
  });
});

describe('doubts and notes', () => {
  it('are grouped by code, the same text once', () => {
    const runs = five((number) => {
      const id = `000${number}`;
      const foreign = {
        address: 'udp 127.0.0.1:3001',
        text: 'the address was in use, and no socket inside the run held it',
      };
      return run({
        run: id,
        verdict: 'unknown',
        doubts: [
          doubt('foreign-holder', { run: id, ...foreign }),
          doubt('unparsed', { run: id, text: `line ${number}` }),
        ],
        doubtsOmitted: number === 1 ? 12 : 0,
        notes: [
          {
            code: 'in-use-by-own-open-socket',
            address: 'udp 127.0.0.1:3002',
            count: 3,
            text: 'in use by your own open socket',
          },
        ],
      });
    });
    const lost = doubt('dropped', { run: null, text: 'dtrace said that it dropped 224 events' });
    const text = shown({ arms: [{ arm: arms.fixedOld.arm, runs }], doubts: [lost] });
    expect([section(text, 'DOUBTS'), section(text, 'NOTES')].join('\n\n')).toMatchInlineSnapshot(`
      "DOUBTS (23)
        dropped, 1 time
          the whole session: dtrace said that it dropped 224 events
        foreign-holder, 5 times
          runs 0001, 0002, 0003, 0004, 0005 (udp 127.0.0.1:3001): the address was in
            use, and no socket inside the run held it
        unparsed, 5 times
          run 0001: line 1
          run 0002: line 2
          run 0003: line 3
          and 2 more like it
        and 12 more doubts that the report only counts.

      NOTES (15)
        in-use-by-own-open-socket, 15 times
          runs 0001, 0002, 0003, 0004, 0005 (udp 127.0.0.1:3002): in use by your own
            open socket"
    `);
  });
});

describe('what the tracer did', () => {
  it.each([
    [0, 0],
    [0, 40],
    [40, 0],
    [40, 4],
  ])('traced %d, untraced %d', (traced, untraced) => {
    const claimed = (addressInUse: number) => run({ claimed: { cycles: 400, binds: 800, addressInUse } });
    const text = shown({
      arms: [
        { arm: arms.unfixedOld.arm, runs: five(() => claimed(traced)) },
        { arm: arms.unfixedOldAlone.arm, runs: five(() => claimed(untraced)) },
      ],
    });
    const lines = section(text, 'WHAT THE TRACER').split('\n').slice(1).join('\n');
    expect(lines).toBe(effects[`${traced} ${untraced}`]);
  });

  const effects: Readonly<Record<string, string>> = {
    '0 0': '  none either way: unfixed on go1.9.7',
    '0 40':
      '  unfixed on go1.9.7: 0 % (0 of 4,000) under dtrace, 5.0 % (200 of 4,000)\n    untraced: seen only when untraced (p = 0.005)',
    '40 0':
      '  unfixed on go1.9.7: 5.0 % (200 of 4,000) under dtrace, 0 % (0 of 4,000)\n    untraced: seen only when traced (p = 0.005)',
    '40 4':
      '  unfixed on go1.9.7: 5.0 % (200 of 4,000) under dtrace, 0.50 % (20 of 4,000)\n    untraced: 10 times the untraced rate (95 %: 10 to 10)',
  };
});

describe('the session', () => {
  it.each([
    ['/home/me/.afterclose/x', 'afterclose check /home/me/.afterclose/x'],
    ["/tmp/it's here", "afterclose check '/tmp/it'\\''s here'"],
    ['-rf', "afterclose check '-rf'"],
    ['/tmp/a\nb', 'afterclose check <that directory>'],
  ])('%j is checked again by %s', (sessionPath, command) => {
    expect(section(shown({}, { sessionPath }), 'SESSION').split('check it again  ')[1]).toBe(command);
  });

  it('is not said to be stored where it is not', () => {
    expect(section(shown({ tracerRequested: 'ebpf' }, { sessionPath: null }), 'SESSION'))
      .toMatchInlineSnapshot(`
      "SESSION
        2026-01-09-a3f1, made by repro with tracer dtrace (asked for: ebpf), seed
          20160718"
    `);
  });
});
