import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Decoder } from '../../src/engine/decoder.ts';
import { createFliteEngine } from '../../src/engine/flite.ts';
import { findPocketsphinx, type PocketsphinxFiles } from '../../src/engine/pocketsphinx-files.ts';
import { createDecoder } from '../../src/engine/pocketsphinx-library.ts';
import { noLog } from '../../src/log.ts';
import { needs } from '../support/programs.ts';
import { spoken } from './recogniser-members.ts';

needs('pocketsphinx_continuous').describe('the library', () => {
  let files: PocketsphinxFiles;
  let decoder: Decoder;
  let phrases: Int16Array[];

  beforeAll(async () => {
    const found = findPocketsphinx().files;
    if (!found) throw new Error('not found');
    files = found;
    decoder = await createDecoder(files);
    const flite = createFliteEngine({ clock: systemClock, log: noLog });
    const texts = [
      'We took the train to the city.',
      'Go forward ten meters.',
      'She has a dozen eggs.',
      'Please call me.',
    ];
    phrases = [];
    for (const [i, text] of texts.entries()) {
      phrases.push(await spoken(flite, text, ['rms', 'slt', 'awb'][i] ?? 'slt'));
    }
    await flite.close();
  });
  afterAll(() => decoder.free());

  function decode(by: Decoder, samples: Int16Array | undefined, block = 160) {
    by.begin();
    for (let at = 0; at < (samples?.length ?? 0); at += block) by.push(samples?.subarray(at, at + block) ?? nothing());
    return by.end();
  }
  const nothing = () => new Int16Array(0);

  it('hears words, with times and with how sure it is', () => {
    const words = decode(decoder, phrases[0]);
    expect(words.map(({ text }) => text).join(' ')).toBe('we took the train to the city');
    for (const [i, { startMs, endMs, confidence }] of words.entries()) {
      expect(startMs).toBeGreaterThanOrEqual(words[i - 1]?.endMs ?? 0);
      expect(endMs).toBeGreaterThan(startMs);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('counts times through silence as through speech', () => {
    const [one = nothing()] = phrases;
    const apart = Int16Array.from([...one, ...new Int16Array(16_000 * 3), ...one]);
    const words = decode(decoder, apart);
    const startMs = words.findLast(({ text }) => text === 'we')?.startMs ?? 0;
    expect(Math.abs(startMs - one.length / 16 - 3000 - (words[0]?.startMs ?? 0))).toBeLessThan(150);
  });

  it('has something to say before the end, and is not sure of it', () => {
    const [one = nothing()] = phrases;
    decoder.begin();
    expect(decoder.words()).toEqual([]);
    for (let at = 0; at < one.length; at += 160) decoder.push(one.subarray(at, at + 160));
    const soFar = decoder.words();
    expect(soFar.length).toBeGreaterThan(4);
    expect(soFar.every(({ confidence }) => confidence === 0)).toBe(true);
    expect(decoder.end().length).toBeGreaterThan(4);
  });

  it('hears an utterance to the last bit as a fresh decoder does, whatever came before', async () => {
    const fresh: unknown[] = [];
    for (const phrase of phrases) {
      const other = await createDecoder(files);
      fresh.push(decode(other, phrase));
      other.free();
    }
    for (const step of [1, 2]) {
      for (const i of phrases.keys()) {
        decode(decoder, phrases[(i + step) % phrases.length]);
        expect(decode(decoder, phrases[i])).toEqual(fresh[i]);
      }
    }
  }, 120_000);

  it('does so where speech is cut in its middle, which the last frames before have a part in', async () => {
    const cut = phrases.map((phrase) => phrase.subarray(4000, -4000));
    // Without zeros between utterances, the probabilities of these two differ after three of the eight.
    for (const phrase of [cut[1], cut[3]]) {
      const other = await createDecoder(files);
      const fresh = decode(other, phrase);
      other.free();
      expect(fresh.length).toBeGreaterThan(0);
      for (const before of cut) {
        decode(decoder, before);
        expect(decode(decoder, phrase)).toEqual(fresh);
      }
    }
  }, 120_000);

  it('hears nothing in silence, nor in nothing', () => {
    expect(decode(decoder, new Int16Array(16_000))).toEqual([]);
    expect(decode(decoder, nothing())).toEqual([]);
  });

  it('says that a model cannot be loaded', async () => {
    await expect(createDecoder({ ...files, acoustic: '/nowhere' })).rejects.toThrow(/cannot load the model \/nowhere/);
    await expect(createDecoder({ ...files, library: '/nowhere.so' })).rejects.toThrow();
  });
});
