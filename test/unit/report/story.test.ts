import { describe, expect, it } from 'vitest';
import { toFindingReport } from '../../../src/report/convert.ts';
import { tellStory } from '../../../src/report/story.ts';
import type { Finding, Holder } from '../../../src/findings/finding.ts';
import { fd, nanos, pid, tid } from '../../../src/trace/ids.ts';
import { closedLate, conflict, evidence, leak, linger, start } from './sample-findings.ts';
import { arms } from './sample-session.ts';

const story = (finding: Finding) => tellStory(toFindingReport(finding, arms.unfixedOld.arm));

/** The one holder of a conflict (bind from +412 us to +428 us), told. */
function holder(changes: Partial<Holder>): string | undefined {
  return story(conflict({ holders: [closedLate(changes)] })).holders[0];
}

function released(call: 'close' | 'dup3' | 'exit_group', enteredUs: number, returnedUs: number | null) {
  const at = (us: number) => nanos(start + us * 1000);
  const returnedAt = returnedUs === null ? null : at(returnedUs);
  return { releasedBy: { tid: tid(4715), call, enteredAt: at(enteredUs), returnedAt } };
}

describe('tellStory', () => {
  it('tells a conflict', () => {
    expect(story(conflict())).toMatchInlineSnapshot(`
      {
        "cause": "The program had begun to close or shut down a holder before it asked for the address again.",
        "holders": [
          "fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvfrom until then",
        ],
        "lines": [
          {
            "atNs": 1204318000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 0,
            "text": "opens fd 3 (socket)",
            "tid": 4713,
          },
          {
            "atNs": 1204325000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 7000,
            "text": "has bound fd 3 to 127.0.0.1:3001",
            "tid": 4713,
          },
          {
            "atNs": 1204349000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 31000,
            "text": "enters recvfrom on fd 3",
            "tid": 4715,
          },
          {
            "atNs": 1204661000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 343000,
            "text": "begins Close",
            "tid": 4711,
          },
          {
            "atNs": 1204679000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 361000,
            "text": "returns from Close",
            "tid": 4711,
          },
          {
            "atNs": 1204720000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 402000,
            "text": "takes the address as free: free point (done)",
            "tid": 4711,
          },
          {
            "atNs": 1204730000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 412000,
            "text": "asks for udp 127.0.0.1:3001: bind of fd 5",
            "tid": 4711,
          },
          {
            "atNs": 1204746000,
            "pid": 4711,
            "role": "judged",
            "sinceStartNs": 428000,
            "text": "is refused: bind of fd 5 fails with EADDRINUSE",
            "tid": 4711,
          },
          {
            "atNs": 1204837000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 519000,
            "text": "comes back from recvfrom on fd 3",
            "tid": 4715,
          },
          {
            "atNs": 1204842000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 524000,
            "text": "enters close(2) of fd 3",
            "tid": 4715,
          },
          {
            "atNs": 1204849000,
            "pid": 4711,
            "role": "leads up or follows",
            "sinceStartNs": 531000,
            "text": "returns from close(2) of fd 3",
            "tid": 4715,
          },
        ],
        "reservation": null,
        "title": "bind of fd 5 to udp 127.0.0.1:3001 by thread 4711 of process 4711 failed with EADDRINUSE",
        "where": "unfixed on go1.9.7, run 0003, cycle 2",
      }
    `);
  });

  it('tells a linger', () => {
    const { title, cause, holders, lines } = story(linger());
    expect({
      title,
      cause,
      holders,
      judged: lines.filter((line) => line.role === 'judged'),
    }).toMatchInlineSnapshot(`
      {
        "cause": "A descriptor of the socket was still in the table: its close(2) came later or never.",
        "holders": [
          "fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 402 us before, bound 395 us before; its close(2) came 122 us after the free point, from thread 4715, which was inside recvfrom until then",
        ],
        "judged": [
          {
            "atNs": 1204720000,
            "pid": 4711,
            "role": "judged",
            "sinceStartNs": 402000,
            "text": "takes the address as free: free point (done)",
            "tid": 4711,
          },
        ],
        "title": "udp 127.0.0.1:3001 was still held 122 us past its free point",
      }
    `);
  });

  it('tells a leak', () => {
    const { title, holders, lines } = story(leak());
    expect({ title, holders, last: lines.at(-1)?.text }).toMatchInlineSnapshot(`
      {
        "holders": [
          "fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 402 us before, bound 395 us before; its close(2) never came: only the end of its process released it",
        ],
        "last": "is the last of its process to end",
        "title": "udp 127.0.0.1:3001 was past its free point, and still held when its last process ended",
      }
    `);
  });

  it('has the holders and the failed call for lines where there is no evidence', () => {
    const lines = story(conflict({ evidence: [] })).lines;
    expect(lines.map((line) => `${line.sinceStartNs} ${line.tid ?? '?'} ${line.text}`))
      .toMatchInlineSnapshot(`
      [
        "0 4713 opens fd 3 (socket)",
        "7000 ? has bound fd 3 to 127.0.0.1:3001",
        "412000 4711 asks for udp 127.0.0.1:3001: bind of fd 5",
        "428000 4711 is refused: bind of fd 5 fails with EADDRINUSE",
        "524000 4715 enters close(2) of fd 3",
        "531000 4715 returns from close(2) of fd 3",
      ]
    `);
  });

  it('is the same whatever the order of the evidence', () => {
    const whole = conflict();
    expect(story({ ...whole, evidence: [...whole.evidence].reverse() })).toEqual(story(whole));
  });

  it('says the bind that is the free point once', () => {
    const free = evidence(412_000, 4711, 'free-point', null, 'bind');
    expect(story(conflict({ evidence: [free] })).lines).toEqual(story(conflict({ evidence: [] })).lines);
  });

  it('says when it is not certain', () => {
    expect(story(conflict({ certain: false })).reservation).toMatchInlineSnapshot(
      `"This is not certain: events may be missing between what proves it and the moment judged (see the doubts)."`,
    );
    expect(story(conflict()).reservation).toBe(null);
  });

  it('has a sentence for every cause', () => {
    const causes = [
      'after-close',
      'still-open',
      'descriptor-open',
      'call-in-flight',
      'duplicate',
      'other-process',
    ] as const;
    const told = causes.map((cause) => story(conflict({ cause })).cause);
    expect(new Set(told).size).toBe(causes.length);
    expect(told.filter((text) => text.startsWith('Cause:'))).toEqual([]);
  });

  it('shows a cause that it does not know, even one with the name of a method', () => {
    const report = { ...toFindingReport(conflict(), arms.unfixedOld.arm), cause: 'constructor' };
    expect(tellStory(report).cause).toBe('Cause: constructor.');
  });
});

