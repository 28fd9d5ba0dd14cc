/** References that no tracer of system calls can follow: the replay says so, and predicts nothing. */
import { situationsOf } from './situation.ts';
import { bind, close, pass, register, take, udp } from './steps.ts';

const one = '127.0.0.1';
const held = [udp('a'), bind('a', one)].flat();
const again = [udp('b'), bind('b', one)].flat();

export const messageSituations = situationsOf('SCM_RIGHTS', {
  'under way': [held, pass('a', 'm'), close('a'), again],
  'under way, and the receiver is closed': [held, pass('a', 'm'), close('a'), close('m'), again],
});
export const ringSituations = situationsOf('io_uring', {
  'a registered file': [held, register('a', 'r'), close('a'), again],
});
export const takenSituations = situationsOf('pidfd_getfd', {
  'a descriptor taken': [held, take('a', 'c'), close('a'), again],
  'a descriptor taken, and closed': [held, take('a', 'c'), close('a'), close('c'), again],
});
