type Source<T> = AsyncIterator<T> | Iterator<T>;

/** What is taken from a source until it ends, or until somebody says that no more is wanted. */
export class StopGate {
  #stopped = false;
  #onStop: (() => void) | undefined;

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    this.#onStop?.();
  }

  /** What `work` gives, or undefined when it is stopped before that. One at a time. */
  unlessStopped<T>(work: T | PromiseLike<T>): Promise<T | undefined> {
    // Not a race against one long promise, which would keep every loser for as long as the source lasts.
    return new Promise((resolve, reject) => {
      this.#onStop = () => resolve(undefined);
      Promise.resolve(work).then(resolve, reject);
    });
  }

  /** Hands on, one after another and awaiting each, what the source gives; lets go of it when it is stopped. */
  async feed<T>(items: AsyncIterable<T> | Iterable<T>, take: (item: T) => Promise<void>): Promise<void> {
    const source: Source<T> = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    let exhausted = false;
    try {
      while (!this.#stopped) {
        const next = await this.unlessStopped(source.next());
        if (next === undefined) return;
        if (next.done) {
          exhausted = true;
          return;
        }
        await take(next.value);
      }
    } finally {
      if (!exhausted) leave(source);
    }
  }
}

/** Tells a source that no more is wanted. Not awaited: one that waits for a keyboard would hold up the rest. */
function leave<T>(source: Source<T>): void {
  const left = async () => source.return?.();
  left().catch(() => {});
}
