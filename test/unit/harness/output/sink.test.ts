import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createSink, wantsColor } from '../../../../harness/output/sink.ts';

describe('a sink', () => {
  test('hands the text over', async () => {
    const chunks: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk.toString());
        done();
      },
    });
    await createSink(stream).write('text');
    expect(chunks).toEqual(['text']);
  });

  test('is quiet when nobody reads any more', async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const sink = createSink(stream);
    await sink.write('first');
    await sink.write('second');
    expect(stream.destroyed).toBe(true);
  });

  test('says that nobody got the answer when the disk is full, unless it only talks', async () => {
    const full = (): Writable =>
      new Writable({
        write: (_chunk, _encoding, done) =>
          done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' })),
      });
    await expect(createSink(full()).write('text')).rejects.toMatchObject({
      exitCode: 4,
      why: 'write ENOSPC',
    });
    await createSink(full(), 'is-borne').write('text');
  });
});

test.each([
  ['unsaid', {}, true, true],
  ['unsaid', {}, false, false],
  ['unsaid', { TERM: 'dumb' }, true, false],
  ['unsaid', { NO_COLOR: '1' }, true, false],
  ['unsaid', { NO_COLOR: '' }, true, true],
  ['unsaid', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['unsaid', { FORCE_COLOR: '1' }, false, true],
  ['unsaid', { FORCE_COLOR: '1', TERM: 'dumb' }, false, true],
  ['unsaid', { FORCE_COLOR: '0' }, true, false],
  ['always', { NO_COLOR: '1' }, false, true],
  ['never', { FORCE_COLOR: '1' }, true, false],
] as const)('colour: %s, %o, terminal %s: %s', (choice, environment, isTerminal, expected) => {
  expect(wantsColor(choice, environment, isTerminal)).toBe(expected);
});
