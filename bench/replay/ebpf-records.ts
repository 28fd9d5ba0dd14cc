/** The same trace as history.ts makes, as the embedded agent writes it (docs/ebpf-format.md). */
import { headSize, kindCount, kinds, features, flags, magic } from '../../harness/tracers/ebpf/layout.ts';

const launcher = 10;
const program = 100;
const reader = 101;
const calls = { close: 3, socket: 41, bind: 49, faccessat: 269 };
const noCall = 65_535;
const cyclesPerPiece = 1000;

/** Pieces of a whole trace of one run; every tenth socket outlives the mark that says it is gone. */
export function* ebpfRecords(session: string, run: string, cycles: number): Generator<Uint8Array> {
  const told = new Array<number>(kindCount).fill(0);
  let now = 1_000_000n;
  let inode = 1000;
  let records: Uint8Array[] = [magic, begin(now)];

  /** As fast as one program in a tight loop makes them: 500,000 a second. */
  const record = (about: Head): Buffer => {
    now += 2000n;
    told[about.kind] = (told[about.kind] ?? 0) + 1;
    const bytes = head(now, about);
    records.push(bytes);
    return bytes;
  };
  const mark = (tid: number, text: string): void => {
    const path = Buffer.from(`/@afterclose/${text}`);
    record({ tid, kind: kinds.mark, nr: calls.faccessat, size: headSize + path.length }).set(path, headSize);
  };
  /** Its return 500 ns later: the kernel tells it then. */
  const call = (about: Omit<Head, 'kind' | 'size'>, result: number, data = 0): Buffer => {
    const bytes = record({ ...about, kind: kinds.call, size: 72 + data });
    bytes.writeBigUInt64LE(now + 500n, 24);
    bytes.writeInt32LE(result, 32);
    bytes.writeUInt32LE(inode, 36);
    bytes.writeUInt32LE(inode, 40);
    return bytes;
  };

  for (const text of [`session begin ${session}`, `run ${run} begin`]) mark(launcher, text);
  const fork = record({ tid: program, kind: kinds.fork, size: headSize + 8 });
  fork.writeUInt32LE(launcher, 24);
  fork.writeUInt32LE(launcher, 28);
  for (let cycle = 1; cycle <= cycles; cycle++) {
    mark(program, `cycle ${cycle}`);
    for (const [fd, port] of [
      [3, 3001],
      [4, 3002],
    ] as const) {
      inode++;
      const socket = call({ tid: program, nr: calls.socket, flags: flags.socketAfter | flags.value }, fd);
      socket.writeInt32LE(2, 48);
      socket.writeInt32LE(2, 52);
      const bind = call({ tid: program, nr: calls.bind, flags: flags.socket | flags.socketAfter }, 0, 16);
      bind.writeInt32LE(fd, 48);
      bind.writeUInt16LE(port, 68);
      bind.writeUInt16LE(2, 72);
      bind.writeUInt16BE(port, 74);
      bind.set([127, 0, 0, 1], 76);
      mark(program, `closing udp 127.0.0.1:${port}`);
      const isLate = cycle % 10 === 0;
      const close = (): void => {
        const bytes = call({ tid: reader, nr: calls.close, flags: flags.socket | flags.released, port }, 0);
        bytes.writeInt32LE(fd, 48);
        bytes.writeUInt32LE(200, 64);
      };
      if (!isLate) close();
      for (const moment of ['closed', 'done']) mark(program, `${moment} udp 127.0.0.1:${port}`);
      if (isLate) close();
    }
    if (cycle % cyclesPerPiece === 0) {
      yield Buffer.concat(records);
      records = [];
    }
  }
  record({ tid: program, kind: kinds.exit, flags: flags.last, size: headSize });
  mark(launcher, `run ${run} end`);
  records.push(end(now, told, 2 * cycles));
  yield Buffer.concat(records);
}

function begin(now: bigint): Buffer {
  const bytes = head(now, { tid: launcher, kind: kinds.begin, nr: 0, size: headSize + 12 });
  bytes.writeUInt32LE(features.releases, headSize + 8);
  return bytes;
}

/** Nothing was dropped, there was room for everybody, and no program was left out. */
function end(now: bigint, told: readonly number[], releases: number): Buffer {
  const size = headSize + 8 * (2 * kindCount + 4);
  const bytes = head(now, { tid: launcher, kind: kinds.end, nr: 0, size });
  for (const [kind, count] of told.entries()) bytes.writeBigUInt64LE(BigInt(count), headSize + 8 * kind);
  bytes.writeBigUInt64LE(BigInt(releases), headSize + 8 * (2 * kindCount + 2));
  return bytes;
}

interface Head {
  readonly tid: number;
  readonly kind: number;
  readonly flags?: number;
  readonly nr?: number;
  readonly port?: number;
  /** Of the whole record in bytes. */
  readonly size: number;
}

function head(at: bigint, { tid, kind, flags = 0, nr = noCall, port = 0, size }: Head): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt16LE(size, 0);
  bytes.set([kind, flags], 2);
  bytes.writeUInt32LE(tid === launcher ? launcher : program, 4);
  bytes.writeUInt32LE(tid, 8);
  bytes.writeUInt16LE(nr, 12);
  bytes.writeUInt16LE(port, 14);
  bytes.writeBigUInt64LE(at, 16);
  return bytes;
}
