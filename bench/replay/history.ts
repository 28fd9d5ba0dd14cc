/** A trace of any length as a reconnect program makes it: two sockets a cycle, read, closed late, bound again. */
import type { Call, CallName, CallResult, TraceEvent } from '../../src/trace/event.ts';
import type { SocketAddress } from '../../src/trace/address.ts';
import { fd, nanos, pid, tid } from '../../src/trace/ids.ts';

const launcher = 10;
const program = 100;
const batchSize = 1024;

/** Batches of events of one run of that many cycles; every tenth bind runs into the old socket. */
export async function* reconnectHistory(
  session: string,
  run: string,
  cycles: number,
): AsyncGenerator<TraceEvent[]> {
  let batch: TraceEvent[] = [];
  let now = 0;
  const push = (event: TraceEvent): void => {
    batch.push(event);
  };
  const at = (): ReturnType<typeof nanos> => nanos((now += 500));
  const thread = (number: number): { pid: ReturnType<typeof pid>; tid: ReturnType<typeof tid> } => ({
    pid: pid(program),
    tid: tid(number),
  });
  const mark = (text: string): void => push({ kind: 'mark', at: at(), ...thread(program), text });
  const enter = (number: number, call: Call): void =>
    push({ kind: 'enter', at: at(), ...thread(number), call });
  const leave = (number: number, name: CallName, result: CallResult, address?: SocketAddress): void =>
    push({
      kind: 'return',
      at: at(),
      ...thread(number),
      name,
      result,
      ...(address === undefined ? {} : { address }),
    });
  const ok = (value = 0): CallResult => ({ ok: true, value });

  for (const text of [`session begin ${session}`, `run ${run} begin`]) {
    push({ kind: 'mark', at: at(), pid: pid(launcher), tid: tid(launcher), text });
  }
  push({ kind: 'fork', at: at(), ...thread(program), parent: pid(launcher), parentTid: null });
  for (let cycle = 1; cycle <= cycles; cycle++) {
    mark(`cycle ${cycle}`);
    const isLate = cycle % 10 === 0;
    for (const [descriptor, port] of [
      [fd(3), 3001],
      [fd(4), 3002],
    ] as const) {
      const address: SocketAddress = { family: 'inet', host: '127.0.0.1', port };
      const text = `udp 127.0.0.1:${port}`;
      enter(program, { name: 'socket', domain: 2, type: 2, protocol: 0 });
      leave(program, 'socket', ok(descriptor));
      enter(program, { name: 'bind', fd: descriptor });
      leave(program, 'bind', ok(), address);
      enter(program + 1, { name: 'recvfrom', fd: descriptor });
      leave(program + 1, 'recvfrom', ok(4));
      mark(`closing ${text}`);
      if (isLate) mark(`closed ${text}`);
      if (isLate) mark(`done ${text}`);
      enter(program + 1, { name: 'close', fd: descriptor });
      leave(program + 1, 'close', ok());
      if (!isLate) mark(`closed ${text}`);
      if (!isLate) mark(`done ${text}`);
    }
    if (batch.length >= batchSize) {
      yield batch;
      batch = [];
      await Promise.resolve();
    }
  }
  push({ kind: 'exit', at: at(), ...thread(program), last: true });
  push({ kind: 'mark', at: at(), pid: pid(launcher), tid: tid(launcher), text: `run ${run} end` });
  yield batch;
}
