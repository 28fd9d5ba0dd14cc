import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { describe, expect, it, test } from 'vitest';
import { logDocumentSchema } from '../../harness/logs/document.ts';
import {
  afterclose,
  checkIsBuilt,
  cli,
  commandEnvironment,
  root,
  temporaryDirectory,
  type CommandResult,
} from './command-line.ts';

const golden = join(root, 'test', 'golden');
const log = join(golden, 'logs', 'strace-f-ttt-T', 'trace.txt');
const set = join(golden, 'logs', 'strace-ff-ttt-T');
const threads = readdirSync(set).filter((name) => name.startsWith('trace.'));
const sample = join(golden, 'seed', 'dtruss.txt');

async function checkStdin(content: Uint8Array | Readable, ...words: string[]): Promise<CommandResult> {
  checkIsBuilt();
  const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, 'check', ...words, '-'], {
    input: content,
    env: commandEnvironment(),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  });
  return { exitCode, stdout, stderr };
}

describe('a log ends with 1, 4 or 0: held, unknown, clean', () => {
  it.each<[what: string, words: string[], exitCode: number, answer: RegExp]>([
    ['a log of strace', [log], 1, /^HELD: [^]*when thread \d+ entered recvfrom/],
    ['the beginning of the names of a set', [join(set, 'trace')], 1, /^HELD: [^]*entered recvfrom/],
    ['all files of a set', threads.map((name) => join(set, name)), 1, /^HELD: [^]*entered recvfrom/],
    ["the article's log of dtruss", [sample], 4, /^UNKNOWN: [^]*an address that the log does not tell/],
    ['the hex dump', [join(golden, 'seed', 'dtrace-bind-hexdump.txt')], 4, /^UNKNOWN: [^]*port 3001/],
    [
      'a set that can not be ordered',
      [join(golden, 'logs', 'strace-ff-r', 'trace')],
      4,
      /no holder\s+can\s+be\s+named/,
    ],
  ])('%s', async (_what, words, exitCode, answer) => {
    const result = await afterclose(['check', ...words]);
    expect(result).toMatchObject({ exitCode, stderr: '' });
    expect(result.stdout).toMatch(answer);
    expect(result.stdout).toMatch(new RegExp(`EXIT CODE ${exitCode}:`));
  });

  it('clean', async () => {
    const directory = await temporaryDirectory();
    const address = '{sa_family=AF_INET, sin_port=htons(3001), sin_addr=inet_addr("127.0.0.1")}, 16';
    const lines = [
      'execve("./program", ["./program"], 0x7ffd /* 1 var */) = 0',
      'brk(NULL) = 0x55d0',
      'socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3',
      `bind(3, ${address}) = 0`,
      'close(3) = 0',
      'exit_group(0) = ?',
      '+++ exited with 0 +++',
    ];
    await writeFile(join(directory, 'trace.txt'), `${lines.join('\n')}\n`);
    const { exitCode, stdout } = await afterclose(['check', 'trace.txt'], { cwd: directory });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^CLEAN: /);
  });

  it('packed, and through stdin', async () => {
    const { exitCode, stdout } = await checkStdin(gzipSync(readFileSync(log)));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^HELD: in stdin/);
  });
});

test('--json is one document of its own schema, with nothing of the terminal in it', async () => {
  const { exitCode, stdout, stderr } = await afterclose(['check', '--json', '--color', sample]);
  expect([exitCode, stderr]).toEqual([4, '']);
  const document = logDocumentSchema.parse(JSON.parse(stdout));
  expect(document).toMatchObject({
    kind: 'log',
    verdict: 'unknown',
    exitCode: 4,
    refused: [{ address: null }],
  });
  expect(document.command).toMatch(/^afterclose check --json --color /);
});

test('--still-open is for logs', async () => {
  expect((await afterclose(['check', '--still-open=note', log])).exitCode).toBe(1);
  const wrong = await afterclose(['check', '--still-open=perhaps', log]);
  expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
  const session = await afterclose(['check', '--still-open=note', golden]);
  expect(session).toMatchObject({ exitCode: 2, stdout: '' });
  expect(session.stderr).toMatch(/--still-open was given with the directory of a session/);
});

describe('what is no log ends with 2, says what it is and how to make one', () => {
  it.each<[what: string, content: string | Uint8Array, seen: RegExp]>([
    ['nothing', '', /it is empty/],
    ['text', 'just words\n', /first line is: just words/],
    [
      'hostile text',
      'words that \x1b[31mare red in a terminal, and long enough for text\n',
      /that \\x1b\[31mare/,
    ],
    ['bytes', Uint8Array.from({ length: 4096 }, (_, at) => (at * 31) % 256), /binary data/],
    ['another archive', Buffer.from('BZh91AY&SY'), /bzip2 -dc/],
    ['an archive that breaks off at once', Uint8Array.of(0x1f, 0x8b, 8), /breaks off/],
  ])('%s', async (_what, content, seen) => {
    const { exitCode, stdout, stderr } = await checkStdin(Buffer.from(content));
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^afterclose: stdin /);
    expect(stderr).toMatch(seen);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('says what is understood and how to make a log', async () => {
    const { stderr } = await checkStdin(Buffer.from('just words\n'));
    expect(stderr).toMatch(/understood are: strace .* dtruss/);
    expect(stderr).toMatch(/strace -f -ttt -T -o trace\.txt -e trace=\S+ PROGRAM/);
    expect(stderr).toMatch(/untested on a real machine.*sockets-darwin\.d/);
  });

  it('one file of several that belong together', async () => {
    const { exitCode, stderr } = await afterclose(['check', join(set, threads[0] ?? '')]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/afterclose check \S+trace reads them all/);
  });

  it('a directory that is no session', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'empty'));
    const { exitCode, stderr } = await afterclose(['check', join(directory, 'empty')]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/not a saved session/);
  });
});

test('a line that does not end takes no memory, and makes a log no cleaner', async () => {
  function* endless(): Generator<Buffer> {
    yield Buffer.from('execve("./program", ["./program"], 0x7ffd) = 0\nclose(3) = 0\n'.repeat(5));
    for (let megabytes = 0; megabytes < 96; megabytes++) yield Buffer.alloc(1 << 20, 'x');
  }
  const { exitCode, stderr } = await checkStdin(Readable.from(endless()));
  expect([exitCode, stderr]).toEqual([4, '']);
});
