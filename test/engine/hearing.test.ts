import { describe, expect, it } from 'vitest';
import { createResampler } from '../../src/audio/resample.ts';
import { SpeechTracker } from '../../src/audio/speech-tracker.ts';
import type { Vad } from '../../src/audio/vad.ts';
import type { Decoder } from '../../src/engine/decoder.ts';
import { Hearing } from '../../src/engine/hearing.ts';
import type { RecogniserSettings, Recognition } from '../../src/engine/recogniser.ts';

const samplesPerMs = 16;

/** Speech is what is not zero, at once. */
const plainVad: Vad = {
  frames: (samples) => (samples.length === 0 ? [] : [samples[0] !== 0]),
  push: () => false,
  reset: () => {},
  close: () => {},
};

/** Hears one word, `x`, as long as the loud samples of the utterance; notes each call. */
class PlainDecoder implements Decoder {
  readonly calls: string[] = [];
  readonly utterances: number[][] = [];
  #heard: number[] = [];

  begin(): void {
    this.calls.push('begin');
    this.#heard = [];
    this.utterances.push(this.#heard);
  }

  push(samples: Int16Array): void {
    this.calls.push(`push ${samples.length}`);
    this.#heard.push(...samples);
  }

  words() {
    const first = this.#heard.findIndex(Boolean);
    const last = this.#heard.findLastIndex(Boolean);
    if (first < 0) return [];
    return [{ text: 'x', startMs: first / samplesPerMs, endMs: (last + 1) / samplesPerMs, confidence: 1 }];
  }

  end() {
    this.calls.push('end');
    return this.words();
  }

  free(): void {}
}

async function hearingWith(settings: Partial<RecogniserSettings> = {}) {
  const all: RecogniserSettings = { sampleRateHz: 16_000, interim: true, endpointingMs: 500, ...settings };
  const decoder = new PlainDecoder();
  const told: Recognition[] = [];
  const resampler = await createResampler({ fromHz: all.sampleRateHz, toHz: 16_000, channels: 1 });
  const parts = { decoder, tracker: new SpeechTracker(plainVad), resampler };
  const hearing = new Hearing(parts, all, (result) => told.push(result));
  const finals = () => told.filter((result) => result.type === 'final');
  return { hearing, decoder, told, finals };
}

const loud = (ms: number) => new Int16Array(ms * samplesPerMs).fill(1000);
const quiet = (ms: number) => new Int16Array(ms * samplesPerMs);

/** What the decoder heard of each utterance, ms of silence and speech: `.300 x500`. */
function shape(utterance: readonly number[]): string {
  const parts: { sign: string; samples: number }[] = [];
  for (const sample of utterance) {
    const sign = sample === 0 ? '.' : 'x';
    const last = parts.at(-1);
    if (last?.sign === sign) last.samples += 1;
    else parts.push({ sign, samples: 1 });
  }
  return parts.map(({ sign, samples }) => `${sign}${samples / samplesPerMs}`).join(' ');
}

describe('an utterance', () => {
  it('is heard with 300 ms in front of it, and the silence that ends it', async () => {
    const { hearing, decoder, told } = await hearingWith();
    hearing.push(quiet(2000));
    hearing.push(loud(700));
    hearing.push(quiet(2000));
    // 60 ms of the detector's speech are taken for its holding on.
    expect(decoder.utterances.map(shape)).toEqual(['.300 x700 .440']);
    expect(told.filter(({ type }) => type !== 'interim')).toMatchObject([
      { type: 'speechStarted', atMs: 2000 },
      { type: 'final', startMs: 0, endMs: 3140, endOfUtterance: true, words: [{ startMs: 2000, endMs: 2700 }] },
    ]);
  });

  it('has no more in front of it than there is, and nothing of the one before', async () => {
    const { hearing, decoder } = await hearingWith();
    hearing.push(quiet(100));
    hearing.push(loud(500));
    hearing.push(quiet(600));
    hearing.push(loud(500));
    hearing.end();
    expect(decoder.utterances.map(shape)).toEqual(['.100 x500 .440', '.160 x500']);
  });

  it('is not begun by a click', async () => {
    const { hearing, decoder, told } = await hearingWith();
    hearing.push(quiet(400));
    hearing.push(loud(90));
    hearing.push(quiet(400));
    hearing.end();
    expect([decoder.calls, told]).toEqual([[], []]);
  });

  it('is heard in the same blocks however the audio comes', async () => {
    const audio = Int16Array.from([...quiet(333), ...loud(777), ...quiet(444), ...loud(200)]);
    const whole = await hearingWith();
    whole.hearing.push(audio);
    whole.hearing.finalize();
    for (const cut of [1, 7, 161, 5000]) {
      const other = await hearingWith();
      for (let at = 0; at < audio.length; at += cut) other.hearing.push(audio.subarray(at, at + cut));
      other.hearing.finalize();
      expect(other.decoder.calls).toEqual(whole.decoder.calls);
      expect(other.told).toEqual(whole.told);
    }
  });

  it('does not end within a word, however little silence was asked for', async () => {
    const { hearing, finals } = await hearingWith({ endpointingMs: 10 });
    for (let i = 0; i < 3; i++) {
      hearing.push(loud(300));
      hearing.push(quiet(130));
    }
    expect(finals()).toEqual([]);
    hearing.push(quiet(10));
    expect(finals().length).toBe(1);
  });

  it('does not end while what may be speech goes on', async () => {
    const { hearing, finals } = await hearingWith();
    hearing.push(loud(300));
    hearing.push(quiet(400));
    hearing.push(loud(300));
    expect(finals()).toEqual([]);
  });
});

describe('a long utterance', () => {
  it('is cut after 20 s at the next short pause, which is no end of it', async () => {
    const { hearing, finals } = await hearingWith();
    hearing.push(loud(19_000));
    hearing.push(quiet(120));
    hearing.push(loud(2000));
    hearing.push(quiet(120));
    hearing.push(loud(500));
    hearing.end();
    expect(finals()).toMatchObject([
      { startMs: 0, endMs: 21_210, endOfUtterance: false, fromFinalize: false },
      { startMs: 21_210, endMs: 21_740, endOfUtterance: false, fromFinalize: false },
    ]);
  });

  it('is cut after 30 s where there is none, without a sample lost or speech beginning anew', async () => {
    const { hearing, decoder, told, finals } = await hearingWith({ endpointingMs: false });
    hearing.push(loud(70_000));
    hearing.finalize();
    expect(decoder.utterances.map(shape)).toEqual(['x30000', 'x30000', 'x10000']);
    expect(finals().map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 30_000],
      [30_000, 60_000],
      [60_000, 70_000],
    ]);
    expect(finals()[1]?.words).toMatchObject([{ startMs: 30_000, endMs: 60_000 }]);
    expect(told.filter(({ type }) => type === 'speechStarted').length).toBe(1);
  });
});

