interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A queue between the socket, which pushes, and a consumer, which pulls. It weighs what it holds, so that its owner
 * can stop the socket above a mark and start it again below another.
 */
export class AsyncQueue<T extends NonNullable<unknown>> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #head = 0;
  #weight = 0;
  #ended = false;
  #failure: unknown;
  /** Those who asked and have no answer yet: one, for a loop. */
  #waiting: Waiting<T>[] = [];
  readonly #weigh: (value: T) => number;
  readonly #onWeight: (change: number) => void;
  readonly #onReturn: () => void;

  /** `onWeight` hears each change of what is held; `onReturn` hears that the consumer wants no more. */
  constructor(
    weigh: (value: T) => number,
    onWeight: (change: number) => void = () => {},
    onReturn: () => void = () => {},
  ) {
    this.#weigh = weigh;
    this.#onWeight = onWeight;
    this.#onReturn = onReturn;
  }

  push(value: T): void {
    if (this.#ended) return;
    if (this.#waiting.length > 0) {
      this.#waiting.shift()?.resolve({ value, done: false });
      return;
    }
    this.#items.push(value);
    this.#change(this.#weigh(value));
  }

  /** What was pushed before is still given out; then the iteration ends, or fails with `failure`. */
  end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    for (const { resolve, reject } of this.#waiting.splice(0)) this.#over().then(resolve, reject);
  }

  /** Throws away what waits, and ends: an interrupted turn's audio must not be heard. */
  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.end();
    this.#change(-this.#weight);
  }

  #change(weight: number): void {
    this.#weight += weight;
    this.#onWeight(weight);
  }

  /** Of what waits to be taken. */
  get weight(): number {
    return this.#weight;
  }

  next(): Promise<IteratorResult<T>> {
    const value = this.#items[this.#head];
    if (value !== undefined) {
      this.#taken(value);
      return Promise.resolve({ value, done: false });
    }
    if (!this.#ended) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    return this.#over();
  }

  /** The end, or the failure to whoever asks first. */
  #over(): Promise<IteratorResult<T>> {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure === undefined ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(failure);
  }

  #taken(value: T): void {
    this.#head++;
    // Shifting one by one costs the length of the queue each time; dropping the read half costs it once.
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#change(-this.#weigh(value));
  }

  return(): Promise<IteratorResult<T>> {
    this.#onReturn();
    this.clear();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
