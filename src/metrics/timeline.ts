/** The marks that a session and its turns take, all on the one monotonic clock. */
export type Mark =
  | 'connectStart'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'open'
  | 'handshakeStart'
  | 'ready'
  | 'firstText'
  | 'firstFlush'
  | 'firstAudio'
  | 'interrupt'
  | 'ended';

/** Named instants in clock ms. The first write of a name wins, so that a mark can be set wherever it may happen. */
export class Timeline {
  readonly #marks = new Map<Mark, number>();

  mark(name: Mark, atMs: number): void {
    if (!this.#marks.has(name)) this.#marks.set(name, atMs);
  }

  at(name: Mark): number | undefined {
    return this.#marks.get(name);
  }
}
