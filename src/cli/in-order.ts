/** Texts of things that are done side by side, let out in the order in which the things were begun. */
export class InOrder {
  readonly #write: (text: string) => void;
  #next = 0;
  /** Of those that have to wait, by their number from 0. */
  readonly #texts = new Map<number, string>();
  readonly #done = new Set<number>();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(number: number, text: string): void {
    this.#texts.set(number, (this.#texts.get(number) ?? '') + text);
  }

  /** Nothing more comes of this one. */
  done(number: number): void {
    this.#done.add(number);
    while (this.#done.delete(this.#next)) {
      const text = this.#texts.get(this.#next) ?? '';
      this.#texts.delete(this.#next++);
      if (text !== '') this.#write(text);
    }
  }
}
