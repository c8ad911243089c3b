import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mulawToLinear } from '../../src/audio/g711.ts';
import { systemClock } from '../../src/clock.ts';
import type { Synthesizer } from '../../src/engine/engine.ts';
import { createFliteEngine } from '../../src/engine/flite.ts';
import { fliteVoices } from '../../src/engine/flite-voices.ts';
import { noLog } from '../../src/log.ts';
import { audioOf, linear24, never, requestOf } from './contract.ts';
import { fliteMember } from './members.ts';

let engine: Synthesizer;
const workers: Worker[] = [];
const note = (worker: Worker) => workers.push(worker);
beforeAll(() => {
  process.on('worker', note);
  engine = createFliteEngine({ clock: systemClock, log: noLog });
});
afterAll(async () => {
  await engine.close();
  process.off('worker', note);
  expect(workers.length).toBeGreaterThan(0);
  for (const worker of workers) expect(worker.threadId).toBe(-1);
});

const linear16k = { ...linear24, sampleRateHz: 16_000 };

async function samplesOf(text: string, voice = 'slt', speed = 1): Promise<Int16Array> {
  const bytes = await audioOf(engine, { ...requestOf(fliteMember, text), voice, speed, format: linear16k });
  return new Int16Array(new Uint8Array(bytes).buffer);
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** RMS of each 10 ms at 16 kHz. */
function loudness(samples: Int16Array): number[] {
  return Array.from({ length: Math.floor(samples.length / 160) }, (_, i) =>
    rms(samples.subarray(160 * i, 160 * i + 160)),
  );
}

describe.each(fliteVoices)('the voice $id', ({ id, floorRms }) => {
  const onsets = ['Fifty', 'Thin', 'Hat', 'Sun', 'Who', 'Zoo', 'Apple', 'Moon', 'Cook', 'Tap', 'We', 'What'];

  it('is silent for 10 ms in front of every sound, and no longer', async () => {
    for (const word of onsets) {
      const [quiet = Number.NaN, sound = Number.NaN] = loudness(await samplesOf(`${word}.`, id));
      // kal is resampled from 8 kHz, which smears a sound over the edge of its block.
      expect(quiet, word).toBeLessThan(floorRms * 2);
      expect(sound, word).toBeGreaterThan(floorRms * 0.7);
    }
  });

  it('is silent for 60 ms behind a clause and for 250 ms behind a sentence', async () => {
    for (const [end, tailMs] of [
      [',', 60],
      ['.', 250],
    ] as const) {
      const heard = loudness(await samplesOf(`Come back to the house${end}`, id));
      const lastLoud = heard.findLastIndex((loud) => loud > floorRms);
      expect(heard.length - 1 - lastLoud).toBeGreaterThanOrEqual(tailMs / 10 - 1);
      expect(heard.length - 1 - lastLoud).toBeLessThanOrEqual(tailMs / 10 + 1);
    }
  });

  it('keeps the soft breath in front of a vowel', async () => {
    const heard = loudness(await samplesOf('Half of it.', id));
    const vowel = heard.findIndex((loud) => loud > 1000);
    expect(heard.slice(0, vowel).filter((loud) => loud > floorRms).length).toBeGreaterThanOrEqual(2);
  });

  it('speaks faster on demand, without losing its edges', async () => {
    const [slow, fast] = [
      await samplesOf('A sentence of some length.', id, 0.8),
      await samplesOf('A sentence of some length.', id, 2),
    ];
    expect(slow.length / fast.length).toBeGreaterThan(1.7);
    expect(loudness(fast)[1]).toBeGreaterThan(floorRms * 0.7);
  });
});

describe('the engine', () => {
  it('lists its voices without its own measures', async () => {
    const voices = await engine.voices();
    expect(voices.map(({ id }) => id)).toEqual(['slt', 'rms', 'awb', 'kal16', 'kal']);
    expect(Object.keys(voices[0] ?? {}).sort()).toEqual(['description', 'gender', 'id', 'language']);
  });

  it('reads what is not ASCII by its nearest letters, and other scripts not at all', async () => {
    expect(await samplesOf('The café’s owner.')).toEqual(await samplesOf("The cafe's owner."));
    for (const text of ['日本語です。', '🎉', '…', '\u0000']) expect((await samplesOf(text)).length).toBe(0);
  });

  it('takes the tail from the text as it was written', async () => {
    const [fullWidth, ascii] = [await samplesOf('yes！'), await samplesOf('yes!')];
    expect(fullWidth).toEqual(ascii);
  });

  it('gives the first audio before the sentence is made', async () => {
    const slices: number[] = [];
    for await (const output of engine.synthesize(requestOf(fliteMember, fliteMember.long), never())) {
      if ('bytes' in output) slices.push(output.bytes.length);
    }
    const bytesPerMs = 48;
    expect(slices[0]).toBeGreaterThanOrEqual(100 * bytesPerMs);
    expect(slices[0]).toBeLessThan(150 * bytesPerMs);
    expect(slices.length).toBeGreaterThan(20);
  });

  it('speaks a text of 1200 characters piece by piece, cut between words', async () => {
    const long = async (text: string) => (await samplesOf(text, 'kal16')).length;
    const words = (count: number) => 'eleven '.repeat(count).trim();
    const wordSamples = (await long(words(20))) / 20;
    expect((await long(words(171))) / wordSamples).toBeGreaterThan(160);
    expect((await long(words(171))) / wordSamples).toBeLessThan(182);
  });

  it('encodes what it says in linear16 likewise in µ-law', async () => {
    const request = requestOf(fliteMember, 'Likewise,');
    const linear = new Int16Array(new Uint8Array(await audioOf(engine, { ...request, format: linear16k })).buffer);
    const mulaw = mulawToLinear(await audioOf(engine, { ...request, format: { ...linear16k, encoding: 'mulaw' } }));
    expect(mulaw.length).toBe(linear.length);
    const error = linear.map((sample, i) => sample - (mulaw[i] ?? 0));
    expect(rms(error)).toBeLessThan(rms(linear) / 20);
  });

  it('refuses a voice that choose would have replaced', () => {
    const call = () => engine.synthesize({ ...requestOf(fliteMember, 'x'), voice: 'nobody' }, never());
    expect(call).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }));
  });

  it('takes its own model names without a word, and awb for British', async () => {
    for (const model of ['flite', 'local']) expect((await engine.choose({ model })).warnings).toEqual([]);
    expect(await engine.choose({ voice: 'awb' })).toEqual({ voice: 'awb', language: 'en-GB', warnings: [] });
  });

  it('says in its log that a worker was started', async () => {
    const lines: string[] = [];
    const own = createFliteEngine({ clock: systemClock, log: (area, text) => lines.push(`${area} ${text()}`) });
    await own.close();
    expect(lines).toEqual(['audio flite: worker 1 started']);
  });
});
