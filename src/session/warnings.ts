/** A service that words every warning anew must fill neither the memory nor the screen of a long session. */
const most = 100;

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** Tells each warning once. */
export class Warnings {
  readonly #tell: (warning: Warning) => void;
  readonly #told = new Set<string>();

  constructor(tell: (warning: Warning) => void) {
    this.#tell = tell;
  }

  say(code: string, message: string): void {
    const key = `${code} ${message}`;
    if (this.#told.size > most || this.#told.has(key)) return;
    this.#told.add(key);
    if (this.#told.size <= most) this.#tell({ code, message });
    else this.#tell({ code: 'more_warnings', message: `more than ${most} different warnings; no more are shown` });
  }
}
