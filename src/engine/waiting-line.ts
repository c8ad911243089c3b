/** What waits in the line below: a point in time, ms of the engine's clock. */
interface Wanted {
  readonly wantedAtMs: number;
}

/**
 * What waits for an engine. First comes what is wanted first, not what was asked for first: a client with a book is
 * minutes ahead of its listener, and one that has nothing to play yet should not wait for that. Nothing waits for ever,
 * for what comes later is wanted no earlier than when it comes.
 */
export class WaitingLine<T extends Wanted> {
  #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  /** Behind all that are wanted at the same time. */
  add(item: T): void {
    const before = this.#items.findLastIndex(({ wantedAtMs }) => wantedAtMs <= item.wantedAtMs);
    this.#items.splice(before + 1, 0, item);
  }

  take(): T | undefined {
    return this.#items.shift();
  }

  remove(item: T): void {
    this.#items = this.#items.filter((other) => other !== item);
  }

  takeAll(): T[] {
    return this.#items.splice(0);
  }
}
