import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { HarnessError } from '../../../../harness/errors.ts';
import { openLog, type OpenLog } from '../../../../harness/logs/input.ts';

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

async function readAll(log: OpenLog): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of log.bytes()) pieces.push(piece);
  log.close();
  return Buffer.concat(pieces).toString('latin1');
}

/** Does not pack well: several chunks whatever the packing. */
const long = Array.from(
  { length: 40_000 },
  (_, line) => `${(line * 7919) % 65_537} close(${line}) = 0\n`,
).join('');

describe('a file', () => {
  it.each([
    ['plain', long],
    ['packed', gzipSync(long)],
    ['packed in two parts', Buffer.concat([gzipSync(long.slice(0, 1000)), gzipSync(long.slice(1000))])],
  ])('that is %s is read whole, its head at once', async (name, content) => {
    const log = await openLog(fileOf(name, content));
    expect(Buffer.from(log.head).toString()).toBe(long.slice(0, 65_536));
    expect((await readAll(log)) === long).toBe(true);
    expect([log.problem(), log.kind]).toEqual([null, 'file']);
  });

  it.each(['', 'x', '\x1f'])('of %j is no archive', async (content) => {
    const log = await openLog(fileOf('short', content));
    expect([await readAll(log), log.problem()]).toEqual([content, null]);
  });

  it('whose archive breaks off gives what is good, and says so', async () => {
    const packed = gzipSync(long);
    const log = await openLog(fileOf('cut.gz', packed.subarray(0, packed.length >> 1)));
    const read = await readAll(log);
    expect(read.length).toBeGreaterThan(1000);
    expect(long.startsWith(read)).toBe(true);
    expect(log.problem()).toMatch(/breaks off/);
  });

  it('whose archive is damaged says so', async () => {
    const packed = gzipSync(long);
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 200);
    const log = await openLog(fileOf('damaged.gz', packed));
    const read = await readAll(log);
    expect(log.problem()).toMatch(/damaged/);
    expect(read.length).toBeLessThan(long.length);
  });

  it('can be left after its head', async () => {
    const log = await openLog(fileOf('left.gz', gzipSync(long)));
    log.close();
    expect(log.head.length).toBe(65_536);
  });
});

test('a pipe is read as it comes', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const writing = import('node:fs/promises').then(({ writeFile }) => writeFile(path, gzipSync(long)));
  const log = await openLog(path);
  expect([(await readAll(log)) === long, log.kind, log.size]).toEqual([true, 'pipe', null]);
  await writing;
});

describe('what can not be read at all is a usage error that says why', () => {
  it.each<[what: string, make: () => string, why: RegExp]>([
    [
      'a directory',
      () => (mkdirSync(join(folder, 'directory')), join(folder, 'directory')),
      /it is a directory/,
    ],
    ['nothing', () => join(folder, 'nothing'), /no such file/],
    ['a device', () => '/dev/null', /neither a file nor a pipe/],
    ['an archive of nothing', () => fileOf('magic.gz', Uint8Array.of(0x1f, 0x8b)), /breaks off/],
  ])('%s', async (_what, make, why) => {
    const opening = openLog(make());
    await expect(opening).rejects.toThrow(HarnessError);
    await expect(opening).rejects.toMatchObject({ exitCode: 2, why: expect.stringMatching(why) as string });
  });
});
