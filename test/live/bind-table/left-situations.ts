/** Connections of TCP that no descriptor leads to any more: no call tells whether they still have the port. */
import { situationsOf } from './situation.ts';
import { bind, close, connect, listen, multipath, set, shutdown, tcp, tcp6, tell } from './steps.ts';

const one = '127.0.0.1';
const any = '0.0.0.0';
const withoutPeer = { fails: 'ENOTCONN' };

export const leftSituations = situationsOf('left connections', {
  'to itself, by a socket that was shut down before': [
    tcp('a'),
    shutdown('a', withoutPeer),
    bind('a', one),
    connect('a', one, { port: 'own+0', fails: 'ECONNABORTED' }),
    listen('a'),
  ],
  'to itself, with the flags that the socket had then': [
    tcp('a'),
    shutdown('a', withoutPeer),
    bind('a', one),
    connect('a', one, { port: 'own+0', fails: 'ECONNABORTED' }),
    set('a', 'reuseAddress'),
    tcp('c', 'reuseAddress'),
    bind('c', one),
  ],
  'to itself, by a socket that was connected to nobody after that': [
    tcp('a'),
    shutdown('a', withoutPeer),
    bind('a', one),
    connect('a', one, { port: 'own+0', fails: 'ECONNABORTED' }),
    { do: 'connect', of: 'a', family: 'unspec' },
    listen('a'),
  ],
  'to itself, by a socket that was refused after that': [
    tcp('a'),
    shutdown('a', withoutPeer),
    bind('a', one),
    connect('a', one, { port: 'own+0', fails: 'ECONNABORTED' }),
    connect('a', one, { fails: 'ECONNREFUSED' }),
    close('a'),
    tcp('c'),
    bind('c', one),
  ],
  'to a listener that was shut down before it listened': [
    tcp('a'),
    bind('a', one),
    shutdown('a', withoutPeer),
    listen('a'),
    multipath('b'),
    connect('b', one, { port: 'own+0' }),
    close('b'),
    close('a'),
    tcp('c'),
    bind('c', any),
  ],
  'that nobody has accepted, with the flags that the listener had then': [
    tcp('a'),
    bind('a', one),
    listen('a'),
    tcp('b'),
    connect('b', one, { port: 'own+0' }),
    tell('b'),
    set('a', 'reusePort'),
    tcp('c', 'reusePort'),
    bind('c', one),
  ],
  'that may not have been made yet when the socket was shut down': [
    tcp6('a'),
    bind('a', '::'),
    connect('a', '::ffff:127.0.0.1', { fails: 'ECONNREFUSED' }),
    // What the first one has left makes it wait for an answer that never comes.
    connect('a', '::1', { fails: 'EINPROGRESS' }),
    shutdown('a'),
    tcp('c'),
    bind('c', one),
  ],
});
