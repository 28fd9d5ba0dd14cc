import { describe, expect, test } from 'vitest';
import { endOfUnfinished, readBody, readHead } from '../../../../../harness/tracers/strace/line.ts';

const epoch = (seconds: number, fractionNs: number) => ({
  kind: 'epoch',
  seconds,
  fractionNs,
  isWhole: false,
});

describe('the head', () => {
  test.each([
    ['close(3) = 0', { prefix: 'none', tid: null, stamp: null }],
    ['123   close(3) = 0', { prefix: 'number', tid: 123, stamp: null }],
    ['4194304 close(3) = 0', { prefix: 'number', tid: 4194304, stamp: null }],
    ['[pid    12] close(3) = 0', { prefix: 'bracket', tid: 12, stamp: null }],
    ['[pid 12<a] b>] close(3) = 0', { prefix: 'bracket', tid: 12, stamp: null }],
    ['12<python3> close(3) = 0', { prefix: 'number', tid: 12, stamp: null }],
    [String.raw`12<\x70\x3e> 1795430663.5 close(3) = 0`, { tid: 12, stamp: epoch(1795430663, 5e8) }],
    ['1795430663.118561333 close(3) = 0', { tid: null, stamp: epoch(1795430663, 118561333) }],
    ['12 1795430663.118561 close(3) = 0', { tid: 12, stamp: epoch(1795430663, 118561000) }],
    ['1795430663 close(3) = 0', { tid: null, stamp: { kind: 'epoch', isWhole: true } }],
    ['12    1795430663 close(3) = 0', { tid: 12, stamp: { kind: 'epoch', isWhole: true } }],
    ['10:45:31 close(3) = 0', { stamp: { kind: 'day', seconds: 38731, isWhole: true } }],
    ['12 10:45:31.458930 close(3) = 0', { tid: 12, stamp: { kind: 'day', fractionNs: 458930000 } }],
    ['     0.000090 close(3) = 0', { tid: null, stamp: { kind: 'relative', seconds: 0, fractionNs: 90000 } }],
    ['12         12.5 close(3) = 0', { tid: 12, stamp: { kind: 'relative', seconds: 12 } }],
    ['12 10:45:31 (+     0.000071) close(3) = 0', { tid: 12, stamp: { kind: 'day', seconds: 38731 } }],
    ['12 10:45:31.5 [  49] close(3) = 0', { tid: 12, stamp: { kind: 'day' } }],
    ['12 [   3] [00007f1b4c6e2a3d] close(3) = 0', { tid: 12, stamp: null }],
    ['[????????????????] close(3) = 0', { tid: null, stamp: null }],
  ])('%s', (line, head) => {
    const read = readHead(line);
    expect(read).toMatchObject(head);
    expect(line.slice(read.end)).toBe('close(3) = 0');
  });

  test.each(['', '   ', 'text', '12', '12:', '[pid', '[pid 12', '99999999999999'])(
    '%j is none, and no error',
    (line) => {
      expect(readHead(line).end).toBeLessThanOrEqual(line.length);
    },
  );
});

describe('the body', () => {
  test.each([
    ['close(3) = 0', { kind: 'call', name: 'close', start: 6, form: 'whole' }],
    ['close(3) = 0 <0.000006>', { kind: 'call', form: 'whole' }],
    ['close(3 <unfinished ...>', { kind: 'call', form: 'unfinished' }],
    ['recvfrom(3,  <detached ...>', { kind: 'call', form: 'unfinished' }],
    [
      'execve("/bin/true", [], 0x7f /* 0 vars */ <pid changed to 12 ...>',
      { kind: 'call', form: 'unfinished' },
    ],
    ['recvfrom(5,  <unfinished ...>) = ?', { kind: 'call', form: 'whole' }],
    ['write(1, " <unfinished ...>", 17) = 17', { kind: 'call', form: 'whole' }],
    // its thread was gone before strace could ask which call it is
    ['???( <unfinished ...>', { kind: 'call', name: '???', form: 'unfinished' }],
    ['<... ??? resumed>) = ?', { kind: 'resumed', name: '???' }],
    ['<... close resumed>) = 0', { kind: 'resumed', name: 'close', start: 19 }],
    ['<... resuming interrupted read ...>) = 0', { kind: 'other' }],
    ['+++ exited with 0 +++', { kind: 'exit' }],
    ['+++ killed by SIGKILL +++', { kind: 'exit' }],
    ['+++ killed by SIGSEGV (core dumped) +++', { kind: 'exit' }],
    ['+++ killed by SIGRT_2 +++', { kind: 'exit' }],
    ['+++ superseded by execve in pid 12 +++', { kind: 'superseded', from: 12 }],
    ['--- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=0} ---', { kind: 'other' }],
    ['--- stopped by SIGSTOP ---', { kind: 'other' }],
    ['strace: Process 12 attached', { kind: 'other' }],
    ['/usr/bin/strace: [ Process PID=12 runs in 32 bit mode. ]', { kind: 'other' }],
    [' > /usr/lib/libc.so.6(__close+0x14) [0xfb0]', { kind: 'other' }],
  ])('%s', (line, body) => {
    expect(readBody(line, 0)).toMatchObject(body);
  });

  test.each(['', 'text', '+++ exited', '+++ exited with 0', '--- SIGURG', '<... close', 'close', '{"a": 1}'])(
    '%j fits no rule',
    (line) => {
      expect(readBody(line, 0)).toBeNull();
    },
  );
});

test('the arguments of an unfinished call end before the mark', () => {
  const line = 'close(3 <unfinished ...>';
  expect(line.slice(0, endOfUnfinished(line))).toBe('close(3');
});
