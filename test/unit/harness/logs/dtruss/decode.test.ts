import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDtrussDecoder, type DtrussStyle } from '../../../../../harness/logs/dtruss/decode.ts';
import type { Call, TraceEvent } from '../../../../../src/trace/event.ts';

const sample = readFileSync(
  join(import.meta.dirname, '..', '..', '..', '..', 'golden', 'seed', 'dtruss.txt'),
);

function decode(log: string | Uint8Array): { events: TraceEvent[]; style: DtrussStyle } {
  const decoder = createDtrussDecoder();
  const bytes = typeof log === 'string' ? Buffer.from(log) : log;
  return { events: [...decoder.push(bytes), ...decoder.end()], style: decoder.style };
}

function callOf(line: string): Call | undefined {
  const [entry] = decode(`1/0x2:  ${line}\t\t = 0 0\n`).events;
  return entry?.kind === 'enter' ? entry.call : undefined;
}

it("reads the article's log", () => {
  const { events, style } = decode(sample);
  expect(events.map((event) => ('call' in event ? event.call.name : event.kind))).toEqual(
    ['close', 'socket', 'fcntl', 'fcntl', 'fcntl', 'setsockopt', 'bind'].flatMap((name) => [name, 'return']),
  );
  expect(events.slice(-2)).toEqual([
    { kind: 'enter', at: 13, pid: 82830, tid: 0x978a20, call: { name: 'bind', fd: 5, address: null } },
    {
      kind: 'return',
      at: 14,
      pid: 82830,
      tid: 0x978a20,
      name: 'bind',
      result: { ok: false, errno: 'EADDRINUSE' },
    },
  ]);
  expect(style).toEqual({
    columns: { ids: true, relative: true, elapsed: true },
    ids: true,
    calls: new Set(['close', 'socket', 'fcntl', 'setsockopt', 'bind']),
    lines: 9,
  });
});

describe("macOS's numbers become Linux's", () => {
  it.each<[line: string, call: Call | object]>([
    ['socket(0x1E, 0x2, 0x0)', { name: 'socket', domain: 10, type: 2, protocol: 0 }],
    ['socket(0xA, 0x2, 0x0)', { name: 'socket', domain: -1 }],
    ['setsockopt(0x5, 0xFFFF, 0x4)', { name: 'setsockopt', level: 1, option: 2, value: null }],
    ['setsockopt(0x5, 0xFFFF, 0x200)', { name: 'setsockopt', level: 1, option: 15 }],
    ['setsockopt(0x5, 0x29, 0x1B)', { name: 'setsockopt', level: 41, option: 26 }],
    ['setsockopt(0x5, 0x1, 0x2)', { name: 'setsockopt', level: -1, option: -1 }],
    ['fcntl(0x5, 0x43, 0x0)', { name: 'fcntl', fd: 5, command: 1030 }],
    ['fcntl_nocancel(0x5, 0x0, 0x0)', { name: 'fcntl', fd: 5, command: 0 }],
    ['fcntl(0x5, 0x406, 0x0)', { name: 'fcntl', fd: 5, command: -1 }],
    ['ioctl(0x5, 0x20006601, 0x0)', { name: 'ioctl', fd: 5, request: 0x5451 }],
    ['close_nocancel(0x5)', { name: 'close', fd: 5 }],
    ['close$NOCANCEL(0x5)', { name: 'close', fd: 5 }],
    ['guarded_close_np(0x5, 0x7FF0, 0x0)', { name: 'close', fd: 5 }],
    ['recvfrom_nocancel(0x5, 0x7FF0, 0x4)', { name: 'recvfrom', fd: 5 }],
    ['recvmsg_x(0x5, 0x7FF0, 0x4)', { name: 'recvmmsg', fd: 5 }],
    ['close(0xFFFFFFFFFFFFFFFF)', { name: 'close', fd: -1 }],
    ['dup2(0x5, 0x6, 0x0)', { name: 'dup2', fd: 5, to: 6 }],
  ])('%s', (line, call) => {
    expect(callOf(line)).toMatchObject(call);
  });

  it('passes over calls that move no descriptor, and counts their names', () => {
    const { events, style } = decode('1/0x2:  psynch_cvwait(0x1, 0x2, 0x3)\t\t = 0 0\n');
    expect(events).toEqual([]);
    expect([...style.calls]).toEqual(['psynch_cvwait']);
  });
});

describe('processes', () => {
  it('begin with the answer of the fork that made them', () => {
    const { events } = decode(
      '1/0x2:  fork()\t\t = 7 0\n7/0x9:  fork()\t\t = 0 0\n7/0x9:  close(0x3)\t\t = 0 0\n',
    );
    expect(events.map(({ kind }) => kind)).toEqual(['enter', 'fork', 'return', 'enter', 'return']);
    expect(events[1]).toMatchObject({ kind: 'fork', pid: 7, parent: 1, parentTid: 2 });
  });

  it('have no parent where the child printed first: nobody knows then', () => {
    const { events } = decode(
      '7/0x9:  fork()\t\t = 0 0\n7/0x9:  close(0x3)\t\t = 0 0\n1/0x2:  fork()\t\t = 7 0\n',
    );
    expect(events.filter(({ kind }) => kind === 'fork')).toEqual([]);
  });
});

it('reads marks', () => {
  const { events } = decode(
    String.raw`1/0x2:  access("/@afterclose/closed udp 127.0.0.1:3001\0", 0x0, 0x0)` + '\t\t = -1 Err#2\n',
  );
  expect(events).toMatchObject([{ kind: 'mark', pid: 1, tid: 2, text: 'closed udp 127.0.0.1:3001' }]);
});

describe('what it can not read', () => {
  it('is a loss where it may have been a call that matters', () => {
    const { events } = decode('1/0x2:  bind(0x5, 0xC821AA57\n');
    expect(events).toMatchObject([{ kind: 'loss', reason: 'unparsed', extent: 'moment' }]);
  });

  it('is a loss where dtrace says that it dropped something', () => {
    const { events } = decode('dtrace: 17 drops on CPU 1\n');
    expect(events).toMatchObject([{ kind: 'loss', reason: 'dropped', extent: 'anywhere', count: 17 }]);
  });

  it('is a loss where a probe failed', () => {
    const { events } = decode(
      'dtrace: error on enabled probe ID 2210 (ID 572: syscall::bind:return): invalid\n',
    );
    expect(events).toMatchObject([{ kind: 'loss', reason: 'probe-error', extent: 'anywhere' }]);
  });

  it('is passed over where the program printed it', () => {
    expect(decode('--- FAIL: TestReconnect (0.00s)\n\nhello (world) = 3\n').events).toEqual([]);
  });
});