describe('what became of the descriptor', () => {
  it('closed later', () => {
    expect(holder(released('close', 524, 531))).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvfrom until then"`,
    );
  });

  it('closed later by a thread that was elsewhere', () => {
    expect(story(conflict({ evidence: [] })).holders[0]).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) came 96.0 us after the failed bind, from thread 4715"`,
    );
  });

  it('closed later by the thread whose call is a holder too', () => {
    const call: Partial<Holder> = {
      kind: 'call',
      call: 'recvmsg',
      origin: 'call',
      openedByTid: tid(4715),
      openedAt: nanos(start + 31_000),
      releasedBy: {
        tid: tid(4715),
        call: 'recvmsg',
        enteredAt: nanos(start + 31_000),
        returnedAt: nanos(start + 519_000),
      },
    };
    const holders = [closedLate(), closedLate(call)];
    expect(story(conflict({ holders, evidence: [] })).holders).toMatchInlineSnapshot(`
      [
        "fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvmsg until then",
        "the socket that was fd 3 of process 4711 when thread 4715 entered recvmsg was still bound to 127.0.0.1:3001: inside that call since 381 us before, bound 405 us before; it came back 91.0 us after the failed bind",
      ]
    `);
  });

  it('in flight', () => {
    expect(holder(released('close', 400, 440))).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) was in flight: entered by thread 4715 12.0 us before, returned 12.0 us after the failed bind"`,
    );
  });

  it('in flight, the entry during the bind', () => {
    expect(holder(released('close', 420, 440))).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) was in flight: entered by thread 4715 during the failed bind, returned 12.0 us after the failed bind"`,
    );
  });

  it('in flight, the return during the bind', () => {
    expect(holder(released('close', 400, 420))).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) was in flight: entered by thread 4715 12.0 us before, returned during the failed bind"`,
    );
  });

  it('in flight when the trace ended', () => {
    expect(holder(released('close', 400, null))).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) was in flight: entered by thread 4715 12.0 us before, not seen to return"`,
    );
  });

  it('never closed', () => {
    const end = evidence(900_000, 4711, 'process-ended', 3, 'exit');
    const never = conflict({ holders: [closedLate({ releasedBy: null })], evidence: [end] });
    expect(story(never).holders[0]).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; its close(2) never came: only the end of its process released it"`,
    );
  });

  it('never closed as far as the trace goes', () => {
    expect(holder({ releasedBy: null })).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; no close(2) of it was seen"`,
    );
  });

  it('returned before, released after', () => {
    expect(holder(released('dup3', 400, 410))).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; the dup3(2) that released it had returned, from thread 4715, 2.00 us before, and the kernel lets go only after that"`,
    );
  });

  it('released by the end of the process', () => {
    expect(holder(released('exit_group', 900, null))).toMatchInlineSnapshot(
      `"fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before, bound 405 us before; the exit_group(2) that released it came 472 us after the failed bind, from thread 4715, which was inside recvfrom until then"`,
    );
  });
});

