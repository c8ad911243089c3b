/** Values on their way from who makes them to the one who reads them; made faster than read, they wait here. */
export class Queue<T extends object> {
  #waiting: T[] = [];
  #outcome: { readonly error?: unknown } | undefined;
  #wake: () => void = () => {};

  push(value: T): void {
    if (this.#outcome) return;
    this.#waiting.push(value);
    this.#wake();
  }

  end(): void {
    this.#finish({});
  }

  /** The reader gets what was pushed before, then the error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** The reader gets the reason at once, and nothing more. */
  abort(reason: unknown): void {
    this.#drop({ error: reason });
  }

  /** The reader's end comes at once. */
  cut(): void {
    this.#drop({});
  }

  #drop(outcome: { readonly error?: unknown }): void {
    this.#waiting = [];
    this.#outcome = outcome;
    this.#wake();
  }

  #finish(outcome: { readonly error?: unknown }): void {
    this.#outcome ??= outcome;
    this.#wake();
  }

  async *read(): AsyncGenerator<T> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value) yield value;
      else if (this.#outcome && 'error' in this.#outcome) throw this.#outcome.error;
      else if (this.#outcome) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
