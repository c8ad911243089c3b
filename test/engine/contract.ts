import { describe, expect, it } from 'vitest';
import type { AudioChunk, AudioFormat, Encoding } from '../../src/audio/format.ts';
import { frameBytes, sampleRatesHz } from '../../src/audio/format.ts';
import type { SynthesisRequest, Synthesizer } from '../../src/engine/engine.ts';
import { SpeechError } from '../../src/errors.ts';

/** A member of the contract: how to make a fresh engine, and what it is asked to say. */
export interface Member {
  make(): Synthesizer;
  readonly voice: string;
  readonly language: string;
  /** A language that it has not. */
  readonly otherLanguage: string;
  /** Three texts that sound different, the first a clause, the second a sentence. */
  readonly texts: readonly [string, string, string];
  /** A text that takes so long that it can be aborted under way. */
  readonly long: string;
}

export interface Check {
  readonly title: string;
  run(engine: Synthesizer, member: Member): Promise<void>;
}

export const linear24: AudioFormat = { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 };

export function requestOf(member: Member, text: string, more: Partial<SynthesisRequest> = {}): SynthesisRequest {
  return { text, voice: member.voice, language: member.language, speed: 1, format: linear24, ...more };
}

export const never = (): AbortSignal => new AbortController().signal;

export async function chunksOf(engine: Synthesizer, request: SynthesisRequest): Promise<AudioChunk[]> {
  const chunks: AudioChunk[] = [];
  for await (const output of engine.synthesize(request, never())) if ('bytes' in output) chunks.push(output);
  return chunks;
}

export async function audioOf(engine: Synthesizer, request: SynthesisRequest): Promise<Buffer> {
  return Buffer.concat((await chunksOf(engine, request)).map((chunk) => chunk.bytes));
}

function holdChunks(chunks: readonly AudioChunk[], format: AudioFormat): void {
  const bytesPerSample = frameBytes(format) ?? 0;
  let nextSample = 0;
  for (const chunk of chunks) {
    expect(chunk.format).toEqual(format);
    expect(chunk.firstSample).toBe(nextSample);
    expect(chunk.bytes.length).toBeGreaterThan(0);
    expect(chunk.bytes.length % bytesPerSample).toBe(0);
    nextSample += chunk.bytes.length / bytesPerSample;
  }
}

