import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { LogDocument } from '../../../../harness/logs/document.ts';
import { judgeLog, type LogRequest } from '../../../../harness/logs/judgement.ts';
import { renderLogText } from '../../../../harness/logs/text.ts';

const golden = join(import.meta.dirname, '..', '..', '..', 'golden');

async function textOf(
  words: readonly string[],
  options: { readonly detail?: 'brief' | 'full'; readonly color?: boolean } = {},
  request: Partial<LogRequest> = {},
): Promise<string> {
  const document = await judgeLog({ words, stillOpen: 'finding', command: 'afterclose check', ...request });
  return render(document, options);
}

function render(
  document: LogDocument,
  options: { readonly detail?: 'brief' | 'full'; readonly color?: boolean } = {},
) {
  const short = {
    ...document,
    log: { ...document.log, names: document.log.names.map((name) => name.replace(/^.*\//, '')) },
  };
  return renderLogText(short, {
    width: 100,
    color: options.color ?? false,
    detail: options.detail ?? 'brief',
  });
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

test('a conflict, its holder and its timeline', async () => {
  const text = await textOf([join(golden, 'logs', 'strace-f-ttt-T', 'trace.txt')]);
  expect(text).toMatchInlineSnapshot(`
    "HELD: in trace.txt an address was asked for while the program itself still held it.
      Read as strace -f -ttt -T, 6 threads, 1 process, 3 binds, 1 of them refused with EADDRINUSE.

    THE FIRST CONFLICT
      bind of fd 3 to udp 127.0.0.1:30017 by thread 28563 of process 28559 failed with EADDRINUSE.
      Holder: the socket that was fd 3 of process 28559 when thread 28559 entered recvfrom was still
        bound to 127.0.0.1:30017: inside that call since 1.15 ms before, bound 1.41 ms before; it came
        back 205 us after the failed bind.
      The program had begun to close or shut down a holder before it asked for the address again.

         +0 ns  thread 28559  has bound it to 127.0.0.1:30017
       +262 us  thread 28559  enters recvfrom on fd 3
      +1.34 ms  thread 28563  has closed the last descriptor
      +1.41 ms  thread 28563  asks for udp 127.0.0.1:30017: bind of fd 3
    ! +1.43 ms  thread 28563  is refused: bind of fd 3 fails with EADDRINUSE
      +1.63 ms  thread 28559  comes back from recvfrom on fd 3

      and 1 more finding (--verbose, --json)

    EXIT CODE 1: held.
    "
  `);
});

test('the same without times: the order, and no length of time anywhere', async () => {
  const text = await textOf([join(golden, 'logs', 'strace-f', 'trace.txt')]);
  expect(text).toMatchInlineSnapshot(`
    "HELD: in trace.txt an address was asked for while the program itself still held it.
      Read as strace -f, 6 threads, 1 process, 3 binds, 1 of them refused with EADDRINUSE.

    THE FIRST CONFLICT
      bind of fd 3 to udp 127.0.0.1:30017 by thread 28528 of process 28526 failed with EADDRINUSE.
      Holder: the socket that was fd 3 of process 28526 when thread 28526 entered recvfrom was still
        bound to 127.0.0.1:30017: inside that call; it came back only later.
      The program had begun to close or shut down a holder before it asked for the address again.

      1.  thread 28526  has bound it to 127.0.0.1:30017
      2.  thread 28526  enters recvfrom on fd 3
      3.  thread 28528  has closed the last descriptor
      4.  thread 28528  asks for udp 127.0.0.1:30017: bind of fd 3
    ! 5.  thread 28528  is refused: bind of fd 3 fails with EADDRINUSE
      6.  thread 28526  comes back from recvfrom on fd 3

      and 1 more finding (--verbose, --json)

    WHAT THIS LOG DOES NOT TELL
      - It has no time stamps: the order is known, no length of time is.

    WHAT WOULD TELL IT
      all of it, on Linux:
        strace -f -ttt -T -o trace.txt -e trace=%desc,%network,%process,close_range,unshare PROGRAM ARGUMENTS

    EXIT CODE 1: held.
    "
  `);
  expect(text).not.toMatch(/\d (?:ns|us|ms|s)\b/);
});

test("the article's dtruss log", async () => {
  expect(await textOf([join(golden, 'seed', 'dtruss.txt')])).toMatchInlineSnapshot(`
    "UNKNOWN: 1 bind in dtruss.txt was refused with EADDRINUSE, and the log does not tell at all who held
      the address.
      Read as dtruss of macOS (untested on a real machine), columns PID/THRD RELATIVE ELAPSD, 2 threads,
        1 process, 1 bind, 1 of them refused with EADDRINUSE.

    REFUSED WITH EADDRINUSE
      - bind of fd 5 by thread 0x978a20 of process 82830 to an address that the log does not tell (udp).

    DOUBTS (2)
      - a bind failed with EADDRINUSE, and the trace does not tell its address (udp ?).
      - the end of process 82830 is not in the log.

    WHAT THIS LOG DOES NOT TELL
      - dtruss prints the address of a bind as a pointer: which address was asked for is not known, and
        so nobody can say who held it.
      - dtruss prints a call when it has come back, and its times are processor times of single threads:
        which calls were in flight at a close or a bind is not known.
      - No dup2, dup3 or close_range is in it, and perhaps they were not recorded: a descriptor of which
        no close was seen may be closed all the same.
      - No receive call (recvfrom, recvmsg, recvmmsg, read) is in it: calls in flight can not be seen,
        and they hold a port when its descriptor is closed.
      - No clone, clone3, fork or vfork is in it: what a child process has from its parent is not known,
        nor always what is a thread and what a process.

    WHAT WOULD TELL IT
      all of it, on Linux:
        strace -f -ttt -T -o trace.txt -e trace=%desc,%network,%process,close_range,unshare PROGRAM ARGUMENTS
      addresses and calls in flight, on macOS (untested on a real machine):
        sudo dtrace -o trace.txt -s harness/tracers/dtrace/sockets-darwin.d -c 'PROGRAM ARGUMENTS'

    EXIT CODE 4: unknown: this log proves neither that a port was held nor that none was.
    "
  `);
});

test("the article's hex dump", async () => {
  expect(await textOf([join(golden, 'seed', 'dtrace-bind-hexdump.txt')])).toMatchInlineSnapshot(`
    "UNKNOWN: dtrace-bind-hexdump.txt tells which addresses were asked for, and not what became of it.
      Read as dtrace -n 'bind:entry { trace(arg0); trace(copyinstr(arg1)); }' (macOS, untested on a real
        machine), 1 bind.

    BINDS THAT WERE ASKED FOR
      - bind of fd 5 to port 3001 of 127.?: copyinstr stopped at the first zero byte: the address after
        127 is not known, and the zeros shown there are only filling.

    WHAT THIS LOG DOES NOT TELL
      - Only the entries of binds are in it, without their answers: whether a bind was refused is not
        known, and who held the address even less.

    WHAT WOULD TELL IT
      all of it, on Linux:
        strace -f -ttt -T -o trace.txt -e trace=%desc,%network,%process,close_range,unshare PROGRAM ARGUMENTS
      addresses and calls in flight, on macOS (untested on a real machine):
        sudo dtrace -o trace.txt -s harness/tracers/dtrace/sockets-darwin.d -c 'PROGRAM ARGUMENTS'

    EXIT CODE 4: unknown: this log proves neither that a port was held nor that none was.
    "
  `);
});

const udp = 'socket(AF_INET, SOCK_DGRAM, IPPROTO_IP)';
const tcp = 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)';
const bind = (fd: number, port: number): string =>
  `bind(${fd}, {sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("127.0.0.1")}, 16)`;
const inUse = '-1 EADDRINUSE (Address already in use)';
const start = ['1 execve("./program", ["./program"], 0x7ffd /* 1 var */) = 0', '1 brk(NULL) = 0x55d0'];
const end = ['1 exit_group(0) = ?', '1 +++ exited with 0 +++'];

describe('other answers', () => {
  it('clean, with what a log can not prove', async () => {
    const log = fileOf('clean', [
      ...start,
      `1 ${udp} = 3`,
      `1 ${bind(3, 3001)} = 0`,
      '1 close(3) = 0',
      ...end,
    ]);
    expect(await textOf([log])).toMatchInlineSnapshot(`
      "CLEAN: in clean no socket was held past its close.
        Read as strace -f, 1 thread, 1 process, 1 bind, 0 of them refused with EADDRINUSE.
        A log is one run, and tracers move races: a clean one proves no clean program.

      WHAT THIS LOG DOES NOT TELL
        - It has no time stamps: the order is known, no length of time is.

      WHAT WOULD TELL IT
        all of it, on Linux:
          strace -f -ttt -T -o trace.txt -e trace=%desc,%network,%process,close_range,unshare PROGRAM ARGUMENTS

      EXIT CODE 0: clean.
      "
    `);
  });

  it('TCP: judged as UDP is', async () => {
    const log = fileOf('tcp', [
      ...start,
      `1 ${tcp} = 3`,
      `1 ${bind(3, 3001)} = 0`,
      `1 ${tcp} = 4`,
      `1 ${bind(4, 3001)} = ${inUse}`,
      ...end,
    ]);
    expect(await textOf([log])).toMatchInlineSnapshot(`
      "HELD: in tcp an address was asked for while the program itself still held it.
        Read as strace -f, 1 thread, 1 process, 2 binds, 1 of them refused with EADDRINUSE.

      THE FIRST CONFLICT
        bind of fd 4 to tcp 127.0.0.1:3001 by thread 1 of process 1 failed with EADDRINUSE.
        Holder: fd 3 of process 1 was still bound to 127.0.0.1:3001: no close(2) of it was seen.
        No close of the holder was seen before this bind: never closed, closed late, or open on purpose.

        1.  thread 1  opens fd 3 (socket)
        2.  thread 1  has bound it to 127.0.0.1:3001
        3.  thread 1  asks for tcp 127.0.0.1:3001: bind of fd 4
      ! 4.  thread 1  is refused: bind of fd 4 fails with EADDRINUSE
        5.  thread 1  is the last of its process to end

      WHAT THIS LOG DOES NOT TELL
        - It has no time stamps: the order is known, no length of time is.

      WHAT WOULD TELL IT
        all of it, on Linux:
          strace -f -ttt -T -o trace.txt -e trace=%desc,%network,%process,close_range,unshare PROGRAM ARGUMENTS

      EXIT CODE 1: held.
      "
    `);
  });

  it('nobody in the log: not the race', async () => {
    const log = fileOf('foreign', [...start, `1 ${udp} = 3`, `1 ${bind(3, 3001)} = ${inUse}`, ...end]);
    expect(await textOf([log])).toMatchInlineSnapshot(`
      "UNKNOWN: 1 bind in foreign was refused with EADDRINUSE, and the log does not tell at all who held
        the address.
        Read as strace -f, 1 thread, 1 process, 1 bind, 1 of them refused with EADDRINUSE.

      REFUSED WITH EADDRINUSE
        - bind of fd 3 by thread 1 of process 1 to udp 127.0.0.1:3001.

      DOUBTS (1)
        - the address was in use, and no socket inside the run held it (udp 127.0.0.1:3001).

      WHAT THIS LOG DOES NOT TELL
        - It has no time stamps: the order is known, no length of time is.

      WHAT WOULD TELL IT
        all of it, on Linux:
          strace -f -ttt -T -o trace.txt -e trace=%desc,%network,%process,close_range,unshare PROGRAM ARGUMENTS
        who holds the port right now, if somebody outside the log does:
          ss -uanp 'sport = :3001'

      EXIT CODE 4: unknown: this log proves neither that a port was held nor that none was.
      "
    `);
  });

  it('an open socket that was accepted', async () => {
    const log = fileOf('open', [
      ...start,
      `1 ${udp} = 3`,
      `1 ${bind(3, 3001)} = 0`,
      `1 ${udp} = 4`,
      `1 ${bind(4, 3001)} = ${inUse}`,
      ...end,
    ]);
    expect(await textOf([log])).toMatch(/^HELD: [^]*No close of the holder was seen before this bind/);
    expect(await textOf([log], {}, { stillOpen: 'note' })).toMatchInlineSnapshot(`
      "CLEAN: in open no socket was held past its close.
        Read as strace -f, 1 thread, 1 process, 2 binds, 1 of them refused with EADDRINUSE.
        What was accepted is in the notes. A log is one run, and tracers move races: a clean one proves no
          clean program.

      REFUSED WITH EADDRINUSE
        - bind of fd 4 by thread 1 of process 1 to udp 127.0.0.1:3001.

      NOTES
        - udp 127.0.0.1:3001: in use by a socket of which no close was seen before this bind: accepted by
          --still-open=note.

      WHAT THIS LOG DOES NOT TELL
        - It has no time stamps: the order is known, no length of time is.

      WHAT WOULD TELL IT
        all of it, on Linux:
          strace -f -ttt -T -o trace.txt -e trace=%desc,%network,%process,close_range,unshare PROGRAM ARGUMENTS

      EXIT CODE 0: clean.
      "
    `);
  });
});

describe('hostile bytes', () => {
  it('are escaped, wherever they come from', async () => {
    const log = fileOf('esc\x1b[31mname', [
      ...start,
      '1 bind(3, {sa_family=AF_INET, \x1b[2J\x07\u202e\x9b',
      `1 ${udp} = 3`,
      `1 ${bind(3, 3001)} = ${inUse}`,
      ...end,
    ]);
    const text = await textOf([log], { detail: 'full' });
    expect(text).toMatch(/esc\\x1b\[31mname/);
    expect(text).toMatch(/\\x1b\[2J/);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });

  it('colour adds sequences and changes no letter', async () => {
    const log = join(golden, 'logs', 'strace-f-ttt-T', 'trace.txt');
    const [plain, colored] = [await textOf([log]), await textOf([log], { color: true })];
    expect(colored).not.toBe(plain);
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(plain);
  });

  it('many doubts are told once each, and counted', async () => {
    const lines = Array.from({ length: 600 }, (_, line) => {
      return line % 2 === 0 ? `1 bind(${line}, broken` : `1 close(${line}) = 0`;
    });
    const text = await textOf([fileOf('broken', [...start, ...lines, ...end])]);
    expect(text).toMatch(/DOUBTS \(\d{3}\)/);
    expect(text.split('\n').length).toBeLessThan(60);
  });
});
