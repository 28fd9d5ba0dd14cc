import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { logDocumentSchema, type LogDocument } from '../../../../harness/logs/document.ts';
import { judgeLog, type LogRequest } from '../../../../harness/logs/judgement.ts';

const golden = join(import.meta.dirname, '..', '..', '..', 'golden');
const recording = (style: string, file = 'trace.txt'): string =>
  join(golden, 'logs', `strace-${style}`, file);

async function judge(words: readonly string[], changed: Partial<LogRequest> = {}): Promise<LogDocument> {
  const request = { words, stillOpen: 'finding', command: 'afterclose check', ...changed } as const;
  const document = await judgeLog(request);
  expect(logDocumentSchema.parse(document)).toEqual(document);
  return document;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What the program of the recordings does, whatever the options of strace: the same conflict, the same holder. */
const parkedReceive = {
  code: 'conflict',
  cause: 'after-close',
  address: 'udp 127.0.0.1:30017',
  failed: { call: 'bind', fd: 3 },
  holders: [{ kind: 'call', call: 'recvfrom', fd: 3, boundTo: '127.0.0.1:30017' }],
};

describe('one program in the option styles of strace', () => {
  it.each([
    ['f', 'order'],
    ['f-t', 'order'],
    ['f-tt', 'clock'],
    ['f-ttt-T', 'clock'],
    ['f-r', 'clock'],
    ['f-y', 'order'],
    ['f-yy-X-raw', 'order'],
  ])('-%s tells the conflict and its holder for certain', async (style, times) => {
    const document = await judge([recording(style)]);
    expect(document).toMatchObject({
      verdict: 'held',
      exitCode: 1,
      doubts: [],
      log: { format: 'strace', times },
    });
    expect(document.content).toMatchObject({ processes: 1, binds: 3, addressInUse: 1 });
    const conflicts = document.findings.filter(({ code }) => code === 'conflict');
    expect(conflicts).toMatchObject([{ ...parkedReceive, certain: true }]);
    expect(conflicts[0]?.holders).toHaveLength(1);
    expect(document.lacks.every(({ effect }) => effect === 'none')).toBe(true);
  });

  it('-ff-ttt-T, one file for each thread, tells the same', async () => {
    const document = await judge([recording('ff-ttt-T', 'trace')]);
    expect(document).toMatchObject({ verdict: 'held', exitCode: 1, doubts: [], lacks: [] });
    expect(document.findings[0]).toMatchObject({ ...parkedReceive, certain: true });
  });

  it('-ff-ttt names the same, and does not take it for certain: no line tells when the call came back', async () => {
    const document = await judge([recording('ff-ttt', 'trace')]);
    expect(document).toMatchObject({ verdict: 'unknown', exitCode: 4, lacks: [{ code: 'returns' }] });
    expect(document.findings).toMatchObject([{ ...parkedReceive, certain: false }]);
    expect(document.doubts.map(({ code }) => code)).toEqual(['foreign-holder']);
  });

  it.each(['ff-t', 'ff-r'])('-%s can not order threads, and says so', async (style) => {
    const document = await judge([recording(style, 'trace')]);
    expect(document).toMatchObject({
      verdict: 'unknown',
      exitCode: 4,
      findings: [],
      doubts: [],
      refused: [{ network: 'udp', address: '127.0.0.1:30017', pid: null }],
      lacks: [{ code: 'order', effect: 'findings' }],
      content: { processes: null, binds: null },
    });
    expect(document.advice[0]?.command).toMatch(/^strace -f -ttt -T /);
  });

  it('a file of a set may be given in any order, packed or not', async () => {
    const source = join(golden, 'logs', 'strace-ff-ttt-T');
    const names = readdirSync(source).filter((name) => name.startsWith('trace.'));
    const files = names.map((name, index) => {
      const content = readFileSync(join(source, name));
      return fileOf(index % 2 === 0 ? name : `${name}.gz`, index % 2 === 0 ? content : gzipSync(content));
    });
    const document = await judge(files.reverse());
    expect(document.verdict).toBe('held');
    expect(document.findings[0]).toMatchObject(parkedReceive);
  });

  it('a set of which a file is missing is unknown', async () => {
    const set = join(folder, 'incomplete');
    cpSync(join(golden, 'logs', 'strace-ff-ttt-T'), set, { recursive: true });
    const [, second = ''] = readdirSync(set).filter((name) => name.startsWith('trace.'));
    rmSync(join(set, second));
    const document = await judge([join(set, 'trace')]);
    expect(document).toMatchObject({ verdict: 'unknown', exitCode: 4 });
    expect(document.doubts.map(({ code }) => code)).toContain('not-followed');
  });
});

it('the output of sockets-darwin.d names the holder and is not certain of it: no Mac was asked', async () => {
  const document = await judge([join(golden, 'logs', 'dtrace-darwin', 'trace.txt')]);
  expect(document).toMatchObject({ verdict: 'unknown', exitCode: 4, doubts: [], lacks: [{ code: 'rules' }] });
  expect(document.log.style).toMatch(/macOS; untested on a real machine/);
  expect(document.content).toMatchObject({ processes: 2, binds: 4, addressInUse: 1 });
  const [conflict] = document.findings;
  expect(conflict).toMatchObject({ ...parkedReceive, certain: false });
  expect(conflict?.holders).toHaveLength(1);
});

describe('what a log lacks', () => {
  it('binds alone tell what was refused, and no more', async () => {
    const document = await judge([recording('f-only-bind')]);
    expect(document).toMatchObject({ verdict: 'unknown', exitCode: 4, findings: [] });
    expect(document.refused).toMatchObject([{ network: null, address: '127.0.0.1:30017', fd: 3 }]);
    expect(document.lacks.map(({ code }) => code)).toEqual([
      'start',
      'sockets',
      'closes',
      'other-closes',
      'receives',
      'forks',
      'options',
    ]);
  });

  it('without receives a call in flight looks like somebody outside', async () => {
    const document = await judge([recording('f-no-receive')]);
    expect(document).toMatchObject({ verdict: 'unknown', exitCode: 4, findings: [] });
    expect(document.doubts.map(({ code }) => code)).toEqual(['foreign-holder']);
    expect(document.lacks.map(({ code }) => code)).toContain('receives');
    expect(document.advice.map(({ command }) => command)).toContain("ss -uanp 'sport = :30017'");
  });
});

describe("the article's logs", () => {
  it('dtruss: one EADDRINUSE, a pointer for an address, nobody to name', async () => {
    const document = await judge([join(golden, 'seed', 'dtruss.txt')]);
    expect(document).toMatchObject({
      verdict: 'unknown',
      exitCode: 4,
      log: { format: 'dtruss', times: 'order' },
      content: { processes: 1, threads: 2, binds: 1, addressInUse: 1 },
      findings: [],
      refused: [{ call: 'bind', network: 'udp', fd: 5, pid: 82830, tid: 0x978a20, address: null }],
      doubts: [{ code: 'unknown-address' }, { code: 'truncated' }],
    });
    expect(document.lacks.map(({ code }) => code)).toEqual(expect.arrayContaining(['addresses', 'entries']));
  });

  it('the hex dump: port 3001 was asked for, and what became of it is not told', async () => {
    const document = await judge([join(golden, 'seed', 'dtrace-bind-hexdump.txt')]);
    expect(document).toMatchObject({
      verdict: 'unknown',
      exitCode: 4,
      log: { format: 'bind-hexdump' },
      asked: [{ fd: 5, family: 2, port: 3001, host: [127] }],
      lacks: [{ code: 'answers' }],
    });
  });
});

test('the trace of a session is judged run by run, and what the session would tell is missing', async () => {
  const document = await judge([join(golden, 'dtrace', 'udp-reconnect', 'dtrace.txt')]);
  expect(document).toMatchObject({
    verdict: 'held',
    exitCode: 1,
    log: { format: 'dtrace' },
    content: { runs: 4 },
  });
  expect([...new Set(document.findings.map(({ run }) => run))]).toEqual(['0001', '0004']);
  expect(document.doubts.map(({ code }) => code)).toEqual(Array(4).fill('run-missing'));
});

describe('where a log stops or was touched', () => {
  const whole = readFileSync(recording('f-ttt-T'));
  const failing = whole.indexOf('EADDRINUSE');

  it('what was found before its end stays found', async () => {
    const document = await judge([fileOf('cut-late', whole.subarray(0, whole.length - 500))]);
    expect(document.verdict).toBe('held');
    expect(document.doubts.map(({ code }) => code)).toContain('truncated');
  });

  it('nothing found before its end is not clean', async () => {
    const document = await judge([fileOf('cut-early', whole.subarray(0, failing - 2000))]);
    expect(document).toMatchObject({ verdict: 'unknown', exitCode: 4, findings: [] });
  });

  it('a packed log that breaks off is told to', async () => {
    const packed = gzipSync(whole);
    const document = await judge([fileOf('cut.gz', packed.subarray(0, packed.length - 400))]);
    expect(document.verdict).not.toBe('clean');
    expect(document.doubts.map(({ text }) => text).join()).toMatch(/gzip archive breaks off/);
  });

  it("an editor's carriage returns change nothing", async () => {
    const document = await judge([fileOf('windows', whole.toString('latin1').replaceAll('\n', '\r\n'))]);
    expect(document).toMatchObject({ verdict: 'held', doubts: [] });
  });
});

test('--still-open=note concerns sockets that nobody closed, and no others', async () => {
  const document = await judge([recording('f-ttt-T')], { stillOpen: 'note' });
  expect(document.verdict).toBe('held');
});

describe('words that are no log are usage errors', () => {
  it.each<[what: string, make: () => string[], message: RegExp]>([
    ['text', () => [fileOf('text', 'just words\n')], /no log that is understood: it is text/],
    ['an empty file', () => [fileOf('empty', '')], /it is empty/],
    ['one thread of a set', () => [firstOf('ff-ttt')], /the log of one thread alone/],
    ['two logs', () => [recording('f'), recording('f-t')], /not one log/],
    [
      'a log beside those of threads',
      () => [firstOf('ff-ttt'), join(golden, 'seed', 'dtruss.txt')],
      /not one log/,
    ],
    ['the same thread twice', () => [firstOf('ff-ttt'), firstOf('ff-ttt')], /not one log/],
    ['nothing there', () => [join(folder, 'nothing')], /no such file/],
  ])('%s', async (_what, make, message) => {
    await expect(judge(make())).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message) as string,
    });
  });

  function firstOf(style: string): string {
    const set = join(golden, 'logs', `strace-${style}`);
    return join(set, readdirSync(set).find((name) => name.startsWith('trace.')) ?? '');
  }
});

test('so many files that they can not be open at once', async () => {
  const set = join(folder, 'many');
  mkdirSync(set);
  for (let thread = 1; thread <= 501; thread++) writeFileSync(join(set, `trace.${thread}`), '');
  await expect(judge([join(set, 'trace')])).rejects.toMatchObject({ exitCode: 2 });
});
