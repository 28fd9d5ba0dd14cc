/**
 * More than ten sockets on one port: for a specific address the kernel then looks through its second hash, first
 * the sockets of that address, then those of the wildcard (udp_lib_get_port).
 */
import { situationsOf } from './situation.ts';
import { bind, chown, clear, close, connect, set, type Option, udp, udp6, type Step } from './steps.ts';

const any = '0.0.0.0';

/** Bound to 127.0.0.1, 127.0.0.2, ... */
function crowd(size: number, ...options: readonly Option[]): Step[] {
  return Array.from({ length: size }, (_, index) => [
    udp(`h${index}`, ...options),
    bind(`h${index}`, `127.0.0.${index + 1}`),
  ]).flat(2);
}

export const manySituations = [
  ...situationsOf('many', {
    'ten, another address': [crowd(10), udp('b'), bind('b', '127.0.0.20')],
    'ten, one of them': [crowd(10), udp('b'), bind('b', '127.0.0.5')],
    'ten, the wildcard': [crowd(10), udp('b'), bind('b', any)],
    'eleven, another address': [crowd(11), udp('b'), bind('b', '127.0.0.20')],
    'eleven, the newest': [crowd(11), udp('b'), bind('b', '127.0.0.11')],
    'eleven, the wildcard': [crowd(11), udp('b'), bind('b', any)],
    'twelve, another address': [crowd(12), udp('b'), bind('b', '127.0.0.20')],
    'twelve, the oldest': [crowd(12), udp('b'), bind('b', '127.0.0.1')],
    'twelve, the wildcard': [crowd(12), udp('b'), bind('b', any)],
    'twelve, ::': [crowd(12), udp6('b'), bind('b', '::')],
    'twelve, :: with V6ONLY': [crowd(12), udp6('b', 'v6Only'), bind('b', '::')],
    'twelve, the mapped wildcard': [crowd(12), udp6('b'), bind('b', '::ffff:0.0.0.0')],
    'twelve, a mapped one of them': [crowd(12), udp6('b'), bind('b', '::ffff:127.0.0.3')],
    'twelve, another mapped one': [crowd(12), udp6('b'), bind('b', '::ffff:127.0.0.20')],
    'twelve, ::1': [crowd(12), udp6('b'), bind('b', '::1')],
    'twelve, one closed again, that one': [crowd(12), close('h4'), udp('b'), bind('b', '127.0.0.5')],
    'twelve with REUSEADDR and a wildcard without, another address': [
      crowd(12, 'reuseAddress'),
      udp('w', 'reuseAddress'),
      bind('w', any),
      clear('w', 'reuseAddress'),
      udp('b', 'reuseAddress'),
      bind('b', '127.0.0.20'),
    ],
    'twelve with REUSEADDR and :: without, another address': [
      crowd(12, 'reuseAddress'),
      udp6('w', 'reuseAddress'),
      bind('w', '::'),
      clear('w', 'reuseAddress'),
      udp('b', 'reuseAddress'),
      bind('b', '127.0.0.20'),
    ],
    'twelve with REUSEADDR and :: without, ::1': [
      crowd(12, 'reuseAddress'),
      udp6('w', 'reuseAddress'),
      bind('w', '::'),
      clear('w', 'reuseAddress'),
      udp6('b', 'reuseAddress'),
      bind('b', '::1'),
    ],
    'twelve with REUSEADDR and a mapped wildcard without, another address': [
      crowd(12, 'reuseAddress'),
      udp6('w', 'reuseAddress'),
      bind('w', '::ffff:0.0.0.0'),
      clear('w', 'reuseAddress'),
      udp('b', 'reuseAddress'),
      bind('b', '127.0.0.20'),
    ],
    'twelve with REUSEADDR and a mapped wildcard without, ::1': [
      crowd(12, 'reuseAddress'),
      udp6('w', 'reuseAddress'),
      bind('w', '::ffff:0.0.0.0'),
      clear('w', 'reuseAddress'),
      udp6('b', 'reuseAddress'),
      bind('b', '::1'),
    ],
    'twelve with REUSEADDR, all have it': [
      crowd(12, 'reuseAddress'),
      udp('w', 'reuseAddress'),
      bind('w', any),
      udp('b', 'reuseAddress'),
      bind('b', '127.0.0.20'),
    ],
    'twelve with REUSEPORT on one address, one more': [
      Array.from({ length: 12 }, (_, index) => [
        udp(`h${index}`, 'reusePort'),
        bind(`h${index}`, '127.0.0.1'),
      ]).flat(2),
      udp('b', 'reusePort'),
      bind('b', '127.0.0.1'),
    ],
    'twelve with REUSEPORT on one address, one of another owner': [
      Array.from({ length: 12 }, (_, index) => [
        udp(`h${index}`, 'reusePort'),
        bind(`h${index}`, '127.0.0.1'),
      ]).flat(2),
      udp('b', 'reusePort'),
      chown('b', 1000),
      bind('b', '127.0.0.1'),
    ],
  }),
  ...situationsOf('many, the two walks differ', {
    'ten: the newest REUSEPORT one hides an older plain wildcard': [
      udp('w', 'reusePort'),
      bind('w', any),
      crowd(9, 'reusePort'),
      clear('w', 'reusePort'),
      udp('b', 'reusePort'),
      bind('b', '127.0.0.9'),
    ],
    'eleven: it is looked at all the same': [
      udp('w', 'reusePort'),
      bind('w', any),
      crowd(10, 'reusePort'),
      clear('w', 'reusePort'),
      udp('b', 'reusePort'),
      bind('b', '127.0.0.10'),
    ],
    'ten: a newer plain one on the address hides nothing': [
      crowd(9, 'reusePort'),
      udp('w', 'reusePort'),
      bind('w', any),
      clear('h8', 'reusePort'),
      udp('b', 'reusePort'),
      bind('b', '127.0.0.9'),
    ],
    'eleven: the address is looked at before the wildcard': [
      crowd(10, 'reusePort'),
      udp('w', 'reusePort'),
      bind('w', any),
      clear('h9', 'reusePort'),
      udp('b', 'reusePort'),
      bind('b', '127.0.0.10'),
    ],
    'ten: 127.0.0.6 runs into a narrowed ::': [
      crowd(5, 'reuseAddress'),
      udp6('n', 'reuseAddress'),
      bind('n', '::'),
      connect('n', '::1'),
      clear('n', 'reuseAddress'),
      udp('b', 'reuseAddress'),
      bind('b', '127.0.0.6'),
    ],
    'eleven: 127.0.0.6 does not run into a narrowed ::': [
      crowd(5, 'reuseAddress'),
      Array.from({ length: 5 }, (_, index) => [
        udp(`i${index}`, 'reuseAddress'),
        bind(`i${index}`, `127.0.1.${index + 1}`),
      ]).flat(2),
      udp6('n', 'reuseAddress'),
      bind('n', '::'),
      connect('n', '::1'),
      clear('n', 'reuseAddress'),
      udp('b', 'reuseAddress'),
      bind('b', '127.0.0.6'),
    ],
    'eleven on IPv6: a REUSEPORT one stands behind the others': [
      Array.from({ length: 10 }, (_, index) => [
        udp6(`h${index}`, 'reuseAddress'),
        bind(`h${index}`, '::1'),
      ]).flat(2),
      udp6('p', 'reuseAddress', 'reusePort'),
      bind('p', '::1'),
      clear('p', 'reuseAddress'),
      udp6('b', 'reusePort'),
      bind('b', '::1'),
    ],
    'ten on IPv6: a REUSEPORT one stands behind the others': [
      Array.from({ length: 9 }, (_, index) => [
        udp6(`h${index}`, 'reuseAddress'),
        bind(`h${index}`, '::1'),
      ]).flat(2),
      udp6('p', 'reuseAddress', 'reusePort'),
      bind('p', '::1'),
      clear('p', 'reuseAddress'),
      udp6('b', 'reusePort'),
      bind('b', '::1'),
    ],
    'eleven on IPv6: one that sets REUSEPORT after its bind is the newest': [
      Array.from({ length: 10 }, (_, index) => [
        udp6(`h${index}`, 'reuseAddress'),
        bind(`h${index}`, '::1'),
      ]).flat(2),
      udp6('p', 'reuseAddress'),
      bind('p', '::1'),
      set('p', 'reusePort'),
      clear('p', 'reuseAddress'),
      udp6('b', 'reusePort'),
      bind('b', '::1'),
    ],
    'eleven on IPv4: a REUSEPORT one is the newest': [
      Array.from({ length: 10 }, (_, index) => [
        udp(`h${index}`, 'reuseAddress'),
        bind(`h${index}`, '127.0.0.1'),
      ]).flat(2),
      udp('p', 'reuseAddress', 'reusePort'),
      bind('p', '127.0.0.1'),
      clear('p', 'reuseAddress'),
      udp('b', 'reusePort'),
      bind('b', '127.0.0.1'),
    ],
  }),
];
