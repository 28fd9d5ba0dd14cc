import { describe, expect, it } from 'vitest';
import type { BindJudgement } from '../../../src/kernel/ledger.ts';
import { IPPROTO_MPTCP, SOCK_STREAM } from '../../../src/kernel/abi.ts';
import { fd } from '../../../src/trace/ids.ts';
import type { Actor } from '../../histories/actor.ts';
import { History } from '../../histories/history.ts';
import { judgeBlock } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

/** What the books said of the last bind of the history. */
async function judged(history: History): Promise<Pick<BindJudgement, 'predicted' | 'openBy'> | undefined> {
  const judgements: BindJudgement[] = [];
  await judgeBlock(history.whole(), { onBind: (judgement) => judgements.push(judgement) });
  const last = judgements.at(-1);
  return last === undefined ? undefined : { predicted: last.predicted, openBy: last.openBy };
}

function shares(main: Actor, fd: number, at: string): void {
  main.socket(fd);
  main.sets(fd, 'reusePort');
  main.binds(fd, at);
}

describe('a bind', () => {
  it('is let through by a reader that shares the port, whose descriptor is closed, and which hides another', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.socket(3);
    main.binds(3, '127.0.0.6:3001');
    shares(main, 4, '127.0.0.2:3001');
    reader.entersRead(4);
    main.close(4);
    shares(main, 5, '0.0.0.0:3001');
    expect(await judged(history)).toEqual({ predicted: 'free', openBy: [] });
  });

  it('is open by a holder that another thread may just be dropping', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.socket(3);
    main.socket(4);
    main.binds(4, address);
    main.calls({ name: 'dup2', fd: fd(3), to: fd(4) }, 4);
    other.socket(5);
    other.binds(5, address);
    expect(await judged(history)).toEqual({ predicted: 'undetermined', openBy: ['holder'] });
  });

  it('is open by a port that nothing has told', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.binds(3, '127.0.0.1:0');
    main.socket(4);
    main.binds(4, address);
    expect(await judged(history)).toEqual({ predicted: 'undetermined', openBy: ['address'] });
  });

  it('is blocked by whoever is certainly there, whatever else is unknown', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.binds(3, '127.0.0.1:0');
    main.socket(4);
    main.binds(4, address);
    main.findsInUse(5, address);
    expect(await judged(history)).toEqual({ predicted: 'blocked', openBy: [] });
  });

  it('is open by what its port remembers, where one whose address is not known has listened', async () => {
    const history = new History();
    const main = history.run();
    const mptcp = { type: SOCK_STREAM, protocol: IPPROTO_MPTCP };
    main.socket(3, { ...mptcp, family: 6 });
    main.sets(3, 'reuseAddress');
    main.sets(3, 'reusePort');
    main.binds(3, '[::]:3001');
    main.socket(4, mptcp);
    main.sets(4, 'reuseAddress');
    main.binds(4, '127.0.0.2:3001');
    main.connects(3, '[::1]:9', 'ECONNREFUSED');
    main.getsockname(3, '[::1]:3001');
    main.calls({ name: 'listen', fd: fd(3) });
    main.socket(5, { type: SOCK_STREAM, family: 6 });
    main.sets(5, 'reusePort');
    main.binds(5, '[::ffff:127.0.0.2]:3001');
    expect(await judged(history)).toMatchObject({ predicted: 'undetermined' });
  });

  describe('of a port that a closed connection may still have', () => {
    const tcp = { type: SOCK_STREAM };

    /** A connection at the address ends; another socket is given its port by the kernel, and a third one binds it. */
    async function afterChoice(left: string, asked: string, told: string): Promise<string | undefined> {
      const history = new History();
      const main = history.run();
      main.socket(3, { ...tcp, family: left.startsWith('[') ? 6 : 4 });
      main.binds(3, left);
      main.connects(3, left.startsWith('[') ? '[::1]:9' : '127.0.0.1:9');
      main.close(3);
      main.socket(4, { ...tcp, family: asked.startsWith('[') ? 6 : 4 });
      main.binds(4, asked);
      main.getsockname(4, told);
      main.close(4);
      main.socket(5, tcp);
      main.binds(5, left.startsWith('[') ? '127.0.0.3:3001' : left);
      return (await judged(history))?.predicted;
    }

    it.each([
      ['the same address', '127.0.0.2:3001', '127.0.0.2:0', '127.0.0.2:3001'],
      ['the wildcard', '127.0.0.2:3001', '0.0.0.0:0', '0.0.0.0:3001'],
      ['the wildcard of both families', '127.0.0.2:3001', '[::]:0', '[::]:3001'],
    ])('is free when the kernel itself has chosen the port for %s', async (_, ...addresses) => {
      expect(await afterChoice(...addresses)).toBe('free');
    });

    it('is open when it has chosen it for another address', async () => {
      expect(await afterChoice('127.0.0.2:3001', '127.0.0.1:0', '127.0.0.1:3001')).toBe('undetermined');
    });

    it('is open when it was told after a connect, which may be what has chosen it', async () => {
      const history = new History();
      const main = history.run();
      main.socket(3, tcp);
      main.binds(3, address);
      main.connects(3, '127.0.0.1:9');
      main.close(3);
      main.socket(4, tcp);
      main.binds(4, '127.0.0.1:0');
      main.connects(4, '127.0.0.1:9');
      main.getsockname(4, address);
      main.socket(5, tcp);
      main.sets(5, 'reuseAddress');
      main.binds(5, address);
      expect((await judged(history))?.openBy).toContain('connection');
    });

    it('is open when the connection has ended after that', async () => {
      const history = new History();
      const main = history.run();
      for (const each of [3, 4]) {
        main.socket(each, tcp);
        main.sets(each, 'reuseAddress');
      }
      main.binds(3, '127.0.0.1:0');
      main.binds(4, address);
      main.connects(4, '127.0.0.1:9');
      main.close(4);
      main.getsockname(3, address);
      main.sets(3, 'reuseAddress', 0);
      main.calls({ name: 'listen', fd: fd(3) });
      expect(await judged(history)).toEqual({ predicted: 'undetermined', openBy: ['connection'] });
    });
  });
});
