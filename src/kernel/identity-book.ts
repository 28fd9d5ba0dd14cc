import type { ReleaseEvent, SocketIdentity } from '../trace/event.ts';
import type { Socket } from './socket.ts';

/** The sockets of the run by what the kernel itself calls them. Empty under tracers that do not tell. */
export class IdentityBook {
  readonly #byInode = new Map<number, Socket>();
  readonly #byCookie = new Map<number, Socket>();

  find({ inode, cookie }: Pick<ReleaseEvent, 'inode' | 'cookie'>): Socket | undefined {
    // A connection of MPTCP has the cookie of its listener.
    return inode === null ? this.#byCookie.get(cookie ?? none) : this.#byInode.get(inode);
  }

  /** From now on the identity means this socket. */
  learn(socket: Socket, { inode, cookie }: SocketIdentity): void {
    socket.inode = inode;
    this.#byInode.set(inode, socket);
    if (cookie === null) return;
    socket.cookie = cookie;
    this.#byCookie.set(cookie, socket);
  }

  /** It is no more: its inode may be another's from now on. */
  forget(socket: Socket): void {
    if (this.#byInode.get(socket.inode ?? none) === socket) this.#byInode.delete(socket.inode ?? none);
    if (this.#byCookie.get(socket.cookie ?? none) === socket) this.#byCookie.delete(socket.cookie ?? none);
  }
}

/** No inode and no cookie. */
const none = -1;
