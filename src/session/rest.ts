import type { Clock } from '../clock.ts';

/**
 * A wait of so many ms that is cut short where all is called off, or by hand. The signal may live as long as its
 * program: nothing is left with it.
 */
export class Rest {
  readonly over: Promise<void>;
  #cut: () => void = () => {};

  constructor(clock: Clock, ms: number, signal: AbortSignal | undefined) {
    this.over = new Promise((resolve) => {
      this.#cut = () => {
        timer.cancel();
        signal?.removeEventListener('abort', this.#cut);
        resolve();
      };
      const timer = clock.after(ms, this.#cut);
      if (signal?.aborted) this.#cut();
      else signal?.addEventListener('abort', this.#cut, { once: true });
    });
  }

  cut(): void {
    this.#cut();
  }
}