describe('how the descriptor came to be', () => {
  it('is said for each origin', () => {
    const origins = ['socket', 'accept', 'dup', 'fork', 'inherited'] as const;
    const told = origins.map((origin) => holder({ origin, boundAt: null })?.split(', its close')[0]);
    expect(told).toMatchInlineSnapshot(`
      [
        "fd 3 of process 4711 was still bound to 127.0.0.1:3001: opened by thread 4713 412 us before; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvfrom until then",
        "fd 3 of process 4711 was still bound to 127.0.0.1:3001: accepted by thread 4713 412 us before; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvfrom until then",
        "fd 3 of process 4711 was still bound to 127.0.0.1:3001: duplicated by thread 4713 412 us before; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvfrom until then",
        "fd 3 of process 4711 was still bound to 127.0.0.1:3001: copied by a fork of thread 4713 412 us before; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvfrom until then",
        "fd 3 of process 4711 was still bound to 127.0.0.1:3001: there before the trace began; its close(2) came 96.0 us after the failed bind, from thread 4715, which was inside recvfrom until then",
      ]
    `);
  });

  it('possible only', () => {
    expect(holder({ certain: false })?.split(':')[0]).toBe(
      'fd 3 of process 4711 was possibly still bound to 127.0.0.1',
    );
  });

  it('another process', () => {
    const child = closedLate({ pid: pid(4800), fd: fd(7), origin: 'fork', releasedBy: null });
    expect(story(conflict({ holders: [child] })).holders).toMatchInlineSnapshot(`
      [
        "fd 7 of process 4800 was still bound to 127.0.0.1:3001: copied by a fork of thread 4713 412 us before, bound 405 us before; no close(2) of it was seen",
      ]
    `);
  });
});

describe('a call in flight', () => {
  const call: Partial<Holder> = { kind: 'call', call: 'recvfrom', origin: 'call', openedByTid: tid(4715) };

  it('that came back', () => {
    const back = {
      tid: tid(4715),
      call: 'recvfrom' as const,
      enteredAt: nanos(start),
      returnedAt: nanos(start + 519_000),
    };
    expect(holder({ ...call, releasedBy: back })).toMatchInlineSnapshot(
      `"the socket that was fd 3 of process 4711 when thread 4715 entered recvfrom was still bound to 127.0.0.1:3001: inside that call since 412 us before, bound 405 us before; it came back 91.0 us after the failed bind"`,
    );
  });

  it('that never came back', () => {
    const end = evidence(900_000, 4711, 'process-ended', 3, 'exit');
    const never = conflict({ holders: [closedLate({ ...call, releasedBy: null })], evidence: [end] });
    expect(story(never).holders[0]).toMatchInlineSnapshot(
      `"the socket that was fd 3 of process 4711 when thread 4715 entered recvfrom was still bound to 127.0.0.1:3001: inside that call since 412 us before, bound 405 us before; it never came back: its process ended"`,
    );
  });

  it('that never came back as far as the trace goes', () => {
    expect(holder({ ...call, releasedBy: null })).toMatchInlineSnapshot(
      `"the socket that was fd 3 of process 4711 when thread 4715 entered recvfrom was still bound to 127.0.0.1:3001: inside that call since 412 us before, bound 405 us before; it was not seen to come back"`,
    );
  });

  it('that the end of the process ended', () => {
    expect(holder({ ...call, ...released('exit_group', 900, null) })).toMatchInlineSnapshot(
      `"the socket that was fd 3 of process 4711 when thread 4715 entered recvfrom was still bound to 127.0.0.1:3001: inside that call since 412 us before, bound 405 us before; exit_group(2) ended it 472 us after the failed bind"`,
    );
  });
});
