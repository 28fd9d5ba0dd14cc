/**
 * What can be asked of a tracer, each question answered from the events that it made of the program that makes every
 * call: `yes` only where the very thing that the program did is told.
 */
import type { Call, CallName, EnterEvent, ReturnEvent, TraceEvent } from '../../src/trace/event.ts';
import type { Recorded } from './recorded.ts';

export interface Question {
  /** For the first column. */
  readonly asks: string;
  /** `all`: the recordings of every tracer, to compare with. */
  readonly answer: (recorded: Recorded, all: readonly Recorded[]) => string;
}

export const questions: readonly Question[] = [
  { asks: 'which calls it tells, of those that any tracer tells', answer: callsTold },
  {
    asks: 'the address that a `bind` asks for, and that a `connect` asks for',
    answer: ({ everyCall }) =>
      `${yesNo(addresses(everyCall, 'bind').includes('127.0.0.1:4001'))}, ${yesNo(addresses(everyCall, 'connect').includes('::1:4002'))}`,
  },
  {
    asks: 'the address that the kernel chose (`getsockname`)',
    answer: ({ everyCall }) => yesNo(addresses(everyCall, 'getsockname').includes('::1:4002')),
  },
  { asks: 'a `bind` whose pointer leads nowhere', answer: bindToNowhere },
  {
    asks: 'the value of SO_REUSEADDR and its kin, the device of SO_BINDTODEVICE',
    answer: ({ everyCall }) => {
      const options = calls(everyCall, 'setsockopt');
      const has = (option: number, value: number | string): boolean =>
        options.some((each) => each.level === 1 && each.option === option && each.value === value);
      return `${yesNo(has(SO_REUSEADDR, 1) && has(SO_REUSEPORT, 0))}, ${yesNo(has(SO_BINDTODEVICE, 'lo'))}`;
    },
  },
  { asks: 'the user who owns a socket (SO_REUSEPORT is for one owner)', answer: ownerOfSocket },
  {
    asks: 'that a message carries descriptors: `sendmsg`, `sendmmsg`',
    answer: ({ everyCall }) =>
      (['sendmsg', 'sendmmsg'] as const)
        .map((name) =>
          yesNo(returns(everyCall, name).some(({ passesDescriptors }) => passesDescriptors === true)),
        )
        .join(', '),
  },
  {
    asks: "whether a new task shares its parent's descriptors (flags of `clone3`)",
    answer: ({ everyCall }) => yesNo(calls(everyCall, 'clone3').some(({ flags }) => flags === CLONE_FILES)),
  },
  {
    asks: 'which thread made a process or thread',
    answer: ({ everyCall }) => {
      const parents = everyCall.flatMap((event) => (event.kind === 'fork' ? [event.parentTid] : []));
      return yesNo(parents.length > 0 && !parents.includes(null));
    },
  },
  {
    asks: 'the end of every process, also of one that is killed',
    answer: ({ everyCall }) => {
      const born = everyCall.flatMap((event) =>
        event.kind === 'fork' && event.pid !== event.parent ? [event.pid] : [],
      );
      const gone = new Set(
        everyCall.flatMap((event) => (event.kind === 'exit' && event.last ? [event.pid] : [])),
      );
      return yesNo(born.length > 0 && born.every((pid) => gone.has(pid)));
    },
  },
  {
    asks: 'paths of `execve` (one of them leads nowhere)',
    answer: ({ everyCall }) => {
      const paths = [...calls(everyCall, 'execve'), ...calls(everyCall, 'execveat')].map(({ path }) => path);
      return `${paths.filter((path) => path !== null).length} of ${paths.length}`;
    },
  },
  {
    asks: 'marks, byte for byte',
    answer: ({ everyCall }) => {
      const marks = everyCall.flatMap((event) => (event.kind === 'mark' ? [event.text] : []));
      return yesNo(marks.includes('every call') && marks.includes('a\n1 1 1 X 1 0\t"\\\x7f\u00e9\ufffd%s'));
    },
  },
  {
    asks: "which socket a descriptor leads to, by the kernel's own word",
    answer: ({ everyCall }) =>
      yesNo(
        everyCall.some((event) => 'socket' in event),
        'no: it is inferred',
      ),
  },
  {
    asks: 'the moment at which the kernel releases a socket',
    answer: ({ everyCall }) =>
      yesNo(new Set<string>(everyCall.map(({ kind }) => kind)).has('release'), 'no: it is inferred'),
  },
  {
    asks: 'that the second half of its trace is missing',
    answer: ({ cut }) =>
      yesNo(cut.some((event) => event.kind === 'loss' && event.extent === 'anywhere' && event.pid === null)),
  },
];

const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const SO_BINDTODEVICE = 25;
const CLONE_FILES = 0x400;

function callsTold({ everyCall }: Recorded, all: readonly Recorded[]): string {
  const any = new Set(all.flatMap((each) => [...namesIn(each.everyCall)]));
  const own = namesIn(everyCall);
  const missing = [...any].filter((name) => !own.has(name)).sort();
  if (missing.length === 0) return `all ${any.size}`;
  return `${own.size} of ${any.size}: not ${missing.map((name) => `\`${name}\``).join(', ')}`;
}

/** The call ends with EFAULT: no socket is bound by it, so its address changes nothing. */
function bindToNowhere({ everyCall }: Recorded): string {
  const isTold = returns(everyCall, 'bind').some(({ result }) => !result.ok && result.errno === 'EFAULT');
  if (isTold) return 'told, without the address';
  return everyCall.some((event) => event.kind === 'loss' && event.reason === 'probe-error')
    ? 'a doubt'
    : 'no';
}

function ownerOfSocket({ everyCall }: Recorded): string {
  if (calls(everyCall, 'socket').some(({ owner }) => owner !== undefined)) return 'yes';
  return calls(everyCall, 'setfsuid').length > 0 ? 'changes of it (`setuid` and its kin)' : 'no';
}

function yesNo(isSo: boolean, no = 'no'): string {
  return isSo ? 'yes' : no;
}

function namesIn(events: readonly TraceEvent[]): ReadonlySet<CallName> {
  return new Set(events.flatMap((event) => (event.kind === 'enter' ? [event.call.name] : [])));
}

/** The member of the union that has this name, perhaps among others. */
type CallOf<Name extends CallName, Each = Call> = Each extends Call
  ? Name extends Each['name']
    ? Each
    : never
  : never;

function calls<Name extends CallName>(events: readonly TraceEvent[], name: Name): CallOf<Name>[] {
  const isIt = (call: Call): call is Call & CallOf<Name> => call.name === name;
  return entries(events).flatMap(({ call }) => (isIt(call) ? [call] : []));
}

function entries(events: readonly TraceEvent[]): EnterEvent[] {
  return events.filter((event) => event.kind === 'enter');
}

function returns(events: readonly TraceEvent[], name: CallName): ReturnEvent[] {
  return events.filter((event) => event.kind === 'return' && event.name === name) as ReturnEvent[];
}

/** Tracers give an address with the entry or with the return. */
function addresses(events: readonly TraceEvent[], name: 'bind' | 'connect' | 'getsockname'): string[] {
  const asked = entries(events).map(({ call }) =>
    call.name === name && 'address' in call ? call.address : null,
  );
  const answered = returns(events, name).map(({ address }) => address);
  return [...asked, ...answered].flatMap((address) =>
    address != null && 'port' in address ? [`${address.host}:${address.port}`] : [],
  );
}
