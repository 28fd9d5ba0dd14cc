import { expect, it } from 'vitest';
import { witness } from './witness.ts';

const address = '127.0.0.1:3001';

it('numbers the binds of every thread, and names the bind that bound the holder', async () => {
  const { binds } = await witness('dtrace', (main) => {
    const other = main.thread();
    main.udp(3, '127.0.0.1:4000');
    other.udp(4, address);
    main.findsInUse(5, address);
  });
  const free = { predicted: 'free', answered: 'free', refusal: null };
  expect([...binds.threads]).toEqual([
    [
      'thread 100 of process 100',
      {
        pid: 100,
        binds: [
          { address: 'udp 127.0.0.1:4000', ...free },
          {
            address: `udp ${address}`,
            predicted: 'blocked',
            answered: 'blocked',
            refusal: {
              isOpen: false,
              holders: [
                {
                  boundBy: { thread: 'thread 101 of process 100', number: 1 },
                  references: ['fd 4 of process 100'],
                  certain: true,
                },
              ],
            },
          },
        ],
      },
    ],
    ['thread 101 of process 100', { pid: 100, binds: [{ address: `udp ${address}`, ...free }] }],
  ]);
});

it('keeps one value for binds that say the same', async () => {
  const { binds } = await witness('dtrace', (main) => {
    for (let cycle = 0; cycle < 2; cycle++) {
      main.udp(3, address);
      main.close(3);
    }
  });
  const [first, second] = [...binds.threads.values()][0]?.binds ?? [];
  expect(first).toBe(second);
});

it('leaves out listens, and names a call in flight where it is all that is left', async () => {
  const { binds } = await witness('dtrace', (main) => {
    const reader = main.thread();
    main.udp(3, address);
    const read = reader.entersRead(3);
    main.close(3);
    main.findsInUse(5, address);
    read.returns();
    main.socket(6, { type: 1 });
    main.calls({ name: 'listen', fd: 6 as never });
  });
  const [{ binds: logged } = { binds: [] }] = [...binds.threads.values()];
  expect(logged).toHaveLength(2);
  expect(logged[1]?.refusal?.holders.map(({ references }) => references)).toEqual([
    ['recvfrom of fd 3 in thread 101 of process 100'],
  ]);
});
