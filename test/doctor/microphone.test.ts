import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import { type MicrophoneOptions, microphoneCheck } from '../../src/doctor/microphone.ts';
import { runDoctor } from '../../src/doctor/run.ts';
import { errorTable, SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { signal } = new AbortController();
const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
const list = () => [
  { name: 'rec', missing: 'it was not found on the PATH' },
  { name: 'sox', path: '/bin/sox' },
];

/** A microphone that gives chunks of 50 ms of this one sample, and notes how it was left. */
class Microphone {
  readonly name = 'microphone';
  readonly live = true;
  readonly recorder = 'sox';
  readonly format = format;
  closed = 0;
  given = 0;
  readonly #sample: number;
  readonly #chunks: number;
  constructor(sample: number, chunks = Number.POSITIVE_INFINITY) {
    this.#sample = sample;
    this.#chunks = chunks;
  }
  async *chunks(): AsyncGenerator<AudioChunk> {
    for (; this.given < this.#chunks; this.given++) {
      const bytes = new Uint8Array(new Int16Array(800).fill(this.#sample).buffer);
      yield { format, bytes, firstSample: this.given * 800 };
    }
  }
  async close() {
    this.closed++;
  }
}

function of(microphone: Microphone, options: Partial<MicrophoneOptions> = {}) {
  return microphoneCheck({ list, open: async () => microphone, ...options });
}

describe('the check of the microphone', () => {
  it('takes one second, tells what came and how loud it was, keeps none of it, and lets go', async () => {
    const microphone = new Microphone(-3277);
    expect(await of(microphone).run(signal)).toEqual({
      status: 'ok',
      detail: '1.0 s with sox (32000 bytes), thrown away: peak -20 dBFS, RMS -20 dBFS',
      data: { recorder: 'sox', audioMs: 1000, bytes: 32_000, peakDbfs: -20, rmsDbfs: -20 },
    });
    expect(microphone.given).toBeLessThan(25);
    expect(microphone.closed).toBe(1);
  });

  it.each([
    { sample: 0, peak: -120, status: 'warn' },
    { sample: 4, peak: -78.3, status: 'warn' },
    { sample: 8, peak: -72.2, status: 'ok' },
    { sample: -32_768, peak: 0, status: 'ok' },
  ])('takes no more than a recorder’s own noise for silence: samples of $sample', async ({ sample, peak, status }) => {
    const found = await of(new Microphone(sample)).run(signal);
    expect(found).toMatchObject({ status, data: { peakDbfs: peak } });
    expect(found.detail.includes('silence')).toBe(status === 'warn');
    if (status === 'warn') expect(found.todo).toMatch(/unmute .* --device/);
  });

  it('tells how much came of a recording that ends before', async () => {
    const found = await of(new Microphone(1000, 5)).run(signal);
    expect(found).toMatchObject({ detail: expect.stringContaining('0.3 s with sox'), data: { audioMs: 250 } });
  });

  it('warns where a recorder gives nothing at all, or cannot record: a server has no microphone', async () => {
    const nothing = new Microphone(0, 0);
    expect(await of(nothing).run(signal)).toEqual({
      status: 'warn',
      detail: 'sox recorded nothing',
      todo: errorTable.E_RECORDER.todo,
      code: 'E_RECORDER',
    });
    expect(nothing.closed).toBe(1);
    const open = () => Promise.reject(new SpeechError('E_RECORDER', 'sox cannot record: no such device'));
    expect(await of(nothing, { open }).run(signal)).toMatchObject({
      status: 'warn',
      detail: 'sox cannot record: no such device',
    });
  });

  it('fails where it was named', async () => {
    const open = () => Promise.reject(new SpeechError('E_RECORDER', 'sox cannot record'));
    const named = of(new Microphone(0), { open, named: true, list: () => [] });
    await expect(named.run(signal)).rejects.toMatchObject({ code: 'E_RECORDER' });
  });

  it('fails where something else goes wrong', async () => {
    const open = () => Promise.reject(new SpeechError('E_UNEXPECTED', 'no'));
    await expect(of(new Microphone(0), { open }).run(signal)).rejects.toMatchObject({ code: 'E_UNEXPECTED' });
  });

  it('opens nothing where it is not wanted, or no recorder is there', async () => {
    const none = () => [{ name: 'sox', missing: 'it was not found on the PATH' }];
    const open = () => Promise.reject(new Error('nothing to open'));
    expect(await microphoneCheck({ list }).run(signal)).toEqual({ status: 'skip', detail: 'not wanted' });
    expect(await microphoneCheck({ list: none, open }).run(signal)).toEqual({ status: 'skip', detail: 'no recorder' });
  });

  it('does not wait for ever for one that never delivers, and tells it that nobody waits', async () => {
    const clock = new ManualClock();
    let stopped = false;
    const open = (stop: AbortSignal) =>
      new Promise<never>((_, reject) => {
        stop.addEventListener('abort', () => {
          stopped = true;
          reject(stop.reason);
        });
      });
    const running = runDoctor({ checks: [of(new Microphone(0), { open })], clock });
    await clock.advance(20_000);
    const { checks } = await running;
    expect(checks).toMatchObject([{ status: 'fail', code: 'E_RECORDER', detail: 'no answer within 20 s' }]);
    expect(stopped).toBe(true);
  });
});
