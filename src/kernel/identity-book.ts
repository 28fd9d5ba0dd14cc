import type { SocketIdentity } from '../trace/event.ts';
import type { Socket } from './socket.ts';

/** The sockets of the run by what the kernel itself calls them. Empty under tracers that do not tell. */
export class IdentityBook {
  readonly #byInode = new Map<number, Socket>();

  find(inode: number): Socket | undefined {
    return this.#byInode.get(inode);
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
