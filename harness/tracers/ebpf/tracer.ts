/** The embedded tracer: programs of our own in the kernel, which also tell when a socket is really gone. */
import type { Tracer } from '../tracer.ts';
import { command } from './command.ts';
import { decode } from './decode.ts';
import { health } from './health.ts';
import { probe } from './probe.ts';
import { sweep } from './sweep.ts';

export const ebpf: Tracer = {
  name: 'ebpf',
  evidence: 'trace',
  probe,
  command,
  decode: (raw) => decode(raw),
  health,
  sweep,
};
