import { describe, expect, it } from 'vitest';
import { withLatestReturns } from '../../../../harness/logs/thread-returns.ts';

async function bounded(text: string, chunkSize = text.length): Promise<string> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < text.length; at += Math.max(1, chunkSize)) {
      yield Buffer.from(text.slice(at, at + chunkSize), 'latin1');
      await Promise.resolve();
    }
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of withLatestReturns(chunks())) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

describe("a thread's log without -T", () => {
  const log = [
    '1795431459.462161 recvfrom(3, "wake", 16, 0, NULL, NULL) = 4',
    '1795431459.462988 futex(0xc3, FUTEX_WAKE_PRIVATE, 1) = 1',
    '1795431459.463000 --- SIGURG {si_signo=SIGURG} ---',
    '1795431460.000000 close(4) = 0',
    '1795431460.000002 +++ exited with 0 +++',
    '',
  ].join('\n');

  it('has behind every call how long it took at most: until the next line', async () => {
    expect(await bounded(log)).toBe(
      [
        '1795431459.462161 recvfrom(3, "wake", 16, 0, NULL, NULL) = 4 <0.000827000>',
        '1795431459.462988 futex(0xc3, FUTEX_WAKE_PRIVATE, 1) = 1 <0.000012000>',
        '1795431459.463000 --- SIGURG {si_signo=SIGURG} ---',
        '1795431460.000000 close(4) = 0 <0.000002000>',
        '1795431460.000002 +++ exited with 0 +++',
        '',
      ].join('\n'),
    );
  });

  it.each([1, 7, 64])('is the same in chunks of %i bytes', async (size) => {
    expect(await bounded(log, size)).toBe(await bounded(log));
  });

  it('may pass midnight', async () => {
    const night = '23:59:59.500000 close(3) = 0\n00:00:00.250000 close(4) = 0\n';
    expect(await bounded(night)).toBe(
      '23:59:59.500000 close(3) = 0 <0.750000000>\n00:00:00.250000 close(4) = 0\n',
    );
  });

  it('is left alone where its clock was set back, has no stamps, or breaks off', async () => {
    const back = '1795431459.5 close(3) = 0\n1795431459.1 close(4) = 0\n';
    expect(await bounded(back)).toBe(back);
    const plain = 'close(3) = 0\nclose(4) = 0\n';
    expect(await bounded(plain)).toBe(plain);
    const cut = '1795431459.5 close(3) = 0\n1795431459.6 clo';
    expect(await bounded(cut)).toBe('1795431459.5 close(3) = 0 <0.100000000>\n1795431459.6 clo');
    expect(await bounded('')).toBe('');
  });
});
