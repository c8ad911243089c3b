import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFormat, Encoding } from '../../src/audio/format.ts';
import { sampleRatesHz } from '../../src/audio/format.ts';
import type { SynthesisOutput } from '../../src/engine/engine.ts';
import { createScriptedEngine, type ScriptedOptions, scriptedText } from '../../src/engine/scripted.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { audioOf, linear24, never, requestOf } from './contract.ts';
import { scriptedMember } from './members.ts';

const request = (text: string, format: AudioFormat = linear24) => requestOf(scriptedMember, text, { format });

async function outputsOf(text: string, options: ScriptedOptions = {}): Promise<SynthesisOutput[]> {
  const outputs: SynthesisOutput[] = [];
  for await (const output of createScriptedEngine(options).synthesize(request(text), never())) outputs.push(output);
  return outputs;
}

describe('the scripted engine', () => {
  it('says what can be read back, in every format', async () => {
    const text = 'Hello, Zoë: 100 % of 日本 🎉.';
    for (const encoding of ['linear16', 'mulaw', 'alaw'] satisfies Encoding[]) {
      for (const sampleRateHz of sampleRatesHz) {
        const format = { encoding, sampleRateHz, channels: 1 };
        expect(scriptedText(await audioOf(createScriptedEngine(), request(text, format)), format)).toBe(text);
      }
    }
  });

  it('is read from any view of the bytes, also from a part of a larger buffer', async () => {
    const audio = await audioOf(createScriptedEngine(), request('Hi there'));
    const pool = Buffer.concat([Buffer.alloc(1001, 7), audio, Buffer.alloc(10, 7)]);
    expect(scriptedText(pool.subarray(1001, 1001 + audio.length), linear24)).toBe('Hi there');
    expect(scriptedText(new Uint8Array(pool.buffer, pool.byteOffset + 1001, audio.length), linear24)).toBe('Hi there');
  });

  it('says any words, however many', async () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(words, fc.constantFrom(...sampleRatesHz), async (parts, sampleRateHz) => {
        const text = parts.join(' ').trimStart();
        const format = { ...linear24, sampleRateHz };
        const audio = await audioOf(createScriptedEngine({ msPerChar: 2 }), request(text, format));
        expect(scriptedText(audio, format, 2)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('lasts as long as it is told to, for each byte', async () => {
    const audio = await audioOf(createScriptedEngine({ msPerChar: 25 }), request('four'));
    expect(audio.length).toBe(4 * 25 * 48);
  });

  it('marks each word before its audio', async () => {
    const outputs = await outputsOf('one  three');
    expect(outputs.filter((output) => 'word' in output)).toEqual([
      { word: 'one', startMs: 0, endMs: 50 },
      { word: 'three', startMs: 50, endMs: 100 },
    ]);
    expect(outputs.map((output) => ('bytes' in output ? output.firstSample : output.word))).toEqual([
      'one',
      0,
      'three',
      1200,
    ]);
  });

  it('waits by the clock before each word, and not after an abort', async () => {
    const clock = new ManualClock();
    const engine = createScriptedEngine({ clock, delayMs: 40 });
    const controller = new AbortController();
    const words: string[] = [];
    const reading = (async () => {
      for await (const output of engine.synthesize(request('one two three'), controller.signal)) {
        if ('word' in output) words.push(output.word);
      }
    })();
    const outcome = expect(reading).rejects.toThrow('enough');
    await clock.advance(39);
    expect(words).toEqual([]);
    await clock.advance(1);
    expect(words).toEqual(['one']);
    await clock.advance(40);
    expect(words).toEqual(['one', 'two']);
    controller.abort(new Error('enough'));
    await outcome;
    expect(clock.pending).toBe(0);
    expect(words).toEqual(['one', 'two']);
  });

  it.each([/bad/, /^bad$/])('fails when it is told to, at %s, after the words before', async (failAt) => {
    const engine = createScriptedEngine({ failAt });
    const words: string[] = [];
    const reading = (async () => {
      for await (const output of engine.synthesize(request('good bad never'), never())) {
        if ('word' in output) words.push(output.word);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'E_ENGINE', message: expect.stringContaining('bad') });
    expect(words).toEqual(['good']);
    expect(engine.counts).toEqual({ started: 1, finished: 0, aborted: 0, failed: 1 });
  });

  it('counts how its requests end', async () => {
    const engine = createScriptedEngine();
    await audioOf(engine, request('done'));
    const controller = new AbortController();
    const aborted = engine.synthesize(request('never read'), controller.signal);
    controller.abort();
    await settle();
    expect(engine.counts).toEqual({ started: 2, finished: 1, aborted: 1, failed: 0 });
    await expect(aborted[Symbol.asyncIterator]().next()).rejects.toThrow();
    const left = engine.synthesize(request('under way'), never());
    await engine.close();
    await expect(left[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(engine.counts).toEqual({ started: 3, finished: 1, aborted: 1, failed: 1 });
  });

  it('speaks the languages that it is given', async () => {
    const engine = createScriptedEngine({ languages: ['en', 'ja'] });
    expect((await engine.choose({ language: 'ja-JP' })).language).toBe('ja-JP');
    await expect(engine.choose({ language: 'de' })).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });
});
