import type { Socket } from 'node:net';

/**
 * The sockets that a server has, and how many it may. A stranger needs no key to open one and say nothing, so that one
 * more does not wait for such a place: the socket that has gone the longest without finishing a request gives way. Who
 * comes to ask is done within milliseconds, and meets only those who hold places. An open WebSocket never gives way.
 */
export class Places {
  readonly #most: number;
  readonly #all = new Set<Socket>();
  /** Those that may give way, in the order in which they do. */
  readonly #loose = new Set<Socket>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Gives the socket a place, and drops whoever gives way, which may be this one. */
  take(socket: Socket): void {
    this.#all.add(socket);
    this.#loose.add(socket);
    socket.once('close', () => this.#leave(socket));
    if (this.#all.size <= this.#most) return;
    // There is one: at the least it is this one.
    const [first = socket] = this.#loose;
    this.#leave(first);
    first.destroy();
  }

  #leave(socket: Socket): void {
    this.#all.delete(socket);
    this.#loose.delete(socket);
  }

  /** A request of its has been answered: it is the last to give way. */
  served(socket: Socket): void {
    if (this.#loose.delete(socket)) this.#loose.add(socket);
  }

  /** It is a WebSocket now, and keeps its place. */
  keep(socket: Socket): void {
    this.#loose.delete(socket);
  }

  dropAll(): void {
    for (const socket of this.#all) socket.destroy();
  }
}
