import { describe, expect, it } from 'vitest';
import { crossCheck } from '../../../src/verdict/cross-check.ts';
import type { RunSummary } from '../../../src/verdict/run-summary.ts';
import type { Actor } from '../../histories/actor.ts';
import type { History } from '../../histories/history.ts';
import { witness } from './witness.ts';

const address = '127.0.0.1:3001';
type Tell = (main: Actor, history: History) => void;

/** The run as dtrace has it, checked by ebpf. */
async function checked(dtrace: Tell, ebpf: Tell): Promise<RunSummary> {
  return crossCheck(await witness('dtrace', dtrace), await witness('ebpf', ebpf));
}

function told({ doubts }: RunSummary): readonly string[] {
  return doubts.filter(({ code }) => code === 'cross-check-disagrees').map(({ text }) => text);
}

/** Two sockets, the address held by the one that `fd` says, and a bind that meets it. */
const refusedBy =
  (fd: 3 | 5): Tell =>
  (main) => {
    for (const each of [3, 5]) main.udp(each, each === fd ? address : '127.0.0.1:4000');
    main.findsInUse(7, address);
  };

describe('two tracers that tell the same', () => {
  it('agree about every bind and name the same holder', async () => {
    expect(await checked(refusedBy(3), refusedBy(3))).toMatchObject({
      verdict: 'held',
      doubts: [],
      crossCheck: {
        tracer: 'ebpf',
        compared: 3,
        refused: 1,
        undetermined: 0,
        disagreements: 0,
        notMade: null,
      },
    });
  });

  it('agree where a close that was under way began before the bind for one of them only', async () => {
    const skewed =
      (first: 'close' | 'bind'): Tell =>
      (main) => {
        const other = main.thread();
        main.udp(3, address);
        main.socket(5);
        const close = first === 'close' ? other.entersClose(3) : null;
        const bind = main.entersBind(5, address);
        const late = close ?? other.entersClose(3);
        bind.fails('EADDRINUSE');
        late.returns();
      };
    for (const [own, other] of [
      ['close', 'bind'],
      ['bind', 'close'],
    ] as const) {
      const { crossCheck: check, doubts } = await checked(skewed(own), skewed(other));
      expect(told({ doubts } as RunSummary)).toEqual([]);
      expect(check).toMatchObject({ compared: 2, refused: 1, undetermined: 0, disagreements: 0 });
    }
  });

  it('agree though one of them leaves out the calls in flight beside a descriptor', async () => {
    const parked =
      (calls: 'told' | 'left out'): Tell =>
      (main) => {
        const reader = main.thread();
        main.udp(3, address);
        const read = calls === 'told' ? reader.entersRead(3) : null;
        main.findsInUse(5, address);
        read?.returns();
      };
    const { crossCheck: check } = await checked(parked('told'), parked('left out'));
    expect(check).toMatchObject({ refused: 1, undetermined: 0, disagreements: 0 });
  });

  it('agree about binds of two threads, in whatever order these came for each of them', async () => {
    const both =
      (first: 0 | 1): Tell =>
      (main) => {
        const threads = [main, main.thread()] as const;
        for (const index of [first, 1 - first]) threads[index]?.udp(3 + index, `127.0.0.1:300${index}`);
      };
    const { crossCheck: check } = await checked(both(0), both(1));
    expect(check).toMatchObject({ compared: 2, disagreements: 0 });
  });
});

