import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HarnessError } from '../../../../harness/errors.ts';
import { blockFileNames, claimsFile, outputFile } from '../../../../harness/store/layout.ts';
import { readBlock, readSession } from '../../../../harness/store/read.ts';
import { claims, saveSession, session, temporaryDirectory } from './saved-session.ts';

describe('an unaltered session', () => {
  test('is read back whole', async () => {
    const { directory } = await saveSession();
    const saved = await readSession(directory);
    expect(saved.plan).toEqual(session);
    expect(saved.end?.ended).toEqual({ how: 'done' });
    expect(saved.alterations).toEqual([]);
    expect(saved.problems).toEqual([]);
    const block = await readBlock(saved, 0);
    expect([...block.records.keys()]).toEqual(['0001', '0002']);
    expect(block.claims.get('0001')).toEqual(claims);
    expect(block.launcher?.pid).toBe(99);
    expect(block.ended).toBe('done');
    expect(block.tracerEnd).toEqual({ exitCode: 0, signal: null, stderr: '' });
    expect(block.problems).toEqual([]);
  });

  test('is the same after it was moved or copied, and by a relative path', async () => {
    const { directory } = await saveSession();
    await rename(directory, `${directory} moved`);
    await cp(`${directory} moved`, `${directory}-copy`, { recursive: true });
    expect((await readSession(`${directory} moved`)).alterations).toEqual([]);
    expect((await readSession(`${directory}-copy/`)).alterations).toEqual([]);
  });

  test('does not mind a report, batch or lifeline beside the evidence', async () => {
    const { directory, block } = await saveSession();
    await writeFile(join(directory, 'report.json'), '{}');
    await writeFile(join(block, blockFileNames.batch), '{}');
    execFileSync('mkfifo', [join(block, blockFileNames.lifeline)]);
    expect((await readSession(directory)).alterations).toEqual([]);
  });
});

describe('an altered session', () => {
  test.each([
    [
      'a claim was changed',
      'changed',
      (b: string) => writeFile(claimsFile(b, '0001'), JSON.stringify({ ...claims, addressInUse: 0 })),
    ],
    ['a claim was removed', 'missing', (b: string) => rm(claimsFile(b, '0001'))],
    ['a claim was cut', 'changed', (b: string) => truncate(claimsFile(b, '0001'), 10)],
    [
      'a claim became a link',
      'missing',
      async (b: string) => {
        await rename(claimsFile(b, '0001'), `${b}.elsewhere`);
        await symlink(`${b}.elsewhere`, claimsFile(b, '0001'));
      },
    ],
  ] as const)('%s', async (_name, how, alter) => {
    const { directory, block } = await saveSession();
    await alter(block);
    const saved = await readSession(directory);
    expect(saved.alterations).toContainEqual({ path: 'blocks/1-none/claims/0001.json', how });
  });

  test('an output was added', async () => {
    const { directory, block } = await saveSession();
    await writeFile(outputFile(block, '0009', 'stderr'), 'x');
    const saved = await readSession(directory);
    expect(saved.alterations).toEqual([{ path: 'blocks/1-none/output/0009.stderr', how: 'added' }]);
  });

  test('the plan was changed', async () => {
    const { directory } = await saveSession();
    await writeFile(join(directory, 'session.json'), JSON.stringify({ ...session, seed: 'other' }));
    expect((await readSession(directory)).alterations).toEqual([{ path: 'session.json', how: 'changed' }]);
  });

  test('a record line was doubled', async () => {
    const { directory, block } = await saveSession();
    const records = join(block, blockFileNames.records);
    const line = (await readFile(records, 'utf8')).split('\n')[1] ?? '';
    await appendFile(records, `${line}\n`);
    const saved = await readSession(directory);
    expect(saved.alterations).toHaveLength(1);
    expect((await readBlock(saved, 0)).problems).toEqual(['run 0001 has two records']);
  });
});

describe('a session that broke off', () => {
  test('without its end it has none, and no file counts as altered', async () => {
    const { directory } = await saveSession();
    await rm(join(directory, 'end.json'));
    const saved = await readSession(directory);
    expect([saved.end, saved.alterations, saved.problems]).toEqual([null, [], []]);
  });

  test('a damaged end is a problem', async () => {
    const { directory } = await saveSession();
    await writeFile(join(directory, 'end.json'), '{"schemaVersion": 1');
    const saved = await readSession(directory);
    expect(saved.end).toBeNull();
    expect(saved.problems[0]).toMatch(/end\.json is damaged/);
  });

  test('a block that never began is empty', async () => {
    const { directory, block } = await saveSession();
    await rm(block, { recursive: true });
    const read = await readBlock(await readSession(directory), 0);
    expect(read).toMatchObject({
      rawTrace: null,
      tracerEnd: null,
      launcher: null,
      ended: null,
      problems: [],
    });
    expect(read.claims.get('0001')).toBeNull();
  });

  test('a cut record line is a problem, and the others stay', async () => {
    const { directory, block } = await saveSession();
    const records = join(block, blockFileNames.records);
    const text = await readFile(records, 'utf8');
    await writeFile(records, text.slice(0, text.lastIndexOf('"reason"')));
    const read = await readBlock(await readSession(directory), 0);
    expect(read.problems).toEqual(['line 4 of records.ndjson is damaged']);
    expect(read.records.size).toBe(2);
    expect(read.ended).toBeNull();
  });

  test('the end of another session is a problem', async () => {
    const { directory } = await saveSession();
    const end = JSON.parse(await readFile(join(directory, 'end.json'), 'utf8')) as object;
    await writeFile(join(directory, 'end.json'), JSON.stringify({ ...end, session: 'other' }));
    expect((await readSession(directory)).problems).toHaveLength(1);
  });
});

