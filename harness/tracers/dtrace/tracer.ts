/** DTrace for Linux: the tracer of the article, following sockets.d. */
import type { Tracer } from '../tracer.ts';
import { command } from './command.ts';
import { decode } from './decode.ts';
import { health } from './health.ts';
import { probe } from './probe.ts';
import { sweep } from './sweep.ts';

export const dtrace: Tracer = {
  name: 'dtrace',
  evidence: 'trace',
  probe,
  command,
  decode: (raw) => decode(raw),
  health,
  sweep,
};
