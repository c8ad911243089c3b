import type { Spoken } from './reader.ts';

interface Stretch {
  readonly spokenTo: number;
  readonly fromChar: number;
  readonly toChar: number;
  readonly spokenChars: number;
}

/**
 * Finds the place in the source of a place in the spoken text. Exact where text is spoken as it stands; inside what
 * was changed (a link, an entity) in proportion. Monotone. What lies before the last place asked for is forgotten.
 */
export class SourceMap {
  #stretches: Stretch[] = [];
  #spokenChars = 0;
  #throughChar = 0;

  add({ text, fromChar, toChar }: Spoken): void {
    if (text === '') return;
    this.#spokenChars += text.length;
    this.#stretches.push({ spokenTo: this.#spokenChars, fromChar, toChar, spokenChars: text.length });
  }

  /** @param spokenChar a place in the spoken text, no smaller than the one asked for before */
  sourceAt(spokenChar: number): number {
    const index = this.#stretches.findIndex((stretch) => stretch.spokenTo >= spokenChar);
    const stretch = this.#stretches[index];
    if (!stretch) return this.#throughChar;
    const share = 1 - (stretch.spokenTo - spokenChar) / stretch.spokenChars;
    const place = stretch.fromChar + Math.round(Math.max(0, share) * (stretch.toChar - stretch.fromChar));
    this.#throughChar = Math.max(this.#throughChar, place);
    this.#stretches = this.#stretches.slice(index);
    return this.#throughChar;
  }
}
