/**
 * TCP: who listens, what the port's bucket remembers, and what a refused connect gives back. Several of these are what
 * `make conformance` found and shrank.
 */
import { situationsOf } from './situation.ts';
import {
  bind,
  chown,
  clear,
  close,
  connect,
  listen,
  multipath,
  set,
  shutdown,
  tcp,
  tcp6,
  udp,
} from './steps.ts';

const one = '127.0.0.1';
const two = '127.0.0.2';
const any = '0.0.0.0';
const refused = { fails: 'ECONNREFUSED' } as const;

const sharer = [tcp('a', 'reusePort'), bind('a', one)].flat();
const listener = [tcp('a', 'reuseAddress'), bind('a', one), listen('a')].flat();

export const tcpSituations = [
  ...situationsOf('TCP and UDP', {
    'have ports of their own': [udp('a'), bind('a', one), tcp('b'), bind('b', one)],
    'TCP and TCP do not': [tcp('a'), bind('a', one), tcp('b'), bind('b', one)],
  }),
  ...situationsOf('TCP addresses', {
    'two of them': [tcp('a'), bind('a', one), tcp('b'), bind('b', two)],
    'a wildcard covers': [tcp('a'), bind('a', one), tcp('b'), bind('b', any)],
    'the IPv6 wildcard covers IPv4': [tcp('a'), bind('a', one), tcp6('b'), bind('b', '::')],
    'V6ONLY does not': [tcp('a'), bind('a', one), tcp6('b', 'v6Only'), bind('b', '::')],
    'a mapped one is IPv4': [tcp6('a'), bind('a', '::ffff:127.0.0.1'), tcp('b'), bind('b', one)],
  }),
  ...situationsOf('TCP SO_REUSEADDR', {
    'on both': [tcp('a', 'reuseAddress'), bind('a', one), tcp('b', 'reuseAddress'), bind('b', one)],
    'on one': [tcp('a', 'reuseAddress'), bind('a', one), tcp('b'), bind('b', one)],
    'and the holder listens': [listener, tcp('b', 'reuseAddress'), bind('b', one)],
    'and the holder has listened': [listener, shutdown('a'), tcp('b', 'reuseAddress'), bind('b', one)],
    'and the holder is closed': [listener, close('a'), tcp('b'), bind('b', one)],
    'cleared by the holder': [
      tcp('a', 'reuseAddress'),
      bind('a', one),
      clear('a', 'reuseAddress'),
      tcp('b', 'reuseAddress'),
      bind('b', one),
    ],
    'set by the holder later': [
      tcp('a'),
      bind('a', one),
      set('a', 'reuseAddress'),
      tcp('b', 'reuseAddress'),
      bind('b', one),
    ],
  }),
  ...situationsOf('TCP listen', {
    'alone on the address': [tcp('a'), bind('a', one), listen('a')],
    'beside one that is only bound': [
      tcp('a', 'reuseAddress'),
      bind('a', one),
      tcp('b', 'reuseAddress'),
      bind('b', one),
      listen('b'),
    ],
    'beside one that listens': [
      tcp('a', 'reuseAddress'),
      bind('a', one),
      tcp('b', 'reuseAddress'),
      bind('b', one),
      listen('a'),
      listen('b'),
    ],
    'both with SO_REUSEPORT': [
      tcp('a', 'reusePort'),
      bind('a', one),
      tcp('b', 'reusePort'),
      bind('b', one),
      listen('a'),
      listen('b'),
    ],
  }),
  ...situationsOf('TCP SO_REUSEPORT', {
    'on both': [sharer, tcp('b', 'reusePort'), bind('b', one)],
    'on one': [sharer, tcp('b'), bind('b', one)],
    'cleared by the holder, and remembered': [
      sharer,
      clear('a', 'reusePort'),
      tcp('b', 'reusePort'),
      bind('b', one),
    ],
    'cleared, and a wildcard is not what is remembered': [
      sharer,
      clear('a', 'reusePort'),
      tcp('b', 'reusePort'),
      bind('b', any),
    ],
    'of another owner, but remembered': [sharer, chown('a', 1000), tcp('b', 'reusePort'), bind('b', one)],
    'of another owner, and a wildcard': [sharer, chown('a', 1000), tcp('b', 'reusePort'), bind('b', any)],
    'forgotten since somebody bound without it': [
      sharer,
      tcp('c'),
      bind('c', two),
      clear('a', 'reusePort'),
      tcp('b', 'reusePort'),
      bind('b', one),
    ],
  }),
  ...situationsOf('MPTCP keeps the owner of its subflow', {
    'given away after the bind': [
      multipath('a', 'reusePort'),
      bind('a', one),
      chown('a', 1000),
      tcp('b', 'reusePort'),
      bind('b', any),
    ],
    'given away before': [
      multipath('a'),
      chown('a', 1000),
      set('a', 'reusePort'),
      bind('a', one),
      tcp('b', 'reusePort'),
      bind('b', any),
    ],
  }),
  ...situationsOf('a refused connect on TCP', {
    'gives the wildcard back': [
      tcp('a'),
      bind('a', any),
      connect('a', one, refused),
      tcp('b'),
      bind('b', two),
    ],
    'does not give back the mapped one': [
      tcp6('a'),
      bind('a', '::ffff:0.0.0.0'),
      connect('a', '::ffff:127.0.0.1', refused),
      tcp('b'),
      bind('b', two),
    ],
  }),
];
