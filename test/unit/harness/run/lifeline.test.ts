import { open, readdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLifeline } from '../../../../harness/run/lifeline.ts';
import { temporaryDirectory } from '../store/saved-session.ts';

test('a reader sees the end of the file when the lifeline is cut, and not before', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, 'lifeline');
  const lifeline = await openLifeline(path);
  const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(1);
  await expect(reader.read(buffer)).rejects.toMatchObject({ code: 'EAGAIN' });
  lifeline.cut();
  lifeline.cut();
  expect((await reader.read(buffer)).bytesRead).toBe(0);
  await reader.close();
  await lifeline.remove();
  expect(await readdir(directory)).toEqual([]);
});

test('a place where it can not be made is a clear error', async () => {
  const directory = await temporaryDirectory();
  await expect(openLifeline(join(directory, 'none', 'lifeline'))).rejects.toThrow();
  await openLifeline(join(directory, 'taken')).then((lifeline) => lifeline.cut());
  await expect(openLifeline(join(directory, 'taken'))).rejects.toMatchObject({ exitCode: 3, why: /exists/ });
});