/** Reads until the first chunk, aborts, and gives what the iteration then threw. */
async function abortAfterFirst(engine: Synthesizer, request: SynthesisRequest, reason: Error): Promise<unknown> {
  const controller = new AbortController();
  try {
    for await (const output of engine.synthesize(request, controller.signal)) {
      if ('bytes' in output) controller.abort(reason);
    }
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

export const checks: readonly Check[] = [
  {
    title: 'gives the same bytes for the same request, whatever came before',
    async run(engine, member) {
      const [clause, sentence, another] = member.texts;
      const first = await audioOf(engine, requestOf(member, clause));
      const second = await audioOf(engine, requestOf(member, clause));
      await audioOf(engine, requestOf(member, sentence, { speed: 1.3 }));
      await audioOf(engine, requestOf(member, another, { format: { ...linear24, sampleRateHz: 8000 } }));
      const third = await audioOf(engine, requestOf(member, clause));
      expect(first.length).toBeGreaterThan(1000);
      expect(second.equals(first)).toBe(true);
      expect(third.equals(first)).toBe(true);
    },
  },
  {
    title: 'gives different texts different audio',
    async run(engine, member) {
      const audio = await Promise.all(member.texts.map((text) => audioOf(engine, requestOf(member, text))));
      expect(new Set(audio.map((bytes) => bytes.toString('base64'))).size).toBe(3);
    },
  },
  {
    title: 'gives a fresh engine the same bytes as a used one',
    async run(engine, member) {
      const fresh = member.make();
      const [clause, sentence] = member.texts;
      await audioOf(engine, requestOf(member, sentence));
      const [ours, theirs] = await Promise.all(
        [engine, fresh].map((one) => audioOf(one, requestOf(member, clause))),
      ).finally(() => fresh.close());
      expect(ours?.equals(theirs ?? Buffer.alloc(0))).toBe(true);
    },
  },
  {
    title: 'speaks several requests at once as it speaks them alone',
    async run(engine, member) {
      const requests = [...member.texts, ...member.texts].map((text) => requestOf(member, text));
      const together = await Promise.all(requests.map((request) => audioOf(engine, request)));
      for (const [index, request] of requests.entries()) {
        expect(together[index]?.equals(await audioOf(engine, request))).toBe(true);
      }
    },
  },
  {
    title: 'gives every rate and encoding, in whole samples that follow one another',
    async run(engine, member) {
      const durationsMs: number[] = [];
      for (const encoding of ['linear16', 'mulaw', 'alaw'] satisfies Encoding[]) {
        for (const sampleRateHz of sampleRatesHz) {
          const format: AudioFormat = { encoding, sampleRateHz, channels: 1 };
          const chunks = await chunksOf(engine, requestOf(member, member.texts[0], { format }));
          holdChunks(chunks, format);
          const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
          durationsMs.push((bytes / (frameBytes(format) ?? 1) / sampleRateHz) * 1000);
        }
      }
      expect(Math.max(...durationsMs) - Math.min(...durationsMs)).toBeLessThan(1);
    },
  },
  {
    title: 'is faster at a higher speed',
    async run(engine, member) {
      const [, sentence] = member.texts;
      const slow = await audioOf(engine, requestOf(member, sentence, { speed: 0.7 }));
      const fast = await audioOf(engine, requestOf(member, sentence, { speed: 1.6 }));
      expect(slow.length / fast.length).toBeGreaterThan(1.6);
    },
  },
  {
    title: 'ends an aborted request with the reason, and goes on working',
    async run(engine, member) {
      const [clause] = member.texts;
      const before = await audioOf(engine, requestOf(member, clause));
      const whole = await audioOf(engine, requestOf(member, member.long));
      const reason = new Error('interrupted');
      const controller = new AbortController();
      let heard = 0;
      const reading = (async () => {
        for await (const output of engine.synthesize(requestOf(member, member.long), controller.signal)) {
          if (!('bytes' in output)) continue;
          heard += output.bytes.length;
          controller.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      expect(heard).toBeLessThan(whole.length / 2);
      expect((await audioOf(engine, requestOf(member, clause))).equals(before)).toBe(true);
    },
  },
  {
    title: 'does not start what is aborted already, and drops what waits',
    async run(engine, member) {
      const reason = new Error('too late');
      const aborted = engine.synthesize(requestOf(member, member.long), AbortSignal.abort(reason));
      await expect(aborted[Symbol.asyncIterator]().next()).rejects.toBe(reason);
      const waiting = member.texts.map((text) =>
        abortAfterFirst(engine, requestOf(member, text + member.long), reason),
      );
      expect(await Promise.all(waiting)).toEqual([reason, reason, reason]);
    },
  },
  {
    title: 'goes on working when a reader leaves early',
    async run(engine, member) {
      const before = await audioOf(engine, requestOf(member, member.texts[1]));
      for await (const _ of engine.synthesize(requestOf(member, member.long), never())) break;
      expect((await audioOf(engine, requestOf(member, member.texts[1]))).equals(before)).toBe(true);
    },
  },
  {
    title: 'gives no audio where there is nothing to speak',
    async run(engine, member) {
      for (const text of ['', '   ', '\n\t']) expect(await chunksOf(engine, requestOf(member, text))).toEqual([]);
    },
  },
  {
    title: 'refuses a format or speed that it has not, at the call',
    async run(engine, member) {
      const bad: Partial<SynthesisRequest>[] = [
        { format: { ...linear24, sampleRateHz: 11_025 } },
        { format: { ...linear24, encoding: 'mp3' } },
        { format: { ...linear24, channels: 2 } },
        { speed: 0 },
        { speed: Number.NaN },
      ];
      for (const more of bad) {
        const call = () => engine.synthesize(requestOf(member, member.texts[0], more), never());
        expect(call).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }));
      }
    },
  },
  {
    title: 'maps a voice and model of another vendor to its own, and says so',
    async run(engine, member) {
      const { language } = member;
      const wish = { model: 'slng/deepgram/aura:2-en', voice: 'aura-2-thalia-en', language };
      const choice = await engine.choose(wish);
      expect(choice.voice).toBe((await engine.choose({ language })).voice);
      expect(choice.warnings.join()).toContain('aura-2-thalia-en');
      expect(choice.warnings.join()).toContain('slng/deepgram/aura:2-en');
      expect(choice.warnings.join()).toContain(choice.voice);
      expect((await engine.choose({ language, voice: choice.voice })).warnings).toEqual([]);
      expect((await engine.voices()).map(({ id }) => id)).toContain(choice.voice);
    },
  },
  {
    title: 'refuses a language that it does not speak',
    async run(engine, member) {
      const refused = engine.choose({ language: member.otherLanguage });
      await expect(refused).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
    },
  },
  {
    title: 'fails what is under way, and what comes later, when it is closed',
    async run(engine, member) {
      const reading = audioOf(engine, requestOf(member, member.long.repeat(2))).catch((thrown) => thrown);
      await engine.close();
      await engine.close();
      expect(await reading).toSatisfy((end) => end instanceof SpeechError && end.code === 'E_ENGINE');
      await expect(audioOf(engine, requestOf(member, member.texts[0]))).rejects.toMatchObject({ code: 'E_ENGINE' });
    },
  },
];

/** The whole contract over one member, each check with an engine of its own. */
export function synthesizerContract(name: string, member: Member): void {
  describe(`${name} as a synthesizer`, () => {
    it.each(checks)('$title', async (check) => {
      const engine = member.make();
      try {
        await check.run(engine, member);
      } finally {
        await engine.close();
      }
    });
  });
}
