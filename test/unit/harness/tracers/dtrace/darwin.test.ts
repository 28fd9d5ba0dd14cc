/** What no Mac was asked: the lines that sockets-darwin.d should print there, and xnu's numbers in them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { toLinuxSockaddr } from '../../../../../harness/tracers/dtrace/darwin-calls.ts';
import { createDecoder } from '../../../../../harness/tracers/dtrace/decode.ts';
import { decodeSockaddr } from '../../../../../src/trace/address.ts';
import type { TraceEvent } from '../../../../../src/trace/event.ts';

const recording = join(import.meta.dirname, '../../../../golden/logs/dtrace-darwin/trace.txt');

function decode(text: string): { events: readonly TraceEvent[]; system: string | null } {
  const decoder = createDecoder(1_000_000);
  const events = [...decoder.push(Buffer.from(text)), ...decoder.end()];
  return { events, system: decoder.system };
}

/** Between a first and a last line that fit it. */
function decodeLine(line: string): readonly TraceEvent[] {
  const kind = line.split(' ')[3] ?? '';
  const counts = ['S', 'E', 'R', 'M', 'F', 'C', 'X', '!'].map((each) => `${each}=${each === kind ? 1 : 0}`);
  const { events } = decode(`@BEGIN 1 2 3 darwin\n${line}\n@END ${counts.join(' ')} compat=0\n`);
  return events;
}

test('the whole story: no loss, and the system is told', () => {
  const { events, system } = decode(readFileSync(recording, 'latin1'));
  expect(system).toBe('darwin');
  expect(events.filter(({ kind }) => kind === 'loss')).toEqual([]);
  expect(events.filter((event) => event.kind === 'mark')).toMatchObject([{ text: 'story begins' }]);
});

describe('calls', () => {
  it('have names, whichever variant: the one that is no cancellation point is the same call', () => {
    expect(decodeLine('5 1 2 E recvfrom_nocancel 7 0 0 0')).toEqual([
      { kind: 'enter', at: 5, pid: 1, tid: 2, call: { name: 'recvfrom', fd: 7 } },
    ]);
    expect(decodeLine('5 1 2 E guarded_close_np 7 0 0 0')).toMatchObject([
      { call: { name: 'close', fd: 7 } },
    ]);
  });

  it.each([
    ['connect', 61, 'ECONNREFUSED'],
    ['recvfrom', 35, 'EAGAIN'],
    ['accept', 53, 'ECONNABORTED'],
    ['close', 9, 'EBADF'],
  ])('%s fails with xnu error %d: %s', (name, number, errno) => {
    const returned = decodeLine(`6 1 2 R ${name} -${number}`).find(({ kind }) => kind === 'return');
    expect(returned).toMatchObject({ result: { ok: false, errno } });
  });

  it('that failed without an error number fit no rule', () => {
    expect(decodeLine('6 1 2 R close -4096')).toMatchObject([{ kind: 'loss', reason: 'unparsed' }]);
  });

  it.each(['unknown_call', 'close$NOCANCEL', '', '3'])('of the name %j fit no rule', (name) => {
    expect(decodeLine(`5 1 2 E ${name} 7 0 0 0`)).toMatchObject([{ kind: 'loss', reason: 'unparsed' }]);
  });

  it('of posix_spawn have a child with a table of its own', () => {
    expect(decodeLine('5 1 2 E posix_spawn 0 0 0 0')).toMatchObject([{ call: { name: 'vfork', flags: 0 } }]);
  });

  it('tell the value of an option in the words of Linux', () => {
    const [entry] = decodeLine('5 1 2 S 3 setsockopt 0 3 ffff 200 7ff7bfeff4a0 i:1');
    expect(entry).toMatchObject({ call: { name: 'setsockopt', level: 1, option: 15, value: 1 } });
  });

  it('that DTrace could not read are a loss of one moment', () => {
    expect(decodeLine('5 1 2 ! unknown probe=3 clause=4 fault=1 address=dead')).toMatchObject([
      { kind: 'loss', reason: 'probe-error', extent: 'moment', pid: 1 },
    ]);
  });
});

describe('a sockaddr of BSD', () => {
  it.each([
    ['100275417f0000010000000000000000', { family: 'inet', host: '127.0.0.1', port: 30017 }],
    // The kernel does not look at the length that the program wrote.
    ['000275417f0000010000000000000000', { family: 'inet', host: '127.0.0.1', port: 30017 }],
    [
      '1c1e754200000000fe800000000000000000000000000001 05000000'.replace(' ', ''),
      { family: 'inet6', host: 'fe80::1', port: 30018, scopeId: 5 },
    ],
    ['1001', { family: 'other', number: 1 }],
    ['1012', { family: 'other', number: 255 }],
    ['1000', { family: 'unspec' }],
    ['10', null],
    ['', null],
  ])('%s', (hex, address) => {
    expect(decodeSockaddr(toLinuxSockaddr(Buffer.from(hex, 'hex')))).toEqual(address);
  });
});
