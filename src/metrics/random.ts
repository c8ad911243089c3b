/**
 * xoshiro128**, by Blackman and Vigna ("Scrambled linear pseudorandom number generators", 2018; the shifts and factors
 * are those of xoshiro128starstar.c, version 1.1): 32 bits a step, a period of 2^128 − 1, the same numbers for the same
 * seed on every machine. For resampling and shuffling; never for keys.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Takes the generator's state, four words of 32 bits that are not all 0. A seed makes one by `seeded`. */
  constructor([a, b, c, d]: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
  }

  /**
   * A generator of its own for every seed (its lowest 32 bits) and stream. The words of the state are neighbours in a
   * Weyl sequence, each mixed one to one, so that at most one of them is 0.
   */
  static seeded(seed: number, stream = 0): Random {
    const word = (at: number) => mix((seed + Math.imul(goldenRatio, 4 * stream + at)) | 0);
    return new Random([word(1), word(2), word(3), word(4)]);
  }

  /** The next 32 bits, as a whole number from 0. */
  next(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A whole number from 0 to below `count`. The bias is at most count ÷ 2^32, far below what a bootstrap can see. */
  below(count: number): number {
    return Math.floor((this.next() / 2 ** 32) * count);
  }

  /** A new array in an order made at random: sorted by a number drawn for each. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const drawn = items.map((item) => ({ item, place: this.next() }));
    return drawn.sort((one, other) => one.place - other.place).map(({ item }) => item);
  }
}

/** 2^32 ÷ the golden ratio, made odd: the step of the sequence, as in SplitMix (Steele, Lea and Flood, 2014). */
const goldenRatio = 0x9e3779b9;

/** The finaliser of MurmurHash3 (Appleby, public domain): one to one on 32 bits. */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
