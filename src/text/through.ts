/** Turns items into others, lazily: what `push` gives is taken before the next item is read. */
export interface Stage<In, Out> {
  push(item: In): Iterable<Out>;
  end(): Iterable<Out>;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Runs a source through a stage, pulled from the far end: nothing is read ahead of what is asked for. Unlike an async
 * generator, its `return()` does not queue behind a read that is still waiting: the waiting `next()` ends at once and
 * the source is released. One `next()` at a time, as `for await` calls it.
 */
export function through<In, Out>(source: AsyncIterable<In>, stage: () => Stage<In, Out>): AsyncIterable<Out> {
  return { [Symbol.asyncIterator]: () => new Puller(source[Symbol.asyncIterator](), stage()) };
}

class Puller<In, Out> implements AsyncIterator<Out, undefined> {
  readonly #input: AsyncIterator<In>;
  readonly #stage: Stage<In, Out>;
  #ready: Iterator<Out> | undefined;
  #inputEnded = false;
  #closed = false;
  /** Ends the `next()` that waits, where one does. */
  #abandon: (() => void) | undefined;

  constructor(input: AsyncIterator<In>, stage: Stage<In, Out>) {
    this.#input = input;
    this.#stage = stage;
  }

  next(): Promise<IteratorResult<Out, undefined>> {
    return new Promise((resolve, reject) => {
      this.#abandon = () => resolve(done);
      this.#pull()
        .finally(() => {
          this.#abandon = undefined;
        })
        .then(resolve, reject);
    });
  }

  async return(): Promise<IteratorResult<Out, undefined>> {
    this.#closed = true;
    const abandon = this.#abandon;
    const released = this.#input.return?.();
    if (abandon) {
      // A source that is waiting may not settle before its wait ends; nobody is left to hear how.
      released?.catch(() => undefined);
      abandon();
    } else {
      await released;
    }
    return done;
  }

  async #pull(): Promise<IteratorResult<Out, undefined>> {
    try {
      while (!this.#closed) {
        const item = this.#ready?.next();
        if (item && !item.done) return item;
        if (this.#inputEnded) break;
        await this.#read();
      }
      return done;
    } catch (error) {
      this.#closed = true;
      await this.#input.return?.();
      throw error;
    }
  }

  async #read(): Promise<void> {
    const read = await this.#input.next();
    if (this.#closed) return;
    this.#inputEnded = read.done === true;
    const given = read.done ? this.#stage.end() : this.#stage.push(read.value);
    this.#ready = given[Symbol.iterator]();
  }
}
