import { describe, expect, it } from 'vitest';
import { adviceFor, lacksOf, type LogFacts } from '../../../../harness/logs/lacks.ts';
import { straceCalls, straceCommand } from '../../../../harness/logs/recording-commands.ts';

const content = {
  events: 10,
  processes: 1,
  threads: 1,
  begin: 'exec',
} as const;

function facts(calls: readonly string[], changed: Partial<LogFacts> = {}): LogFacts {
  const ordered = { times: 'told', threadsApart: 'one-log', ids: true, system: 'linux' } as const;
  const base = { format: 'strace', content, ...ordered } as const;
  return { ...base, ...changed, calls: new Set(calls) };
}

function codes(calls: readonly string[], changed: Partial<LogFacts> = {}): string[] {
  return lacksOf(facts(calls, changed)).map(({ code }) => code);
}

describe('a log of strace', () => {
  it('without filter lacks nothing that its program did not do', () => {
    expect(codes(['execve', 'brk', 'socket', 'bind', 'exit_group'])).toEqual([]);
  });

  it('made with the command that is advised lacks nothing', () => {
    const calls = ['execve', 'mmap', 'openat', 'close', 'socket', 'bind', 'exit_group'];
    expect(straceCalls).toContain('%desc,%network,%process');
    expect(codes(calls)).toEqual([]);
  });

  it.each([
    [['bind'], ['sockets', 'closes', 'other-closes', 'receives', 'forks', 'options']],
    [
      ['socket', 'bind', 'close'],
      ['other-closes', 'receives', 'forks', 'options'],
    ],
    [['socket', 'bind', 'close', 'dup2', 'recvmsg', 'clone3', 'setsockopt'], []],
    [['futex'], ['binds']],
    [['close'], ['binds', 'sockets', 'other-closes', 'receives', 'forks', 'options']],
  ])('with a filter that let %j through lacks %j', (calls, expected) => {
    expect(codes(calls)).toEqual(expected);
  });

  it('that begins in the middle lacks its start, and is not clean for that reason', () => {
    const lacks = lacksOf(facts(['brk', 'bind'], { content: { ...content, begin: 'midway' } }));
    expect(lacks.map(({ code, effect }) => [code, effect])).toEqual([['start', 'clean']]);
  });

  it.each([
    ['none', 'one-log', ['times']],
    ['whole-seconds', 'one-log', ['times']],
    ['told', 'one-log', []],
    ['told', 'ordered', []],
    ['told', 'ordered-by-entries', ['returns']],
    ['whole-seconds', 'unordered', ['order']],
  ] as const)('with times %s and threads %s lacks %j', (times, threadsApart, expected) => {
    expect(codes(['brk', 'bind'], { times, threadsApart })).toEqual(expected);
  });

  it('that can not order its threads makes no finding certain', () => {
    const lacks = lacksOf(facts(['brk', 'bind'], { threadsApart: 'unordered' }));
    expect(lacks.map(({ effect }) => effect)).toEqual(['findings']);
  });
});

describe('dtruss', () => {
  it('never tells addresses, nor what was in flight', () => {
    expect(codes(['bind', 'mprotect'], { format: 'dtruss' })).toEqual(['addresses', 'entries']);
  });

  it('with -t bind lacks all the rest, without -f the threads too', () => {
    const expected = [
      'addresses',
      'entries',
      'ids',
      'sockets',
      'closes',
      'other-closes',
      'receives',
      'forks',
      'options',
    ];
    expect(codes(['bind'], { format: 'dtruss', ids: false })).toEqual(expected);
  });
});

it('the output of sockets.d lacks nothing but binds', () => {
  expect(codes(['socket', 'bind'], { format: 'dtrace' })).toEqual([]);
  expect(codes([], { format: 'dtrace' })).toEqual(['binds']);
});

it('the output of sockets-darwin.d lacks the rules of its kernel', () => {
  expect(codes(['socket', 'bind'], { format: 'dtrace', system: 'darwin' })).toEqual(['rules']);
});

describe('advice', () => {
  const lacking = facts(['bind']);

  it('is the whole command, to be typed as it is', () => {
    const [advice] = adviceFor(lacking, lacksOf(lacking), null);
    expect(advice?.command).toBe(straceCommand);
  });

  it('names macOS as untested wherever it stands', () => {
    const dtruss = facts(['bind'], { format: 'dtruss' });
    const commands = adviceFor(dtruss, lacksOf(dtruss), null).filter(({ command }) =>
      command.includes('sockets-darwin.d'),
    );
    expect(commands).toHaveLength(1);
    expect(commands[0]?.gives).toMatch(/untested on a real machine/);
  });

  it('is how to find the holder of a port now, for a bind that nobody in the log explains', () => {
    const whole = facts(['brk', 'bind']);
    expect(adviceFor(whole, [], { network: 'tcp', port: 80 }).map(({ command }) => command)).toEqual([
      "ss -tanp 'sport = :80'",
    ]);
    expect(adviceFor(whole, [], null)).toEqual([]);
  });
});
