import { describe, expect, it } from 'vitest';
import { AudioFeed, bytesPerMs, type FakeEar, final, hearFake } from '../support/fake-listen.ts';
import { settle } from '../support/manual-clock.ts';
import { randomFrom } from '../support/random.ts';

/** So loud is the first word; each next one is a little louder, so that a recogniser can tell them apart. */
const firstLevel = 2000;
const levelsAWord = 20;
const pieceMs = 20;
const words = 40;

interface RecogniserHabits {
  readonly pauseMs: number;
  readonly delayMs: number;
  readonly wordOf: (n: number) => string;
}

/**
 * A recogniser of words that are told apart by their levels. It makes a final, without a place, of what was said before
 * each silence of `pauseMs`, and tells it `delayMs` of audio later.
 */
class LevelRecogniser {
  readonly #ear: FakeEar;
  readonly #habits: RecogniserHabits;
  #said: number[] = [];
  #quietMs = 0;
  #waiting: { readonly words: number[]; leftMs: number }[] = [];

  constructor(ear: FakeEar, habits: RecogniserHabits) {
    this.#ear = ear;
    this.#habits = habits;
  }

  hears(bytes: Uint8Array): void {
    const pieceBytes = pieceMs * bytesPerMs;
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#piece(bytes.subarray(at, at + pieceBytes));
  }

  /** One word's, or silence. */
  #piece(bytes: Uint8Array): void {
    const level = Math.abs(new DataView(bytes.buffer, bytes.byteOffset).getInt16(0, true));
    const word = level === 0 ? undefined : (level - firstLevel) / levelsAWord;
    if (word === undefined) this.#quietMs += pieceMs;
    else {
      this.#quietMs = 0;
      if (this.#said.at(-1) !== word) this.#said.push(word);
    }
    if (this.#quietMs === this.#habits.pauseMs && this.#said.length > 0) {
      this.#waiting.push({ words: this.#said, leftMs: this.#habits.delayMs });
      this.#said = [];
    }
    for (const one of this.#waiting) one.leftMs -= pieceMs;
    while ((this.#waiting[0]?.leftMs ?? 1) <= 0) this.#tell(this.#waiting.shift()?.words ?? []);
  }

  /** All at once, to a `finalize`. */
  flush(): void {
    for (const { words } of this.#waiting.splice(0)) this.#tell(words);
    this.#ear.say(final(this.#textOf(this.#said.splice(0)), { fromFinalize: true }));
  }

  #textOf(words: readonly number[]): string {
    return words.map(this.#habits.wordOf).join(' ');
  }

  #tell(words: readonly number[]): void {
    this.#ear.say(final(this.#textOf(words), { endOfUtterance: true }));
  }
}

const longWord = (n: number) => `sentence${n}`;
const shortWord = (n: number) => `w${n}`;

async function dictated(seed: number, pauseMs: number, wordOf: (n: number) => string, settings = {}) {
  const random = randomFrom(seed);
  const within = (least: number, most: number) => least + Math.floor(random() * (most - least));
  const delayMs = pieceMs * within(0, 20);
  const feed = new AudioFeed();
  const recognisers = new Map<FakeEar, LevelRecogniser>();
  const hears = (ear: FakeEar, bytes: Uint8Array | 'finalize') => {
    const recogniser = recognisers.get(ear) ?? new LevelRecogniser(ear, { pauseMs, delayMs, wordOf });
    recognisers.set(ear, recogniser);
    if (bytes === 'finalize') recogniser.flush();
    else recogniser.hears(bytes);
  };
  const { clock, ears, heard, hearing } = hearFake(feed, {
    ...{ pace: 'live', habits: { answers: false, hears }, settings },
    reconnect: { max: 1000, random },
  });
  // So that now and then a final comes between two cuts: else the stream is given up, rightly.
  const untilCutMs = () => within(2000, 8000) + 5 * pauseMs;
  let cutInMs = untilCutMs();
  const put = async (ms: number, level: number) => {
    for (let atMs = 0; atMs < ms; atMs += pieceMs) {
      feed.push(pieceMs, level);
      await clock.advance(pieceMs);
      cutInMs -= pieceMs;
      if (cutInMs > 0) continue;
      ears.at(-1)?.close(1006);
      cutInMs = untilCutMs();
    }
  };
  for (let word = 0; word < words; word++) {
    await put(pieceMs * within(10, 40), firstLevel + levelsAWord * word);
    await put(pieceMs * within(2, 70), 0);
  }
  await put(2000, 0);
  feed.end();
  await clock.advance(60_000);
  await settle();
  expect((await hearing.result).why).toBe('done');
  return { cuts: ears.length - 1, said: heard.texts.join(' ') };
}

const all = (wordOf: (n: number) => string) => Array.from({ length: words }, (_, n) => wordOf(n));

describe('a dictation to a service that tells no places, over a connection that is cut every few seconds', () => {
  const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1);

  it.each([100, 200, 300, 400, 700, 1000])(
    'has each word once and in its order, where an utterance ends after %i ms of silence',
    async (pauseMs) => {
      let cuts = 0;
      for (const seed of seeds) {
        const told = await dictated(seed, pauseMs, longWord);
        expect(told.said, `seed ${seed}`).toBe(all(longWord).join(' '));
        cuts += told.cuts;
      }
      expect(cuts).toBeGreaterThan(50);
    },
  );

  it.each([100, 400, 1000])('has each short word once where it was told that these are %i ms', async (pauseMs) => {
    for (const seed of seeds) {
      const { said } = await dictated(seed, pauseMs, shortWord, { endpointingMs: pauseMs });
      expect(said, `seed ${seed}`).toBe(all(shortWord).join(' '));
    }
  });

  it.each([100, 400, 1000])('has each short word, one may be there twice: %i ms', async (pauseMs) => {
    for (const seed of seeds) {
      const { said } = await dictated(seed, pauseMs, shortWord);
      expect([...new Set(said.split(' '))], `seed ${seed}`).toEqual(all(shortWord));
    }
  });
});
