/** strace: slow, needs no rights, and misses nothing, since the traced program waits for it. */
import type { Tracer } from '../tracer.ts';
import { command } from './command.ts';
import { decode } from './decode.ts';
import { health } from './health.ts';
import { probe } from './probe.ts';

export const strace: Tracer = {
  name: 'strace',
  evidence: 'trace',
  probe,
  command,
  decode: (raw) => decode(raw, 'asked'),
  health,
  // It leaves nothing in the kernel: what it did to a process ends with either of them.
  sweep: () => Promise.resolve(),
};
