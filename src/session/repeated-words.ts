/** Words that say so much are not said again by chance at the very place where a connection was lost. */
const tellingChars = 8;
/** Finals that are remembered: more than are told of all the audio that is kept. */
const keptFinals = 1000;

interface Given {
  readonly words: readonly string[];
  /** Up to where they are taken to reach, ms of the audio. */
  readonly endMs: number;
  /** Further they cannot reach: more had not been said. */
  readonly mostMs: number;
}

interface Expected {
  readonly word: string;
  /** It lies behind the place from which the audio is sent again, as far as one can know. */
  readonly sure: boolean;
  /** It can end there at the latest, ms of the audio. */
  readonly mostMs: number;
}

/**
 * Knows by their words the finals that come a second time when audio is sent again, where the service tells no places.
 * A final may be cut otherwise than before: it may be the rest of one, or go on behind what was given. One that has
 * another word in it is new: whether a word was heard otherwise, or another was said, nobody knows.
 */
export class RepeatedWords {
  #given: Given[] = [];
  #boundaryMs = 0;
  /** What comes again next, in order. */
  #expected: Expected[] = [];
  #begun = false;

  /** A reader was given this, which is taken to end at `endMs`, and can end at `mostMs` at the latest. */
  gave(text: string, endMs: number, mostMs: number): void {
    this.#given.push({ words: wordsOf(text).map(([word]) => plain(word)), endMs, mostMs });
    if (this.#given.length > keptFinals) this.#given.shift();
  }

  /** What lies before that place, ms, is never sent again. */
  settle(boundaryMs: number): void {
    this.#boundaryMs = boundaryMs;
    this.#given = this.#given.filter(({ endMs, mostMs }) => Math.max(endMs, mostMs) > boundaryMs);
  }

  /** The audio from the last boundary on is sent again. */
  begin(): void {
    this.#begun = false;
    this.#expected = this.#given.flatMap(({ words, endMs, mostMs }) =>
      words.map((word) => ({ word, sure: endMs > this.#boundaryMs, mostMs: Math.max(endMs, mostMs) })),
    );
  }

  /** The service has heard all up to there, ms, a second time: what it has not told again it does not tell. */
  heardAgain(ms: number): void {
    this.#expected = this.#expected.filter(({ mostMs }) => mostMs > ms);
  }

  /** What is new in a final: its text, the rest of it, or undefined where nothing is. */
  newIn(text: string): string | undefined {
    const words = wordsOf(text);
    if (words.length === 0) return this.#expected.length === 0 ? text : undefined;
    const heard = words.map(([word]) => plain(word));
    const at = this.#placeOf(heard);
    if (at === undefined) {
      // It was heard otherwise this time: from here on nothing can be told to be the same. It may also say too little.
      if (this.#begun || !this.#expected.some((_, i) => this.#isAt(i, heard))) this.#expected = [];
      return text;
    }
    this.#begun = true;
    const left = this.#expected.length - at;
    this.#expected = this.#expected.slice(at + words.length);
    return words.length <= left ? undefined : text.slice(words[left]?.index);
  }

  /** Where in what is expected these words begin. */
  #placeOf(words: readonly string[]): number | undefined {
    if (this.#begun) return this.#isAt(0, words) ? 0 : undefined;
    const surely = this.#expected.findIndex(({ sure }) => sure);
    if (surely >= 0 && this.#isAt(surely, words)) return surely;
    const at = this.#expected.findIndex((_, i) => this.#isAt(i, words) && this.#tells(i, words));
    return at < 0 ? undefined : at;
  }

  #isAt(place: number, words: readonly string[]): boolean {
    const there = this.#expected.slice(place, place + words.length);
    return there.length > 0 && there.every(({ word }, i) => word === words[i]);
  }

  #tells(place: number, words: readonly string[]): boolean {
    const there = this.#expected.slice(place, place + words.length);
    return there.reduce((chars, { word }) => chars + word.length, 0) >= tellingChars;
  }
}

/** Scripts without blanks between words: of these each character is taken for one. */
const unspaced = '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';
const aWord = new RegExp(`[${unspaced}]|[^\\s${unspaced}]+`, 'gu');

/** The words of a text, each with its place in it. */
function wordsOf(text: string): RegExpExecArray[] {
  return [...text.matchAll(aWord)];
}

/** Without what depends on where a sentence was cut. */
function plain(word: string): string {
  return word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}
