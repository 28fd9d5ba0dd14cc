import { formatAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import type { Asked } from './asked-address.ts';
import type { BindJudgement, Uncertainty } from './ledger.ts';
import type { BindPrediction } from './prediction.ts';
import type { RunBooks } from './run-books.ts';
import type { Socket } from './socket.ts';

/** To be asked before the books take note of the answer. */
export function judgeBind(
  { ports, doubts }: RunBooks,
  candidate: Socket,
  bind: {
    readonly call: 'bind' | 'listen';
    readonly fd: Fd;
    readonly asked: Asked;
    readonly enteredAt: Nanos;
  },
  event: ReturnEvent,
): BindJudgement {
  const { call, fd, asked, enteredAt } = bind;
  const { pid, tid, at } = event;
  const told = {
    call,
    network: candidate.network,
    socket: candidate.number,
    pid,
    tid,
    fd,
    enteredAt,
    returnedAt: at,
    address: formatAddress(asked.address),
    answered: event.result.ok ? ('free' as const) : ('blocked' as const),
  };
  // Port 0: of tens of thousands the kernel takes one that is free.
  if (asked.claim === null) return { ...told, predicted: 'free', openBy: [], holders: [] };
  const prediction = ports.predict(candidate, asked.claim, enteredAt, at);
  const { gone: holders, certain } = prediction;
  if (certain.length > 0) return { ...told, predicted: 'blocked', openBy: [], holders };
  const openBy = new Set(uncertaintiesOf(prediction));
  const unknown = ports.unknownTo(candidate, asked.claim);
  if (unknown !== null) openBy.add(unknown);
  if (doubts.mayHideAnything) openBy.add('blind-spot');
  return { ...told, predicted: openBy.size > 0 ? 'undetermined' : 'free', openBy: [...openBy], holders };
}

/** Where nobody is certainly in the way: why somebody may be. */
function* uncertaintiesOf({ expected, gone, left, bucketUnknown }: BindPrediction): Iterable<Uncertainty> {
  if (left.length > 0) yield 'connection';
  if (bucketUnknown && expected.length > 0) yield 'bucket';
  for (const socket of bucketUnknown ? [] : [...expected, ...gone]) {
    if (socket.isHidden) yield 'hidden';
    else yield socket.keepsPort ? 'holder' : 'connection';
  }
}