describe('a disagreement', () => {
  it('about the holder is a doubt with both words, and nothing that was found is certain any more', async () => {
    const run = await checked(refusedBy(3), (main) => {
      main.udp(3, address);
      main.udp(5, '127.0.0.1:4000');
      main.close(3);
      main.udp(3, address);
      main.findsInUse(7, address);
    });
    expect(run.verdict).toBe('unknown');
    expect(run.findings.map(({ certain }) => certain)).toEqual([false]);
    expect(run.kinds).toEqual([]);
    expect(told(run)).not.toEqual([]);
  });

  it('about the descriptor', async () => {
    const held =
      (fd: number): Tell =>
      (main) => {
        main.udp(fd, address);
        main.findsInUse(7, address);
      };
    expect(told(await checked(held(3), held(4)))).toEqual([
      `bind 2 of thread 100 of process 100 to udp ${address}: by dtrace it was refused because of fd 3 of process 100 (bound by bind 1 of thread 100 of process 100); by ebpf it was refused because of fd 4 of process 100 (bound by bind 1 of thread 100 of process 100)`,
    ]);
  });

  it('about which socket it was, though it has the same number', async () => {
    // For the one the second bind of fd 3 got the address, for the other the first still has it.
    const held =
      (at: 'first' | 'second'): Tell =>
      (main) => {
        main.udp(3, at === 'first' ? address : '127.0.0.1:4000');
        if (at === 'second') main.close(3);
        main.udp(at === 'second' ? 3 : 5, at === 'first' ? '127.0.0.1:4000' : address);
        main.findsInUse(7, address);
      };
    const run = await checked(held('first'), held('second'));
    expect(run.crossCheck).toMatchObject({ compared: 3, disagreements: 3 });
    expect(told(run).at(-1)).toContain(
      'by ebpf it was refused because of fd 3 of process 100 (bound by bind 2 ',
    );
  });

  it('about what the kernel answered', async () => {
    const run = await checked(
      (main) => {
        main.udp(3, address);
        main.findsInUse(5, address);
      },
      (main) => {
        main.udp(3, address);
        main.close(3);
        main.udp(5, address);
      },
    );
    expect(told(run)).toEqual([
      `bind 2 of thread 100 of process 100 to udp ${address}: by dtrace it was refused; by ebpf it was given`,
      'the run is held by dtrace, clean by ebpf',
    ]);
    expect(run.doubts[0]).toMatchObject({ run: '0001', pid: 100, address: `udp ${address}` });
  });

  it('about whether there was a bind', async () => {
    const twice: Tell = (main) => {
      main.udp(3, address);
      main.udp(5, '127.0.0.1:4000');
    };
    const once: Tell = (main) => main.udp(3, address);
    for (const [own, other, text] of [
      [twice, once, 'dtrace saw it, ebpf did not'],
      [once, twice, 'ebpf saw it, dtrace did not'],
    ] as const) {
      const run = await checked(own, other);
      expect(run).toMatchObject({ verdict: 'unknown', crossCheck: { compared: 1, disagreements: 1 } });
      expect(told(run)).toEqual([`bind 2 of thread 100 of process 100 to udp 127.0.0.1:4000: ${text}`]);
    }
  });

  it('about whether anybody inside held it', async () => {
    const alone: Tell = (main) => main.findsInUse(5, address);
    const held: Tell = (main) => {
      main.thread().udp(3, address);
      main.findsInUse(5, address);
    };
    const nobody: Tell = (main) => {
      main.thread().udp(3, '127.0.0.1:4000');
      main.findsInUse(5, address);
    };
    expect(told(await checked(held, nobody))).toEqual([
      expect.stringContaining('asked for'),
      expect.stringMatching(/by ebpf it was refused because of nobody of the run$/),
    ]);
    // Both say that it was nobody: the same, and no name.
    expect(await checked(alone, alone)).toMatchObject({
      crossCheck: { refused: 1, undetermined: 1, disagreements: 0 },
    });
  });

  it('is told 20 times, and counted as often as it is', async () => {
    const many =
      (port: number): Tell =>
      (main) => {
        for (let fd = 3; fd < 53; fd++) main.udp(fd, `127.0.0.1:${port + fd}`);
      };
    const run = await checked(many(3000), many(4000));
    expect(run.crossCheck?.disagreements).toBe(50);
    expect([run.doubts.length, run.doubtsOmitted]).toEqual([20, 30]);
  });
});

describe('where the other leaves it open', () => {
  it('is no disagreement: the port of a socket of its own is not told', async () => {
    const held =
      (port: 'told' | 'not told'): Tell =>
      (main) => {
        main.socket(3);
        main.binds(3, '127.0.0.1:0');
        if (port === 'told') main.getsockname(3, address);
        main.findsInUse(5, address);
      };
    expect(await checked(held('told'), held('not told'))).toMatchObject({
      crossCheck: { compared: 2, refused: 1, undetermined: 1, disagreements: 0 },
    });
  });
});

describe('no cross-check is made, and the verdict stays', () => {
  const held = refusedBy(3);
  const lossy: Tell = (main, history) => {
    history.loss();
    held(main, history);
  };

  it.each([
    ['the companion lost something', held, lossy, 'the trace of ebpf is not whole: lost', 'held'],
    ['the tracer itself did', lossy, held, 'the trace of dtrace is not whole: lost', 'unknown'],
  ] as const)('where %s', async (_, own, other, notMade, verdict) => {
    const run = await checked(own, other);
    expect(run.verdict).toBe(verdict);
    expect(run.crossCheck).toEqual({
      tracer: 'ebpf',
      compared: 0,
      refused: 0,
      undetermined: 0,
      disagreements: 0,
      notMade,
    });
  });

  it('where the companion contradicts itself', async () => {
    const run = await checked(
      (main) => main.udp(3, address),
      (main) => {
        main.udp(3, address);
        main.socket(3);
      },
    );
    expect(run.verdict).toBe('clean');
    expect(run.crossCheck).toMatchObject({
      compared: 0,
      notMade: 'ebpf is in doubt: descriptor 3 was given out again although no close of it was seen',
    });
  });
});
