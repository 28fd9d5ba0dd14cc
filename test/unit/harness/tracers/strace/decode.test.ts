import { describe, expect, test } from 'vitest';
import { decodeLines, lossesIn, told } from './decode-text.ts';

const thread = 'CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD';
const address = '{sa_family=AF_INET, sin_port=htons(3001), sin_addr=inet_addr("127.0.0.1")}';

describe('calls', () => {
  test('on one line: entered when it says, and back after its duration', () => {
    expect(
      decodeLines([
        `7 1795430663.000000100 bind(3, ${address}, 16) = -1 EADDRINUSE (Address already in use) <0.000000020>`,
        '7 1795430663.000000500 +++ exited with 0 +++',
      ]),
    ).toEqual([
      {
        kind: 'enter',
        at: 0,
        pid: 7,
        tid: 7,
        call: { name: 'bind', fd: 3, address: { family: 'inet', host: '127.0.0.1', port: 3001 } },
      },
      { kind: 'return', at: 20, pid: 7, tid: 7, name: 'bind', result: { ok: false, errno: 'EADDRINUSE' } },
      { kind: 'exit', at: 400, pid: 7, tid: 7, last: true },
    ]);
  });

  test('on two, with the lines of others between them', () => {
    const events = decodeLines([
      `7 0.1 clone(child_stack=NULL, flags=${thread}) = 8`,
      '7 0.1 recvfrom(3,  <unfinished ...>',
      '8 0.1 close(3)    = 0',
      '7 0.1 <... recvfrom resumed>"x", 64, 0, NULL, NULL) = 1',
      '7 0.1 exit_group(0) = ?',
      '8 0.1 +++ exited with 0 +++',
      '7 0.1 +++ exited with 0 +++',
    ]);
    expect(told(events)).toEqual([
      '7/7 enter clone',
      '7/8 fork of 7/7',
      '7/7 return clone 8',
      '7/7 enter recvfrom',
      '7/8 enter close',
      '7/8 return close 0',
      '7/7 return recvfrom 1',
      '7/7 enter exit_group',
      '7/8 exit',
      '7/7 exit last',
    ]);
  });

  test('descriptors that go with a message are told with its return, in each style; data that look like it are not', () => {
    const control = (level: string, type: string): string =>
      `{msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=${level}, cmsg_type=${type}, cmsg_data=[3]}], msg_controllen=24, msg_flags=0}`;
    const named = control('SOL_SOCKET', 'SCM_RIGHTS');
    const text = String.raw`{msg_name=NULL, msg_iov=[{iov_base="cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS\"", iov_len=45}]}`;
    const events = decodeLines([
      `7 0.1 sendmsg(5, ${named}, 0) = 1`,
      `7 0.1 sendmsg(5, ${control('0x1 /* SOL_SOCKET */', '0x1 /* SCM_RIGHTS */')}, 0) = 1`,
      `7 0.1 sendmsg(5, ${control('0x1', '0x1')}, 0) = 1`,
      `7 0.1 sendmsg(5, ${named}, 0 <unfinished ...>`,
      '7 0.1 <... sendmsg resumed>) = 1',
      '7 0.1 sendmmsg(5,  <unfinished ...>',
      `7 0.1 <... sendmmsg resumed>[{msg_hdr=${named}, msg_len=1}], 1, 0) = 1`,
      `7 0.1 sendmsg(5, ${control('SOL_SOCKET', 'SCM_CREDENTIALS')}, 0) = 1`,
      `7 0.1 sendmsg(5, ${control('0x1', '0x10')}, 0) = 1`,
      `7 0.1 sendmsg(5, ${text}, 0) = 1`,
      '7 0.1 +++ exited with 0 +++',
    ]);
    expect(lossesIn(events)).toEqual([]);
    const passing = events.flatMap((event) => (event.kind === 'return' ? [event.passesDescriptors] : []));
    expect(passing).toEqual([true, true, true, true, true, undefined, undefined, undefined]);
  });

  test('no two events have the same time, since their order is known', () => {
    const events = decodeLines([
      '7 10:00:00 close(3) = 0',
      '7 10:00:00 close(4) = 0',
      '7 10:00:00 +++ exited with 0 +++',
    ]);
    expect(events.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4]);
  });

  test('a call that a signal interrupts comes back; one that its end interrupts does not', () => {
    expect(
      told(
        decodeLines([
          '7 recvfrom(3, 0xc0, 64, 0, 0xc1, [112]) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)',
          '7 --- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=7, si_uid=0} ---',
          '7 recvfrom(3,  <unfinished ...>) = ?',
          '7 +++ killed by SIGKILL +++',
        ]),
      ),
    ).toEqual([
      '7/7 enter recvfrom',
      '7/7 return recvfrom ERESTARTSYS',
      '7/7 enter recvfrom',
      '7/7 exit last',
    ]);
  });

  test.each([
    `${address}, [112 => 16]) = 0`,
    // 7.2 leaves the comma to the second line.
    `, ${address}, [112 => 16]) = 0`,
    // Until 5.x a blank stood there.
    ` ${address}, [112 => 16]) = 0`,
  ])('what the kernel wrote comes with the answer: %s', (rest) => {
    const events = decodeLines(['7 getsockname(3 <unfinished ...>', `7 <... getsockname resumed>${rest}`]);
    expect(events[1]).toMatchObject({ kind: 'return', address: { family: 'inet', port: 3001 } });
  });

  test('an entry that broke off inside a structure finds its answer', () => {
    const lines = [
      '7 ioctl(3, SIOCGIFFLAGS, {ifr_name="lo" <unfinished ...>',
      '7 <... ioctl resumed>, ifr_flags=IFF_LOOPBACK}) = 0',
      '7 +++ exited with 0 +++',
    ];
    expect(told(decodeLines(lines))).toEqual(['7/7 enter ioctl', '7/7 return ioctl 0', '7/7 exit last']);
  });

  test('the name of a file that looks like an answer is none', () => {
    const name = '</tmp/a) = 9>';
    const lines = [
      `7 fcntl(3${name}, F_DUPFD, 0) = 4${name}`,
      `7 fcntl(3${name}, F_DUPFD, 0 <unfinished ...>`,
      `7 <... fcntl resumed>) = 5${name}`,
      `7 close(3${name}) = 0`,
      '7 +++ exited with 0 +++',
    ];
    const answers = decodeLines(lines).flatMap((event) => (event.kind === 'return' ? [event.result] : []));
    expect(answers).toEqual([4, 5, 0].map((value) => ({ ok: true, value })));
  });

  test('accept4 prints its flags only when it is back: close-on-exec is assumed, and a loss where it was not so', () => {
    const accept = (flags: string) =>
      decodeLines([
        '7 accept4(3,  <unfinished ...>',
        `7 <... accept4 resumed>NULL, NULL, ${flags}) = 5`,
        '7 +++ exited with 0 +++',
      ]);
    expect(accept('SOCK_CLOEXEC|SOCK_NONBLOCK')[0]).toMatchObject({ call: { flags: 0o2000000 } });
    expect(lossesIn(accept('SOCK_CLOEXEC|SOCK_NONBLOCK'))).toEqual([]);
    expect(lossesIn(accept('SOCK_NONBLOCK'))).toMatchObject([{ reason: 'probe-error', extent: 'moment' }]);
  });

  test('an answer that strace made up (inject) is a loss', () => {
    expect(lossesIn(decodeLines(['7 close(3) = 0 (INJECTED)', '7 +++ exited with 0 +++']))).toMatchObject([
      { reason: 'probe-error', pid: 7, extent: 'moment' },
    ]);
  });

  test('calls that do not matter are skipped, whatever is in them', () => {
    expect(
      told(
        decodeLines([
          '7 write(1, "a\\n", 2) = 2',
          '7 mmap(NULL, 4096, rubbish',
          '7 futex(0x1 <unfinished ...>',
          '7 <... futex resumed>) = 0',
          '7 +++ exited with 0 +++',
        ]),
      ),
    ).toEqual(['7/7 enter write', '7/7 return write 2', '7/7 exit last']);
  });
});