describe('a finalize', () => {
  it('brings the decoder the piece of a frame that is left, and counts it', async () => {
    const { hearing, decoder, finals } = await hearingWith();
    hearing.push(loud(300));
    hearing.push(loud(300).subarray(0, 77));
    hearing.finalize();
    expect(decoder.calls.slice(-2)).toEqual(['push 77', 'end']);
    expect(finals()).toMatchObject([{ endMs: 300 + 77 / samplesPerMs, fromFinalize: true }]);
  });

  it('makes what follows be heard as at a beginning, but for the time', async () => {
    const phrase = Int16Array.from([...quiet(130), ...loud(400), ...quiet(700)]);
    const fresh = await hearingWith();
    fresh.hearing.push(phrase);
    const used = await hearingWith();
    used.hearing.push(loud(123));
    used.hearing.push(loud(1).subarray(0, 8));
    used.hearing.finalize();
    const before = used.decoder.calls.length;
    used.hearing.push(phrase);
    expect(used.decoder.calls.slice(before)).toEqual(fresh.decoder.calls);
    expect(used.finals()[1]).toMatchObject({ startMs: 123.5, endMs: 123.5 + (fresh.finals()[0]?.endMs ?? 0) });
    expect(used.finals()[1]?.words[0]?.startMs).toBe(123.5 + 130);
  });

  it('takes the last samples out of the resampler', async () => {
    const { hearing, decoder, finals } = await hearingWith({ sampleRateHz: 44_100 });
    hearing.push(new Int16Array(44_100).fill(1000));
    hearing.finalize();
    expect(decoder.utterances[0]?.length).toBe(16_000);
    expect(finals()[0]?.endMs).toBe(1000);
    hearing.finalize();
    expect(finals()[1]).toMatchObject({ startMs: 1000, endMs: 1000, text: '' });
  });

  it('asks for nothing of a decoder that has begun nothing', async () => {
    const { hearing, decoder, finals } = await hearingWith();
    hearing.push(quiet(500));
    hearing.finalize();
    expect(decoder.calls).toEqual([]);
    expect(finals()).toMatchObject([{ text: '', endMs: 500, fromFinalize: true }]);
  });
});

describe('what is told', () => {
  it('the end of speech counts from where it was, not from the final', async () => {
    const { hearing, told } = await hearingWith({ utteranceEndMs: 1000, interim: false });
    hearing.push(loud(500));
    hearing.push(quiet(990));
    expect(told.at(-1)?.type).toBe('final');
    hearing.push(quiet(10));
    expect(told.at(-1)).toEqual({ type: 'utteranceEnd', lastWordEndMs: 500 });
    hearing.push(quiet(5000));
    expect(told.filter(({ type }) => type === 'utteranceEnd').length).toBe(1);
  });

  it('the end of speech is told within an utterance that only a finalize ends', async () => {
    const { hearing, told, finals } = await hearingWith({ utteranceEndMs: 1000, endpointingMs: false });
    hearing.push(loud(500));
    hearing.push(quiet(1200));
    expect(told.at(-1)).toEqual({ type: 'utteranceEnd', lastWordEndMs: 500 });
    expect(finals()).toEqual([]);
  });

  it('a stream that is given up has its utterance ended, and tells nothing', async () => {
    const { hearing, decoder, told } = await hearingWith();
    hearing.push(loud(500));
    const before = told.length;
    hearing.discard();
    hearing.discard();
    expect(decoder.calls.filter((call) => call === 'end').length).toBe(1);
    expect(told.length).toBe(before);
  });
});