describe('what is no session is refused with a reason', () => {
  test('no such directory', async () => {
    const directory = await temporaryDirectory();
    await expect(readSession(join(directory, 'none'))).rejects.toMatchObject({
      exitCode: 2,
      why: 'there is no such directory',
    });
  });

  test('a directory of something else', async () => {
    await expect(readSession(await temporaryDirectory())).rejects.toMatchObject({ exitCode: 2 });
  });

  test('another schema version', async () => {
    const { directory } = await saveSession();
    await writeFile(join(directory, 'session.json'), JSON.stringify({ ...session, schemaVersion: 2 }));
    await expect(readSession(directory)).rejects.toMatchObject({ exitCode: 2, what: /another version/ });
  });

  test.each([['../../../etc/passwd'], ['a/b'], ['..'], [''], ['\u0000'], ['x'.repeat(65)]])(
    'a run called %j',
    async (run) => {
      const { directory } = await saveSession();
      const hostile = { ...session, blocks: [{ tracer: 'none', runs: [{ run, arm: 0 }] }] };
      await writeFile(join(directory, 'session.json'), JSON.stringify(hostile));
      await expect(readSession(directory)).rejects.toMatchObject({ exitCode: 4 });
    },
  );

  test.each([
    [
      'two runs with one id',
      {
        blocks: [
          {
            tracer: 'none',
            runs: [
              { run: '1', arm: 0 },
              { run: '1', arm: 0 },
            ],
          },
        ],
      },
    ],
    ['a run of no arm', { blocks: [{ tracer: 'none', runs: [{ run: '1', arm: 7 }] }] }],
    ['a tracer that is a path', { blocks: [{ tracer: '../none', runs: [] }] }],
    ['an unknown field', { surprise: true }],
  ])('%s', async (_name, change) => {
    const { directory } = await saveSession();
    await writeFile(join(directory, 'session.json'), JSON.stringify({ ...session, ...change }));
    await expect(readSession(directory)).rejects.toMatchObject({ exitCode: 4 });
  });

  test('a raw trace outside of its block', async () => {
    const { directory, block } = await saveSession();
    const hostile = { schemaVersion: 1, rawTrace: '../../session.json', ended: null };
    await writeFile(join(block, 'tracer.json'), JSON.stringify(hostile));
    const read = await readBlock(await readSession(directory), 0);
    expect(read.rawTrace).toBeNull();
    expect(read.problems[0]).toMatch(/tracer\.json is damaged/);
  });

  test('a FIFO in the place of a file does not hang the reader', async () => {
    const { directory, block } = await saveSession();
    await rm(claimsFile(block, '0001'));
    execFileSync('mkfifo', [claimsFile(block, '0001')]);
    const saved = await readSession(directory);
    expect(saved.alterations).toEqual([{ path: 'blocks/1-none/claims/0001.json', how: 'missing' }]);
    expect((await readBlock(saved, 0)).problems).toEqual([
      'claims/0001.json was not read: it is not a regular file',
    ]);
  });

  test('a directory in the place of a file', async () => {
    const { directory } = await saveSession();
    await rm(join(directory, 'session.json'));
    await mkdir(join(directory, 'session.json'));
    await expect(readSession(directory)).rejects.toMatchObject({ exitCode: 4 });
  });
});

test('any bytes in any file: an error that explains itself, or a problem', async () => {
  const { directory, block } = await saveSession();
  const files = [
    join(directory, 'session.json'),
    join(directory, 'end.json'),
    join(block, blockFileNames.records),
    join(block, blockFileNames.tracer),
    claimsFile(block, '0001'),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.uint8Array({ maxLength: 200 }), async (file, bytes) => {
      const before = await readFile(file);
      await writeFile(file, bytes);
      try {
        const saved = await readSession(directory);
        await readBlock(saved, 0);
        expect(saved.alterations.length + saved.problems.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(HarnessError);
      } finally {
        await writeFile(file, before);
      }
    }),
    { numRuns: 60 },
  );
});