describe('marks', () => {
  test('are made at the entry, and the answer does not matter', () => {
    expect(
      told(
        decodeLines([
          '7 access("/@afterclose/cycle 1", F_OK) = -1 ENOENT (No such file or directory)',
          '7 faccessat(AT_FDCWD</tmp>, "/@afterclose/closed udp 127.0.0.1:3001", F_OK <unfinished ...>',
          '7 <... faccessat resumed>) = -1 ENOENT (No such file or directory)',
          String.raw`7 faccessat2(AT_FDCWD, "\x2f@afterclose/\303\251\n", F_OK, 0) = 0`,
          '7 access("/@afterclosed", F_OK) = 0',
          '7 access("/etc/ld.so.preload", R_OK) = 0',
          '7 access(NULL, F_OK) = -1 EFAULT (Bad address)',
          '7 +++ exited with 0 +++',
        ]),
      ),
    ).toEqual(['7/7 mark cycle 1', '7/7 mark closed udp 127.0.0.1:3001', '7/7 mark é\n', '7/7 exit last']);
  });

  test('one that can not be read is a loss', () => {
    expect(
      lossesIn(decodeLines(['7 close(3) = 0', '7 access("/@afterclose/cyc', '7 +++ exited with 0 +++'])),
    ).toMatchObject([{ reason: 'unparsed', pid: 7, extent: 'moment' }]);
  });
});

