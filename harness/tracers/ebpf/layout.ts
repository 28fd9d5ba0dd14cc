/** Kinds, flags and places in a record, as docs/ebpf-format.md tells them; the agent's bpf/record.h has them in C. */

/** The first bytes of every trace; the last of them is the version of the format. */
export const magic = Uint8Array.of(0x61, 0x66, 0x63, 0x65, 0x62, 0x70, 0x66, 2);

export const headSize = 24;

export const kinds = {
  begin: 1,
  enter: 2,
  return: 3,
  call: 4,
  mark: 5,
  fork: 6,
  rename: 7,
  exit: 8,
  release: 9,
  fault: 10,
  end: 11,
} as const;

/** Kinds that the kernel counts, with the index of their counts. */
export const countedKinds = Object.entries(kinds).filter(([name]) => name !== 'begin' && name !== 'end');
/** From the counts of one sort to those of the next. */
export const kindCount = 12;

export const flags = {
  socket: 1,
  socketAfter: 2,
  late: 4,
  passes: 8,
  last: 16,
  value: 32,
  released: 64,
} as const;

export const features = { releases: 1, raw: 2 } as const;

/** That many bytes of a path, and it may have been cut: the agent's TEXT without the zero byte at its end. */
export const longestText = 255;
