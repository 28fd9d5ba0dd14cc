import type { ReleaseEvent, SocketIdentity } from '../trace/event.ts';
import type { Socket } from './socket.ts';

/** The sockets of the run by what the kernel itself calls them. Empty under tracers that do not tell. */
export class IdentityBook {
  readonly #byInode = new Map<number, Socket>();

  find({ inode, cookie }: Pick<ReleaseEvent, 'inode' | 'cookie'>): Socket | undefined {
    if (inode !== null) return this.#byInode.get(inode);
    return cookie === null ? undefined : this.#withCookie(cookie);
  }

  /**
   * For a release whose inode could not be read: too rare for a Map of its own, which costs something with every
   * socket. A connection of MPTCP has the cookie of its listener: of several, the last one.
   */
  #withCookie(cookie: number): Socket | undefined {
    let last: Socket | undefined;
    for (const socket of this.#byInode.values()) if (socket.cookie === cookie) last = socket;
    return last;
  }

  /** From now on the identity means this socket. */
  learn(socket: Socket, { inode, cookie }: SocketIdentity): void {
    if (socket.inode !== inode) {
      socket.inode = inode;
      this.#byInode.set(inode, socket);
    }
    if (cookie !== null) socket.cookie = cookie;
  }

  /** It is no more: its inode may be another's from now on. */
  forget(socket: Socket): void {
    const { inode } = socket;
    if (inode !== null && this.#byInode.get(inode) === socket) this.#byInode.delete(inode);
  }
}
