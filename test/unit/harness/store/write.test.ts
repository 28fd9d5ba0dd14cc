import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeJsonFile } from '../../../../harness/store/json-file.ts';
import { createSession, writeReport } from '../../../../harness/store/write.ts';
import { session, temporaryDirectory } from './saved-session.ts';

describe('a new session', () => {
  test('makes its directory and those above it', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b');
    await createSession(directory, session);
    expect(JSON.parse(await readFile(join(directory, 'session.json'), 'utf8'))).toEqual(session);
  });

  test('takes an empty directory', async () => {
    const directory = await temporaryDirectory();
    await createSession(directory, session);
    expect(await readdir(directory)).toEqual(['session.json']);
  });

  test('refuses one that holds anything, and leaves it as it was', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'mine'), '');
    await expect(createSession(directory, session)).rejects.toMatchObject({ exitCode: 2, what: /not empty/ });
    expect(await readdir(directory)).toEqual(['mine']);
  });

  test('refuses a place that is a file', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    await expect(createSession(join(file, 'session'), session)).rejects.toMatchObject({ exitCode: 3 });
    await expect(createSession(file, session)).rejects.toMatchObject({ exitCode: 3 });
  });

  test('refuses a place where the system makes no directories', async () => {
    await expect(createSession('/proc/session', session)).rejects.toMatchObject({ exitCode: 3 });
    await expect(createSession('/proc/a/b', session)).rejects.toMatchObject({ exitCode: 3 });
  });
});

describe('a document', () => {
  test('replaces the one before, and leaves nothing half written beside it', async () => {
    const directory = await temporaryDirectory();
    await writeJsonFile(join(directory, 'a.json'), { version: 1 });
    await writeJsonFile(join(directory, 'a.json'), { version: 2 });
    expect(await readdir(directory)).toEqual(['a.json']);
    expect(await readFile(join(directory, 'a.json'), 'utf8')).toBe('{\n  "version": 2\n}\n');
  });

  test('that can not be written leaves the one before', async () => {
    const directory = await temporaryDirectory();
    await writeJsonFile(join(directory, 'a.json'), { version: 1 });
    await mkdir(join(directory, 'a.json.new'));
    await expect(writeJsonFile(join(directory, 'a.json'), { version: 2 })).rejects.toThrow();
    expect(await readFile(join(directory, 'a.json'), 'utf8')).toContain('1');
  });

  test('on a full disk ends as inconclusive, with the way out', async () => {
    const directory = await temporaryDirectory();
    // Every write to /dev/full is answered with ENOSPC.
    await symlink('/dev/full', join(directory, 'report.json.new'));
    await expect(writeReport(directory, '{}')).rejects.toMatchObject({
      exitCode: 4,
      what: 'the session could not be saved',
      remedy: /make room/,
    });
    expect(await readdir(directory)).toEqual([]);
  });
});
