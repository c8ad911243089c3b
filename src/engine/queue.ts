import { type Deferred, deferred } from '../deferred.ts';

/** Values on their way from who makes them to the one who reads them; made faster than read, they wait here. */
export class Queue<T extends object> {
  #waiting: T[] = [];
  #outcome: { readonly error?: unknown } | undefined;
  #wake: () => void = () => {};
  /** Who writes waits until no more than `below` are left to be read. */
  #room: (Deferred<void> & { readonly below: number }) | undefined;

  /** Undefined where no more than `most` wait; else resolves when half of them were read, or all dropped. */
  room(most: number): Promise<void> | undefined {
    if (this.#waiting.length <= most) return undefined;
    this.#room ??= { ...deferred<void>(), below: most / 2 };
    return this.#room.promise;
  }

  #openRoom(): void {
    if (this.#room === undefined || this.#waiting.length > this.#room.below) return;
    this.#room.resolve();
    this.#room = undefined;
  }

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
    this.#openRoom();
    this.#wake();
  }

  #finish(outcome: { readonly error?: unknown }): void {
    this.#outcome ??= outcome;
    this.#wake();
  }

  async *read(): AsyncGenerator<T> {
    for (;;) {
      const value = this.#waiting.shift();
      this.#openRoom();
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
