import { describe, expect, it } from 'vitest';
import type { AudioChunk, AudioFormat } from '../../src/audio/format.ts';
import type { WordSpeaker } from '../../src/doctor/engines.ts';
import {
  type HeardWords,
  type RecogniserParts,
  recogniserCheck,
  type WordHearer,
} from '../../src/doctor/recogniser.ts';
import { errorTable, SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { signal } = new AbortController();

/** Says three samples, in two pieces. */
class Speaker implements WordSpeaker {
  closed = 0;
  asked: object | undefined;
  wished: object | undefined;
  async choose(wished: { language: string; voice?: string }) {
    this.wished = wished;
    return { voice: 'rms', language: 'en-US' };
  }
  async *synthesize(request: { text: string; format: AudioFormat }): AsyncIterable<AudioChunk | object> {
    this.asked = request;
    yield { word: 'Go', startMs: 0, endMs: 1 };
    yield { format: request.format, bytes: Uint8Array.of(1, 0, 2, 0), firstSample: 0 };
    yield { format: request.format, bytes: Uint8Array.of(3, 0), firstSample: 2 };
  }
  async close() {
    this.closed++;
  }
}

type Result = { type: string; text?: string };

/** Hears what it is told to, half a second after the end of the audio. */
class Hearer implements WordHearer {
  closed = 0;
  settings: object | undefined;
  readonly heard: number[] = [];
  readonly #results: readonly Result[];
  readonly #clock: ManualClock;
  constructor(clock: ManualClock, ...results: Result[]) {
    this.#clock = clock;
    this.#results = results;
  }
  async open(settings: object): Promise<HeardWords> {
    this.settings = settings;
    const [results, clock, heard] = [this.#results, this.#clock, this.heard];
    let ended = false;
    return {
      results: (async function* () {
        await clock.advance(500);
        if (!ended) throw new Error('the audio has no end');
        yield* results;
      })(),
      write: (samples) => {
        heard.push(...samples);
        return undefined;
      },
      end: () => {
        ended = true;
      },
      close: () => {},
    };
  }
  async close() {
    this.closed++;
  }
}

function parts(clock: ManualClock, hearer: WordHearer, speaker: WordSpeaker = new Speaker()): RecogniserParts {
  const find = () => ({ library: '/lib/libpocketsphinx.so.3', model: '/model/en-us' });
  return { find, openSpeaker: () => speaker, openHearer: () => hearer, clock };
}

describe('the check of the recogniser', () => {
  it('lets it hear a sentence of our own voice, and says how long that took', async () => {
    const clock = new ManualClock();
    const speaker = new Speaker();
    const hearer = new Hearer(
      clock,
      { type: 'speechStarted' },
      { type: 'interim', text: 'gopher' },
      { type: 'final', text: 'go forward' },
      { type: 'final', text: '' },
      { type: 'final', text: 'ten meters' },
    );
    expect(await recogniserCheck(parts(clock, hearer, speaker)).run(signal)).toEqual({
      status: 'ok',
      detail: 'heard "go forward ten meters" in 500 ms, loading included; model /model/en-us',
      data: {
        library: '/lib/libpocketsphinx.so.3',
        model: '/model/en-us',
        heard: 'go forward ten meters',
        recognitionMs: 500,
      },
    });
    expect(hearer.heard).toEqual([1, 2, 3]);
    expect(hearer.settings).toEqual({ sampleRateHz: 16_000, language: 'en', interim: false, endpointingMs: false });
    expect(speaker.wished).toEqual({ language: 'en', voice: 'rms' });
    expect(speaker.asked).toMatchObject({ text: 'Go forward ten meters.', format: { sampleRateHz: 16_000 } });
    expect([speaker.closed, hearer.closed]).toEqual([1, 1]);
  });

  it('warns where it is not installed, naming the packages, and opens nothing', async () => {
    const nothing = () => Promise.reject(new Error('nothing to open'));
    const find = async () => ({ model: '/model', missing: 'the library libpocketsphinx.so.3' });
    const check = recogniserCheck({ find, openSpeaker: nothing, openHearer: nothing, clock: new ManualClock() });
    expect(await check.run(signal)).toEqual({
      status: 'warn',
      detail: 'missing the library libpocketsphinx.so.3',
      todo: errorTable.E_RECOGNISER.todo,
      code: 'E_RECOGNISER',
      data: { missing: 'the library libpocketsphinx.so.3' },
    });
    expect(errorTable.E_RECOGNISER.todo).toContain('pocketsphinx and pocketsphinx-en-us');
  });

  it('fails where it hears nothing, and closes it', async () => {
    const clock = new ManualClock();
    const hearer = new Hearer(clock, { type: 'interim', text: 'go' }, { type: 'final', text: '' });
    await expect(recogniserCheck(parts(clock, hearer)).run(signal)).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(hearer.closed).toBe(1);
  });

  it('fails where it does not load, and closes it', async () => {
    const clock = new ManualClock();
    const hearer = new Hearer(clock);
    hearer.open = () => Promise.reject(new SpeechError('E_ENGINE', 'no such symbol'));
    await expect(recogniserCheck(parts(clock, hearer)).run(signal)).rejects.toThrow('no such symbol');
    expect(hearer.closed).toBe(1);
  });

  it('closes the voice that fails', async () => {
    const clock = new ManualClock();
    const speaker = new Speaker();
    speaker.choose = () => Promise.reject(new SpeechError('E_ENGINE', 'no worker'));
    const hearer = new Hearer(clock);
    await expect(recogniserCheck(parts(clock, hearer, speaker)).run(signal)).rejects.toThrow('no worker');
    expect([speaker.closed, hearer.closed]).toEqual([1, 0]);
  });

  it('runs when nothing else is timed', () => {
    const clock = new ManualClock();
    expect(recogniserCheck(parts(clock, new Hearer(clock)))).toMatchObject({ name: 'pocketsphinx', stage: 'engine' });
  });
});
