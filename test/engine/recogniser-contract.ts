import { describe, expect, it } from 'vitest';
import type { Recogniser, RecogniserSettings, RecogniserStream, Recognition } from '../../src/engine/recogniser.ts';

export interface Phrase {
  /** linear16 mono at `phraseRateHz`, that ends with the last word. */
  readonly samples: Int16Array;
  readonly words: readonly string[];
}

/** A member of the contract: how to make a fresh one, and what is said to it. */
export interface RecogniserMember {
  make(): Recogniser;
  /** A language that it has not. */
  readonly otherLanguage: string;
  /** Two that differ. */
  readonly phrases: readonly [Phrase, Phrase];
}

export interface Check {
  readonly title: string;
  run(recogniser: Recogniser, member: RecogniserMember): Promise<void>;
}

export const phraseRateHz = 16_000;
type Final = Extract<Recognition, { type: 'final' }>;
type Told = Extract<Recognition, { type: 'interim' | 'final' }>;

export const usual: RecogniserSettings = { sampleRateHz: phraseRateHz, interim: true, endpointingMs: 400 };

export function silence(ms: number): Int16Array {
  return new Int16Array((phraseRateHz * ms) / 1000);
}

export function joined(...parts: Int16Array[]): Int16Array {
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

const msOf = (samples: Int16Array) => (samples.length * 1000) / phraseRateHz;

export async function collect(stream: RecogniserStream): Promise<Recognition[]> {
  const results: Recognition[] = [];
  for await (const result of stream.results) results.push(result);
  return results;
}

async function writeCut(stream: RecogniserStream, samples: Int16Array, cut: number): Promise<void> {
  for (let at = 0; at < samples.length; at += cut) await stream.write(samples.slice(at, at + cut));
}

/** What is made of the pieces, each followed by a `finalize` where `finalize` is set, then the end. */
export async function hear(
  recogniser: Recogniser,
  pieces: readonly Int16Array[],
  { settings = {}, cut = 800, finalize = false }: HearOptions = {},
): Promise<Recognition[]> {
  const stream = await recogniser.open({ ...usual, ...settings });
  const reading = collect(stream);
  for (const piece of pieces) {
    await writeCut(stream, piece, cut);
    if (finalize) stream.finalize();
  }
  stream.end();
  return reading;
}

interface HearOptions {
  readonly settings?: Partial<RecogniserSettings>;
  readonly cut?: number;
  readonly finalize?: boolean;
}

export function finals(results: readonly Recognition[]): Final[] {
  return results.filter((result) => result.type === 'final');
}

function told(results: readonly Recognition[]): Told[] {
  return results.filter((result) => result.type === 'interim' || result.type === 'final');
}

const said = (results: readonly Recognition[]) =>
  finals(results).flatMap(({ text }) => text.split(' ').filter(Boolean));

/** A final whose times count from `fromMs`. */
function shifted(final: Final | undefined, fromMs: number) {
  return {
    ...final,
    startMs: (final?.startMs ?? 0) - fromMs,
    endMs: (final?.endMs ?? 0) - fromMs,
    words: final?.words.map((word) => ({ ...word, startMs: word.startMs - fromMs, endMs: word.endMs - fromMs })),
  };
}

/** Times are whole numbers of ms in these tests; what is computed from other rates need not be. */
function holdWords(final: Final): void {
  let lastMs = final.startMs;
  for (const { text, startMs, endMs, confidence } of final.words) {
    expect(text).toMatch(/^\S+$/);
    expect(startMs).toBeGreaterThanOrEqual(lastMs);
    expect(endMs).toBeGreaterThan(startMs);
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThanOrEqual(1);
    lastMs = endMs;
  }
  expect(lastMs).toBeLessThanOrEqual(final.endMs);
  expect(final.text).toBe(final.words.map(({ text }) => text).join(' '));
}

export const checks: readonly Check[] = [
  {
    title: 'hears what was said, and when',
    async run(recogniser, { phrases: [phrase] }) {
      const results = await hear(recogniser, [silence(500), phrase.samples, silence(1000)]);
      const [final, ...others] = finals(results);
      expect(others).toEqual([]);
      expect(final?.words.map(({ text }) => text)).toEqual(phrase.words);
      expect(final).toMatchObject({ endOfUtterance: true, fromFinalize: false });
      if (final) holdWords(final);
      expect(Math.abs((final?.words[0]?.startMs ?? 0) - 500)).toBeLessThan(100);
      expect(final?.confidence).toBeGreaterThan(0.2);
    },
  },
  {
    title: 'ends an utterance at a pause, and says when speech began and ended',
    async run(recogniser, { phrases: [one, two] }) {
      const audio = [one.samples, silence(1500), two.samples, silence(1500)];
      const results = await hear(recogniser, audio, { settings: { utteranceEndMs: 1000 } });
      const order = results.filter(({ type }) => type !== 'interim').map(({ type }) => type);
      expect(order).toEqual(['speechStarted', 'final', 'utteranceEnd', 'speechStarted', 'final', 'utteranceEnd']);
      expect(finals(results).map(({ text }) => text.split(' '))).toEqual([one.words, two.words]);
      for (const { endMs, words } of finals(results)) {
        expect(Math.abs(endMs - (words.at(-1)?.endMs ?? 0) - 400)).toBeLessThan(150);
      }
      const starts = results.flatMap((result) => (result.type === 'speechStarted' ? [result.atMs] : []));
      expect(Math.abs((starts[1] ?? 0) - msOf(one.samples) - 1500)).toBeLessThan(150);
      const ends = results.flatMap((result) => (result.type === 'utteranceEnd' ? [result.lastWordEndMs] : []));
      expect(ends).toEqual(finals(results).map(({ words }) => words.at(-1)?.endMs));
    },
  },
  {
    title: 'gives interims while an utterance is being spoken, each of them new',
    async run(recogniser, { phrases: [phrase] }) {
      const results = await hear(recogniser, [phrase.samples, silence(1000)]);
      const before = told(
        results.slice(
          0,
          results.findIndex(({ type }) => type === 'final'),
        ),
      );
      const texts = before.map(({ text }) => text).filter(Boolean);
      expect(texts.length).toBeGreaterThan(1);
      const right =
        texts
          .at(-1)
          ?.split(' ')
          .filter((word) => phrase.words.includes(word)) ?? [];
      expect(right.length).toBeGreaterThanOrEqual(phrase.words.length / 2);
      for (const [index, { text, endMs }] of before.entries()) {
        const last = before[index - 1];
        if (last) expect(text !== last.text || endMs - last.endMs >= 1000).toBe(true);
      }
    },
  },
  {
    title: 'gives no interim where none is wanted, and the same finals',
    async run(recogniser, { phrases: [phrase] }) {
      const audio = [phrase.samples, silence(2500)];
      const results = await hear(recogniser, audio, { settings: { interim: false } });
      expect(told(results).map(({ type }) => type)).toEqual(['final']);
      expect(finals(results)).toEqual(finals(await hear(recogniser, audio)));
    },
  },
  {
    title: 'gives stretches that follow one another and lie in the audio',
    async run(recogniser, { phrases: [one, two] }) {
      const audio = [silence(700), one.samples, silence(1200), two.samples];
      const results = await hear(recogniser, audio, { finalize: true });
      let fromMs = 0;
      let nowMs = 0;
      for (const { type, startMs, endMs } of told(results)) {
        expect(startMs).toBe(fromMs);
        expect(endMs).toBeGreaterThanOrEqual(nowMs);
        nowMs = endMs;
        if (type === 'final') fromMs = endMs;
      }
      expect(nowMs).toBe(msOf(joined(...audio)));
    },
  },
  {
    title: 'gives the same results however the audio is cut',
    async run(recogniser, { phrases: [one, two] }) {
      const audio = joined(silence(300), one.samples, silence(900), two.samples, silence(100));
      const whole = await hear(recogniser, [audio], { cut: audio.length });
      expect(said(whole)).toEqual([...one.words, ...two.words]);
      for (const cut of [61, 160, 1000, 4801]) expect(await hear(recogniser, [audio], { cut })).toEqual(whole);
    },
  },
  {
    title: 'hears a phrase alike whatever was heard before it',
    async run(recogniser, { phrases: [one, two] }) {
      const alone = finals(await hear(recogniser, [two.samples], { finalize: true }))[0];
      const before = joined(
        one.samples,
        one.samples.map((sample) => sample >> 2),
      );
      const second = finals(await hear(recogniser, [before, two.samples], { finalize: true })).at(-1);
      const third = finals(await hear(recogniser, [two.samples, two.samples], { finalize: true })).at(-1);
      expect(alone?.text).toBe(two.words.join(' '));
      expect(shifted(second, msOf(before))).toEqual(alone);
      expect(shifted(third, msOf(two.samples))).toEqual(alone);
    },
  },
  {
    title: 'hears a phrase as a fresh recogniser hears it',
    async run(recogniser, member) {
      const [one, two] = member.phrases;
      await hear(recogniser, [one.samples, silence(800)]);
      const used = await hear(recogniser, [two.samples, silence(800)]);
      const fresh = member.make();
      expect(used).toEqual(await hear(fresh, [two.samples, silence(800)]).finally(() => fresh.close()));
    },
  },
  {
    title: 'answers each finalize with one final of everything that was written',
    async run(recogniser, { phrases: [one, two] }) {
      const audio = [one.samples, new Int16Array(0), two.samples, silence(200), new Int16Array(0)];
      const results = finals(await hear(recogniser, audio, { finalize: true, cut: 137 }));
      expect(results.map(({ text }) => text)).toEqual([one.words.join(' '), '', two.words.join(' '), '', '']);
      expect(results.every(({ fromFinalize, endOfUtterance }) => fromFinalize && !endOfUtterance)).toBe(true);
      expect(results.filter(({ text }) => !text).map(({ words, confidence }) => [words, confidence])).toEqual([
        ...[
          [[], 0],
          [[], 0],
          [[], 0],
        ],
      ]);
      const ends = audio.map((_, index) => msOf(joined(...audio.slice(0, index + 1))));
      expect(results.map(({ endMs }) => endMs)).toEqual(ends);
    },
  },
  {
    title: 'gives at the end what is open, and then no more',
    async run(recogniser, { phrases: [phrase] }) {
      const stream = await recogniser.open(usual);
      const reading = collect(stream);
      await writeCut(stream, phrase.samples, 800);
      stream.end();
      stream.end();
      stream.write(phrase.samples);
      stream.finalize();
      const [final, ...others] = finals(await reading);
      expect(final).toMatchObject({ text: phrase.words.join(' '), endOfUtterance: false, fromFinalize: false });
      expect(others).toEqual([]);
      expect(await hear(recogniser, [])).toEqual([]);
    },
  },
  {
    title: 'ends no utterance by itself where that is not wanted',
    async run(recogniser, { phrases: [one, two] }) {
      const audio = joined(one.samples, silence(1500), two.samples);
      const results = await hear(recogniser, [audio], { settings: { endpointingMs: false }, finalize: true });
      expect(finals(results).length).toBe(1);
      expect(said(results).slice(0, 2)).toEqual(one.words.slice(0, 2));
      expect(said(results).slice(-two.words.length)).toEqual(two.words);
      expect(finals(results)[0]).toMatchObject({ fromFinalize: true, endOfUtterance: false });
    },
  },
  {
    title: 'tells in silence how far it is, and that nothing was said',
    async run(recogniser) {
      const results = await hear(recogniser, [silence(5500)]);
      expect(told(results).map(({ endMs }) => endMs)).toEqual([1000, 2000, 3000, 4000, 5000]);
      expect(results).toEqual(told(results));
      expect(told(results).every(({ text, startMs, type }) => !text && startMs === 0 && type === 'interim')).toBe(true);
    },
  },
  {
    title: 'hears no words in noise',
    async run(recogniser) {
      let seed = 1;
      const noise = silence(3000).map(() => {
        seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
        return (seed >> 16) % 300;
      });
      expect(said(await hear(recogniser, [noise], { finalize: true }))).toEqual([]);
    },
  },
  {
    title: 'keeps no reference to what was written',
    async run(recogniser, { phrases: [phrase] }) {
      const stream = await recogniser.open(usual);
      const reading = collect(stream);
      const buffer = new Int16Array(800);
      for (let at = 0; at < phrase.samples.length; at += buffer.length) {
        buffer.fill(0);
        buffer.set(phrase.samples.subarray(at, at + buffer.length));
        await stream.write(buffer);
        buffer.fill(12_345);
      }
      stream.end();
      expect(said(await reading)).toEqual(phrase.words);
    },
  },
  {
    title: 'hears several streams at once as it hears them alone',
    async run(recogniser, { phrases }) {
      const pieces = phrases.map(({ samples }) => [samples, silence(600)]);
      const together = await Promise.all(pieces.map((audio) => hear(recogniser, audio)));
      for (const [index, audio] of pieces.entries()) expect(together[index]).toEqual(await hear(recogniser, audio));
    },
  },
  {
    title: 'ends at once when a stream is closed, and goes on working',
    async run(recogniser, { phrases: [phrase] }) {
      const stream = await recogniser.open(usual);
      const reading = collect(stream);
      for (let i = 0; i < 5; i++) stream.write(phrase.samples);
      stream.close();
      stream.close();
      // Nothing could be read in between: what was there is dropped.
      expect(await reading).toEqual([]);
      expect(await stream.write(phrase.samples)).toBe(undefined);
      stream.finalize();
      stream.end();
      expect(said(await hear(recogniser, [phrase.samples]))).toEqual(phrase.words);
    },
  },
  {
    title: 'refuses a language that it has not, and says which model it replaces',
    async run(recogniser, member) {
      const refused = recogniser.open({ ...usual, language: member.otherLanguage });
      await expect(refused).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
      const [language = ''] = recogniser.languages;
      const own = await recogniser.open({ ...usual, language, model: recogniser.name });
      const other = await recogniser.open({ ...usual, model: 'slng/deepgram/nova:3-en' });
      expect(own.warnings).toEqual([]);
      expect(other.warnings.join()).toContain('slng/deepgram/nova:3-en');
      own.close();
      other.close();
    },
  },
  {
    title: 'fails what is under way, and what comes later, when it is closed',
    async run(recogniser, { phrases: [phrase] }) {
      const stream = await recogniser.open(usual);
      const reading = collect(stream).catch((thrown) => thrown);
      const going = stream.write(phrase.samples);
      await recogniser.close();
      await recogniser.close();
      await going;
      expect(await reading).toMatchObject({ code: 'E_ENGINE' });
      await expect(recogniser.open(usual)).rejects.toMatchObject({ code: 'E_ENGINE' });
    },
  },
];

/** The whole contract over one member, each check with a recogniser of its own. */
export function recogniserContract(name: string, member: () => Promise<RecogniserMember>): void {
  describe(`${name} as a recogniser`, () => {
    it.each(checks)('$title', async (check) => {
      const made = await member();
      const recogniser = made.make();
      try {
        await check.run(recogniser, made);
      } finally {
        await recogniser.close();
      }
    });
  });
}
