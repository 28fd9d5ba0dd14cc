import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { recognize } from '../../../../harness/logs/recognition.ts';

const golden = join(import.meta.dirname, '..', '..', '..', 'golden');
const head = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('recordings', () => {
  const straceLogs = readdirSync(join(golden, 'logs'))
    .flatMap((folder) => readdirSync(join(golden, 'logs', folder)).map((file) => join('logs', folder, file)))
    .filter((file) => /strace-[^/]*\/trace\./.test(file));

  it.each(straceLogs)('%s is a log of strace', (file) => {
    expect(recognize(readFileSync(join(golden, file)))).toEqual({ known: true, format: 'strace' });
  });

  it.each([
    ['seed/dtruss.txt', 'dtruss'],
    ['seed/dtrace-bind-hexdump.txt', 'bind-hexdump'],
    ['dtrace/udp-reconnect/dtrace.txt', 'dtrace'],
    ['logs/dtrace-darwin/trace.txt', 'dtrace'],
  ])('%s is %s', (file, format) => {
    expect(recognize(readFileSync(join(golden, file)))).toEqual({ known: true, format });
  });
});

describe('parts of logs', () => {
  test.each([
    [
      'bind(3, {sa_family=AF_INET, sin_port=htons(3001)}, 16) = -1 EADDRINUSE (Address already in use)\n',
      'strace',
    ],
    ['[pid   123] 10:45:31 close(3 <unfinished ...>\n', 'strace'],
    ['123 <... recvfrom resumed>"wake", 16, 0, NULL, NULL) = 4 <0.000012>\n', 'strace'],
    ['+++ exited with 0 +++\n', 'strace'],
    ['close(3) = 0\r\nsocket(AF_INET, SOCK_DGRAM, 0) = 3\r\n', 'strace'],
    ['close(0x5)\t\t = 0 0\n', 'dtruss'],
    ['82830/0x978a1c:   1357371      99     95 close(0x5)      = 0 0\n', 'dtruss'],
    ['SYSCALL(args) \t\t = return\n', 'dtruss'],
    ['@BEGIN 1 2 3 6.18.44\n', 'dtrace'],
    [
      'CPU     ID                    FUNCTION:NAME\n  0    358     bind:entry                 5\n',
      'bind-hexdump',
    ],
  ])('%j is of %s', (text, format) => {
    expect(recognize(head(text))).toEqual({ known: true, format });
  });

  it("finds strace between the lines of the program's own output", () => {
    const output = 'one line of output\n'.repeat(50);
    const log = 'close(3) = 0\n'.repeat(5);
    expect(recognize(head(output + log + output))).toEqual({ known: true, format: 'strace' });
  });

  it('is not misled by the line that the head cuts off', () => {
    expect(recognize(head('close(3) = 0\nsocket(AF_INET, SOCK_'))).toEqual({ known: true, format: 'strace' });
  });
});

describe('everything else', () => {
  it.each<[content: string, seen: RegExp]>([
    ['', /^empty$/],
    ['\n \n\n', /blank lines/],
    ['\x7fELF\x02\x01', /ELF/],
    ['\xfd7zXZ\x00...', /xz/],
    ['BZh91AY', /bzip2/],
    ['\x28\xb5\x2f\xfd', /zstd/],
    ['PK\x03\x04', /zip/],
    ['\xff\xfec\x00l\x00', /UTF-16/],
    ['\x00\x01\x02\x03binary', /begins with the bytes 00 01 02 03/],
    ['{ "schemaVersion": 1 }\n', /JSON document of afterclose/],
    ['% time     seconds  usecs/call     calls    errors syscall\n', /strace -c/],
    ['     0.000 ( 0.004 ms): prog/123 bind(fd: 3)\n', /perf trace/],
    ['  1234 prog     CALL  bind(0x3,0x7fff,0x10)\n', /kdump/],
    ['just words\nand more\n', /first line is: just words/],
    [`${'x'.repeat(5000)}\n`, /: x{80}\.\.\.$/],
  ])('%j', (content, seen) => {
    const recognition = recognize(head(content));
    expect(recognition).toMatchObject({ known: false, seen: expect.stringMatching(seen) as string });
  });

  it('is told how to unpack what is packed', () => {
    expect(recognize(head('BZh91AY'))).toMatchObject({
      remedy: expect.stringContaining('bzip2 -dc') as string,
    });
  });
});
