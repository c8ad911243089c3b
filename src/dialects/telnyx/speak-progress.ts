/**
 * What counts of a text when it is looked for in another: its letters and digits. Blanks, signs and accents are what a
 * service changes when it strips markdown.
 */
function lettersOf(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** So many letters in a row are no chance: they are found wherever they stand. Fewer only near the expected place. */
const sureLetters = 16;
const nearLetters = 64;

interface Piece {
  /** Letters of the turn up to this piece's end. */
  readonly through: number;
  readonly throughChar: number;
}

/**
 * How much of the text that was sent a service has spoken. Telnyx tells of each sentence when its sound is complete,
 * by its text (PROTOCOLS 3.2), which is what it made of ours: markdown stripped, blanks changed, numbers perhaps spelt
 * out. It is found by its letters, behind what was found before, or by the last of them. A text that is not found moves
 * nothing; the next that is covers it. Only pieces whose letters are all covered count.
 */
export class SpokenText {
  /** Of the text that is not known to be spoken. */
  #letters = '';
  #before = 0;
  #pieces: Piece[] = [];
  #sentChar = 0;
  #said = false;
  #told = false;

  add(text: string, throughChar: number): void {
    this.#said ||= text.trim() !== '';
    this.#letters += lettersOf(text);
    this.#sentChar = Math.max(this.#sentChar, throughChar);
    this.#pieces.push({ through: this.#before + this.#letters.length, throughChar });
  }

  get sentChar(): number {
    return this.#sentChar;
  }

  /** Something other than blanks was sent. */
  get said(): boolean {
    return this.#said;
  }

  /** The service tells what it has spoken. */
  get told(): boolean {
    return this.#told;
  }

  /** All that was sent is known to be spoken. */
  get covered(): boolean {
    return this.#letters === '';
  }

  /** The service has spoken this. How far into the source that reaches; undefined where it is no further than before. */
  spoken(text: string): number | undefined {
    const wanted = lettersOf(text);
    if (wanted === '') return undefined;
    this.#told = true;
    const end =
      this.#find(wanted) ?? (wanted.length > sureLetters ? this.#find(wanted.slice(-sureLetters)) : undefined);
    if (end === undefined) return undefined;
    this.#letters = this.#letters.slice(end);
    this.#before += end;
    const open = this.#pieces.findIndex(({ through }) => through > this.#before);
    const covered = this.#pieces.splice(0, open < 0 ? this.#pieces.length : open);
    return covered.at(-1)?.throughChar;
  }

  /** Where it ends among the letters. */
  #find(wanted: string): number | undefined {
    const at = this.#letters.indexOf(wanted);
    if (at < 0 || (wanted.length < sureLetters && at > nearLetters)) return undefined;
    return at + wanted.length;
  }
}