describe('damage', () => {
  test('a line that no rule fits is a loss at its moment, of its process', () => {
    expect(
      lossesIn(decodeLines(['7 close(3) = 0', '7 bind(3, {sa_fam', '7 +++ exited with 0 +++'])),
    ).toMatchObject([{ reason: 'unparsed', pid: 7, extent: 'moment', count: 1 }]);
  });

  test('a call that was not asked for is damage in our own trace, and nothing in any other log', () => {
    const lines = [
      '7 clode(3) = 0',
      '7 syscall_0x3e7(0x1) = -1 ENOSYS (Function not implemented)',
      '7 ???( <unfinished ...>',
      '7 <... ??? resumed>) = ?',
      '7 +++ exited with 0 +++',
    ];
    expect(lossesIn(decodeLines(lines, 'asked'))).toMatchObject([
      { reason: 'unparsed', text: expect.stringContaining('clode') as string },
    ]);
    expect(lossesIn(decodeLines(lines))).toEqual([]);
  });

  test('a line that lost its thread is nobody’s', () => {
    expect(
      lossesIn(decodeLines(['7 close(3) = 0', 'close(4) = 0', '7 +++ exited with 0 +++'])),
    ).toMatchObject([{ reason: 'unparsed', pid: null, extent: 'moment' }]);
  });

  test('a return without its entry, and an entry without its return', () => {
    expect(
      told(
        decodeLines([
          '7 close(2) = 0',
          '7 <... close resumed>) = 0',
          '7 close(3 <unfinished ...>',
          '7 dup(4) = 5',
          '7 +++ exited with 0 +++',
        ]),
      ),
    ).toEqual([
      '7/7 enter close',
      '7/7 return close 0',
      'loss unpaired',
      '7/7 return close 0',
      '7/7 enter close',
      'loss unpaired',
      '7/7 enter dup',
      '7/7 return dup 5',
      '7/7 exit last',
    ]);
  });

  test.each([
    ['nothing', [], 'the log holds no system call'],
    ['no end', ['7 close(3) = 0'], 'the log ends before the programs in it do'],
    ['detached', ['7 recvfrom(3,  <detached ...>'], 'the log ends before the programs in it do'],
  ])('%s: the log is cut', (_what, lines, text) => {
    expect(lossesIn(decodeLines(lines))).toMatchObject([
      { reason: 'truncated', extent: 'anywhere', pid: null, text },
    ]);
  });

  test('exit_group is an end where the log leaves out the ends of processes (-qq), but not in our own trace', () => {
    expect(lossesIn(decodeLines(['7 exit_group(0) = ?']))).toEqual([]);
    expect(lossesIn(decodeLines(['7 exit_group(0) = ?'], 'asked'))).toMatchObject([{ reason: 'truncated' }]);
  });

  test('a clock that was set back leaves the order in doubt', () => {
    expect(
      lossesIn(
        decodeLines([
          '7 1795430663.5 close(3) = 0',
          '7 1795430663.1 close(4) = 0',
          '7 1795430664.1 +++ exited with 0 +++',
        ]),
      ),
    ).toMatchObject([{ reason: 'unordered', extent: 'anywhere' }]);
  });

  test('lines with the ends of another system are read as well', () => {
    expect(lossesIn(decodeLines(['7 close(3) = 0\r', '7 +++ exited with 0 +++\r']))).toEqual([]);
  });
});
