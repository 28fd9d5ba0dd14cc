import { describe, expect, it } from 'vitest';
import { buildReport, type JudgedArm } from '../../../src/report/build.ts';
import { documentOf } from '../../../src/report/json.ts';
import { reportSchema, type ArmReport } from '../../../src/report/report.ts';
import type { RunSummary } from '../../../src/verdict/run-summary.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { conflict, leak, linger, start } from './sample-findings.ts';
import { arms, doubt, five, run, session } from './sample-session.ts';

describe('buildReport', () => {
  it('is a valid report, the same after a trip through JSON', () => {
    const report = buildReport(session());
    expect(reportSchema.parse(documentOf(report))).toEqual(documentOf(report));
    expect(report.runs?.length).toBe(40);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('adds up what the runs of an arm came to', () => {
    const { arms: rows } = buildReport(session());
    expect(rows.map(rowOf)).toMatchInlineSnapshot(`
      [
        "id=unfixed@go1.9.7:dtrace variant=unfixed toolchain=go1.9.7 tracer=dtrace role=null runs=5 expected=held doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=1170 lingering=1065 longestLingerNs=1415000 deferredCloses=1590 longestCloseLagNs=1595000 heldRuns=5 unknownRuns=0 verdict=held",
        "id=semaphore@go1.9.7:dtrace variant=semaphore toolchain=go1.9.7 tracer=dtrace role=null runs=5 expected=clean doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=0 lingering=0 longestLingerNs=null linger=null deferredCloses=4000 longestCloseLagNs=176000 heldRuns=0 unknownRuns=0 verdict=clean",
        "id=unfixed@go1.26.8:dtrace variant=unfixed toolchain=go1.26.8 tracer=dtrace role=null runs=5 expected=clean doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=0 lingering=0 longestLingerNs=null linger=null deferredCloses=0 longestCloseLagNs=null closeLag=null heldRuns=0 unknownRuns=0 verdict=clean",
        "id=semaphore@go1.26.8:dtrace variant=semaphore toolchain=go1.26.8 tracer=dtrace role=null runs=5 expected=clean doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=0 lingering=0 longestLingerNs=null linger=null deferredCloses=0 longestCloseLagNs=null closeLag=null heldRuns=0 unknownRuns=0 verdict=clean",
        "id=unfixed@go1.9.7:none variant=unfixed toolchain=go1.9.7 tracer=none role=null runs=5 expected=null doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=1120 heldRuns=null heldShare=null lingering=null longestLingerNs=null linger=null deferredCloses=null longestCloseLagNs=null closeLag=null verdict=unknown unknownRuns=5",
        "id=semaphore@go1.9.7:none variant=semaphore toolchain=go1.9.7 tracer=none role=null runs=5 expected=null doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=0 heldRuns=null heldShare=null lingering=null longestLingerNs=null linger=null deferredCloses=null longestCloseLagNs=null closeLag=null verdict=unknown unknownRuns=5",
        "id=unfixed@go1.26.8:none variant=unfixed toolchain=go1.26.8 tracer=none role=null runs=5 expected=null doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=0 heldRuns=null heldShare=null lingering=null longestLingerNs=null linger=null deferredCloses=null longestCloseLagNs=null closeLag=null verdict=unknown unknownRuns=5",
        "id=semaphore@go1.26.8:none variant=semaphore toolchain=go1.26.8 tracer=none role=null runs=5 expected=null doubts=0 crossCheck=null cycles=2000 binds=4000 addressInUse=0 heldRuns=null heldShare=null lingering=null longestLingerNs=null linger=null deferredCloses=null longestCloseLagNs=null closeLag=null verdict=unknown unknownRuns=5",
      ]
    `);
  });

  it('tells a finding in the words of the report', () => {
    const [first] = buildReport(session({ arms: [arms.unfixedOld] })).findings;
    expect(first).toMatchInlineSnapshot(`
      {
        "address": "udp 127.0.0.1:3001",
        "atNs": 1204730000,
        "cause": "after-close",
        "certain": true,
        "code": "conflict",
        "cycle": 2,
        "evidence": [
          {
            "atNs": 1204318000,
            "fd": 3,
            "name": "socket",
            "pid": 4711,
            "tid": 4713,
            "what": "opened",
          },
          {
            "atNs": 1204325000,
            "fd": 3,
            "name": "bind",
            "pid": 4711,
            "tid": 4713,
            "what": "bound",
          },
          {
            "atNs": 1204349000,
            "fd": 3,
            "name": "recvfrom",
            "pid": 4711,
            "tid": 4715,
            "what": "call-entered",
          },
          {
            "atNs": 1204661000,
            "fd": null,
            "name": "closing",
            "pid": 4711,
            "tid": 4711,
            "what": "closing",
          },
          {
            "atNs": 1204679000,
            "fd": null,
            "name": "closed",
            "pid": 4711,
            "tid": 4711,
            "what": "closed",
          },
          {
            "atNs": 1204720000,
            "fd": null,
            "name": "done",
            "pid": 4711,
            "tid": 4711,
            "what": "free-point",
          },
          {
            "atNs": 1204730000,
            "fd": 5,
            "name": "bind",
            "pid": 4711,
            "tid": 4711,
            "what": "bind-entered",
          },
          {
            "atNs": 1204746000,
            "fd": 5,
            "name": "bind",
            "pid": 4711,
            "tid": 4711,
            "what": "bind-failed",
          },
          {
            "atNs": 1204837000,
            "fd": 3,
            "name": "recvfrom",
            "pid": 4711,
            "tid": 4715,
            "what": "call-returned",
          },
          {
            "atNs": 1204842000,
            "fd": 3,
            "name": "close",
            "pid": 4711,
            "tid": 4715,
            "what": "close-entered",
          },
          {
            "atNs": 1204849000,
            "fd": 3,
            "name": "close",
            "pid": 4711,
            "tid": 4715,
            "what": "close-returned",
          },
        ],
        "failed": {
          "call": "bind",
          "enteredAtNs": 1204730000,
          "fd": 5,
          "returnedAtNs": 1204746000,
        },
        "holders": [
          {
            "boundAtNs": 1204325000,
            "boundTo": "127.0.0.1:3001",
            "call": null,
            "certain": true,
            "fd": 3,
            "inode": null,
            "kind": "descriptor",
            "openedAtNs": 1204318000,
            "openedByTid": 4713,
            "origin": "socket",
            "pid": 4711,
            "releasedAtNs": null,
            "releasedBy": {
              "call": "close",
              "enteredAtNs": 1204842000,
              "returnedAtNs": 1204849000,
              "tid": 4715,
            },
            "socket": 3,
          },
        ],
        "lengthNs": null,
        "pid": 4711,
        "run": "0001",
        "tid": 4711,
        "toolchain": "go1.9.7",
        "tracer": "dtrace",
        "variant": "unfixed",
      }
    `);
  });
});

describe('the outcome', () => {
  const bad = arms.unfixedOld;
  const good = arms.fixedOld;
  const cleanBad = { arm: bad.arm, runs: good.runs };
  const heldGood = { arm: good.arm, runs: bad.runs };
  it.each<[string, readonly JudgedArm[], string, number]>([
    ['what must be held is, what must be clean is', [bad, good], 'as-expected', 0],
    ['what must be clean is held', [bad, heldGood], 'unexpected', 1],
    ['what must be clean is held, whatever else', [cleanBad, heldGood], 'unexpected', 1],
    ['what must be held is clean', [cleanBad, good], 'inconclusive', 4],
    ['an arm without runs', [bad, { arm: good.arm, runs: [] }], 'inconclusive', 4],
    ['only untraced arms', [arms.unfixedOldAlone], 'inconclusive', 4],
    ['nothing at all', [], 'inconclusive', 4],
  ])('%s', (_, judged, outcome, exitCode) => {
    expect(buildReport(session({ arms: judged }))).toMatchObject({ outcome, exitCode });
  });

  it('an end that was not the end of the work comes first', () => {
    const interrupted = buildReport(session({ end: { kind: 'interrupted', signal: 15 } }));
    expect(interrupted).toMatchObject({ outcome: 'interrupted', exitCode: 143 });
    const failed = buildReport(session({ end: { kind: 'failed' }, arms: [] }));
    expect(failed).toMatchObject({ outcome: 'failed', exitCode: 3 });
  });
});

describe('an arm', () => {
  it('is as bad as its worst run, and counts the unknown ones', () => {
    const verdicts = (...list: RunSummary['verdict'][]) => armOf(list.map((verdict) => run({ verdict })));
    expect(verdicts('clean', 'clean')).toMatchObject({ verdict: 'clean', heldRuns: 0, unknownRuns: 0 });
    expect(verdicts('clean', 'unknown')).toMatchObject({ verdict: 'unknown', heldRuns: 0, unknownRuns: 1 });
    expect(verdicts('held', 'unknown')).toMatchObject({ verdict: 'held', heldRuns: 1, unknownRuns: 1 });
    expect(verdicts()).toMatchObject({ verdict: 'unknown', heldRuns: 0, unknownRuns: 0, cycles: null });
  });

  it('has no sum where a part of it is missing', () => {
    const { figures } = run();
    const arm = armOf([run(), run({ figures: { ...figures, binds: null, lingering: null } })]);
    expect(arm).toMatchObject({ cycles: 800, binds: null, addressInUse: 0, lingering: null });
  });

  it('takes the longest over the runs that have one', () => {
    const { figures } = run();
    const lengths = [null, 7, 3].map((longestLingerNs) => run({ figures: { ...figures, longestLingerNs } }));
    expect(armOf(lengths)).toMatchObject({ longestLingerNs: 7, longestCloseLagNs: null });
  });

  it('untraced: has the claims for figures, no evidence, and no verdict', () => {
    const claimed = { cycles: 400, binds: 800, addressInUse: 3 };
    const runs = [run({ claimed, verdict: 'clean' }), run({ claimed })];
    expect(rowOf(armOf(runs, 'none'))).toMatchInlineSnapshot(
      `"id=semaphore@go1.9.7:none variant=semaphore toolchain=go1.9.7 tracer=none role=null runs=2 expected=null doubts=0 crossCheck=null cycles=800 binds=1600 addressInUse=6 heldRuns=null heldShare=null lingering=null longestLingerNs=null linger=null deferredCloses=null longestCloseLagNs=null closeLag=null verdict=unknown unknownRuns=2"`,
    );
    expect(armOf([run({ claimed }), run({ claimed: null })], 'none')).toMatchObject({ cycles: null });
  });

  it('counts its own doubts, kept or not, and none of the session', () => {
    const session = doubt('dropped', { run: null });
    const runs = [
      run({ doubts: [doubt('unparsed'), session], doubtsOmitted: 7 }),
      run({ doubts: [session] }),
    ];
    expect(armOf(runs).doubts).toBe(8);
  });
});

describe('findings', () => {
  it('keeps five of an arm: the first conflicts, and the first linger and leak in any case', () => {
    const at = (us: number) => ({ at: nanos(start + us * 1000) });
    const runs = [
      run({ findings: [10, 30, 50, 70, 90].map((us) => conflict(at(us))), findingsOmitted: 100 }),
      run({ findings: [linger(at(1)), linger(at(2)), conflict(at(20)), leak(at(200)), leak(at(201))] }),
    ];
    const report = buildReport(session({ arms: [{ arm: arms.unfixedOld.arm, runs }] }));
    expect(report.findings.map(({ code, atNs }) => `${code} ${(atNs - start) / 1000}`)).toEqual([
      'conflict 10',
      'conflict 20',
      'conflict 30',
      'linger 1',
      'leak 200',
    ]);
    expect(report.findingsOmitted).toBe(105);
  });

  it('shows a certain one before those that are not', () => {
    const uncertain = [1, 2, 3, 4, 5, 6].map((at) => conflict({ at: nanos(at), certain: false }));
    const runs = [run({ findings: [...uncertain, conflict({ at: nanos(7) })] })];
    const { findings } = buildReport(session({ arms: [{ arm: arms.unfixedOld.arm, runs }] }));
    expect(findings.map(({ atNs }) => atNs)).toEqual([1, 2, 3, 4, 7]);
  });
});

describe('doubts', () => {
  it('puts those of the session first, once, and keeps twenty of a code', () => {
    const lost = doubt('dropped', { run: null });
    const many = Array.from({ length: 25 }, (_, index) => doubt('unparsed', { text: `line ${index}` }));
    const runs = [
      run({ doubts: [...many, lost], doubtsOmitted: 3 }),
      run({ run: '0002', doubts: [lost, doubt('disorder', { run: '0002' })] }),
    ];
    const report = buildReport(session({ arms: [{ arm: arms.fixedOld.arm, runs }], doubts: [lost] }));
    expect(report.doubts.map(({ code }) => code)).toEqual([
      'dropped',
      ...Array.from({ length: 20 }, () => 'unparsed'),
      'disorder',
    ]);
    expect(report.doubtsOmitted).toBe(8);
  });
});

describe('notes', () => {
  it('get the run that they are of', () => {
    const note = {
      code: 'outlives-close',
      address: 'udp 127.0.0.1:3001',
      count: 2,
      text: 'kept on',
    } as const;
    const runs = five((number) => run({ run: `000${number}`, notes: number === 4 ? [note] : [] }));
    const report = buildReport(session({ arms: [{ arm: arms.fixedOld.arm, runs }] }));
    expect(report.notes).toEqual([{ ...note, run: '0004' }]);
  });
});

function armOf(runs: readonly RunSummary[], tracer = 'dtrace'): ArmReport {
  const arm = { variant: 'semaphore', toolchain: 'go1.9.7', tracer, expected: null, role: null };
  const [only] = buildReport(session({ arms: [{ arm, runs }] })).arms;
  return only!;
}

/** One line, so that a table of arms can be read. */
function rowOf(arm: ArmReport): string {
  return Object.entries(arm)
    .flatMap(([name, value]) =>
      typeof value === 'object' && value !== null ? [] : [`${name}=${String(value)}`],
    )
    .join(' ');
}
