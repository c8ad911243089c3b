/** A piece of what is to be spoken, and where in the source text it was made from: [fromChar, toChar), UTF-16 units. */
export interface Spoken {
  readonly text: string;
  readonly fromChar: number;
  readonly toChar: number;
}

/** Something to speak, or the end of a block, at which a sentence ends whatever its last sign is. */
export type Spoke = Spoken | BlockEnd;
export interface BlockEnd {
  readonly ends: 'sentence' | 'paragraph';
  /** The block is a sentence by its form (a heading, a list's item): it is given a full stop where it has none. */
  readonly stop: boolean;
}

/** Turns the source into what is to be spoken, piece by piece; the pieces may be as small as they come. */
export interface SpeechReader {
  push(text: string): Spoke[];
  end(): Spoke[];
}

/** Text that is spoken as it stands. */
export class PlainReader implements SpeechReader {
  #readChars = 0;

  push(text: string): Spoke[] {
    const fromChar = this.#readChars;
    this.#readChars += text.length;
    return [{ text, fromChar, toChar: this.#readChars }];
  }

  end(): Spoke[] {
    return [];
  }
}
