import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../../src/audio/format.ts';
import type { AudioSink } from '../../../src/audio/sink.ts';
import { decodingSink } from '../../../src/audio/sinks/decoding.ts';
import { createNullSink } from '../../../src/audio/sinks/null.ts';
import { SpeechError } from '../../../src/errors.ts';
import { needs } from '../../support/programs.ts';
import { compressed, likenessDb } from '../compressed.ts';
import { alaw8k, chunksOf, countingBytes, encoded, joined, mp3, mulaw8k, pcm24k, sine } from '../signal.ts';

/** A sink that remembers, and takes one format alone. */
function memorySink(wanted: AudioFormat) {
  const inner = createNullSink();
  const pieces: Uint8Array[] = [];
  const numbers: (number | undefined)[] = [];
  const calls = { drained: 0, aborted: 0 };
  const sink: AudioSink = {
    ...inner,
    write(chunk) {
      if (chunk.format.encoding !== wanted.encoding) throw new Error(`noise: ${chunk.format.encoding}`);
      pieces.push(chunk.bytes);
      numbers.push(chunk.firstSample);
      return inner.write(chunk);
    },
    async drain() {
      calls.drained++;
    },
    abort() {
      calls.aborted++;
      inner.abort();
    },
  };
  return { sink, calls, numbers, bytes: () => Buffer.concat(pieces), samples: () => samplesOf(Buffer.concat(pieces)) };
}

function samplesOf(bytes: Uint8Array): Int16Array {
  return new Int16Array(Uint8Array.from(bytes).buffer);
}

async function play(sink: AudioSink, format: AudioFormat, bytes: Uint8Array, chunkBytes = 700) {
  for (const chunk of chunksOf(format, bytes, chunkBytes)) await sink.write(chunk);
}

const tone = sine(24_000, 1000, 9000);

describe('decodingSink', () => {
  it('passes on what is wanted, as it is and at once', async () => {
    const memory = memorySink(pcm24k);
    const sink = decodingSink(memory.sink, { wanted: pcm24k });
    expect(sink.refuses(pcm24k)).toBeUndefined();
    const bytes = countingBytes(9600);
    for (const chunk of chunksOf(pcm24k, bytes, 960)) expect(sink.write(chunk)).toBeUndefined();
    expect(memory.bytes()).toEqual(Buffer.from(bytes));
    expect(sink.position().playedSamples).toBe(4800);
    await sink.drain();
    expect(memory.calls).toEqual({ drained: 1, aborted: 0 });
  });

  it('passes mp3 on where mp3 is wanted, whatever rate it has', async () => {
    const memory = memorySink(mp3);
    const sink = decodingSink(memory.sink, { wanted: { ...mp3, sampleRateHz: 44_100 } });
    await play(sink, mp3, countingBytes(2000));
    expect(memory.bytes()).toEqual(Buffer.from(countingBytes(2000)));
  });

  it('makes PCM of another kind into what is wanted, numbered from 0', async () => {
    const memory = memorySink(pcm24k);
    const sink = decodingSink(memory.sink, { wanted: pcm24k });
    await play(sink, mulaw8k, encoded(sine(8000, 1000, 9000), 'mulaw'), 160);
    await sink.drain();
    expect(memory.samples()).toHaveLength(24_000);
    expect(likenessDb(memory.samples(), tone)).toBeGreaterThan(30);
    expect(memory.numbers[0]).toBe(0);
    expect(memory.numbers.every((number, i) => i === 0 || (number ?? 0) > (memory.numbers[i - 1] ?? 0))).toBe(true);
  });

  it.each([mulaw8k, alaw8k])('makes $encoding where a telephone wants it', async (wanted) => {
    const memory = memorySink(wanted);
    const sink = decodingSink(memory.sink, { wanted });
    await play(sink, pcm24k, encoded(tone, 'linear16'));
    await sink.drain();
    expect(memory.bytes()).toHaveLength(8000);
    const back = memorySink(pcm24k);
    const again = decodingSink(back.sink, { wanted: pcm24k });
    await play(again, wanted, memory.bytes());
    await again.drain();
    expect(likenessDb(back.samples(), tone)).toBeGreaterThan(25);
  });

  it('refuses, in words, what it cannot make, and a change on the way', async () => {
    const sink = decodingSink(createNullSink(), { wanted: mp3 });
    const [chunk] = chunksOf(pcm24k, countingBytes(960), 960);
    const says = /^the service's sound is linear16 24000 Hz mono: that cannot be made into mp3 here$/;
    expect(sink.refuses(pcm24k)).toMatch(says);
    expect(() => chunk && sink.write(chunk)).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }));
    const changing = decodingSink(createNullSink(), { wanted: pcm24k });
    await play(changing, pcm24k, countingBytes(960));
    expect(changing.refuses(mp3)).toMatch(/changes on the way, from linear16 24000 Hz mono to mp3/);
    await expect(play(changing, mp3, countingBytes(960))).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });

  it('fails, and passes no noise on, where mp3 is none', async () => {
    const memory = memorySink(pcm24k);
    const sink = decodingSink(memory.sink, { wanted: pcm24k });
    const unsupported = { code: 'E_UNSUPPORTED', message: "the service's sound is called mp3, and is none" };
    await expect(play(sink, mp3, new Uint8Array(40_000).fill(7))).rejects.toMatchObject(unsupported);
    await expect(sink.drain()).rejects.toMatchObject(unsupported);
    expect(memory.bytes()).toHaveLength(0);
    expect(memory.calls.drained).toBe(0);
  });

  it('fails at the end where too little came to tell', async () => {
    const sink = decodingSink(createNullSink(), { wanted: pcm24k });
    await play(sink, mp3, Uint8Array.of(0xff, 0xfb, 0x90));
    await expect(sink.drain()).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });

  it('fails as the sink behind fails', async () => {
    const full = new SpeechError('E_DISK_FULL', 'no room');
    const broken = { ...createNullSink(), write: () => Promise.reject(full) };
    const sink = decodingSink(broken, { wanted: pcm24k });
    await expect(play(sink, mulaw8k, countingBytes(8000))).rejects.toBe(full);
    await expect(sink.drain()).rejects.toBe(full);
  });

  it('waits while the sink behind has no room, and lets go when it is aborted', async () => {
    const memory = memorySink(pcm24k);
    let makeRoom = () => {};
    const narrow: AudioSink = {
      ...memory.sink,
      write: () =>
        new Promise((resolve) => {
          makeRoom = resolve;
        }),
      abort() {
        memory.sink.abort();
        makeRoom();
      },
    };
    const sink = decodingSink(narrow, { wanted: pcm24k });
    let written = false;
    const playing = play(sink, mulaw8k, countingBytes(16_000), 8000).then(() => {
      written = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(false);
    sink.abort();
    sink.abort();
    await playing;
    await sink.drain();
    expect(memory.calls).toEqual({ drained: 0, aborted: 2 });
  });
});

needs('ffmpeg').describe('decodingSink, of mp3 and of Opus in Ogg', () => {
  it.each(['mp3', 'opus'] as const)('%s comes out as linear16', async (encoding) => {
    const memory = memorySink(pcm24k);
    const warnings: string[] = [];
    const sink = decodingSink(memory.sink, { wanted: pcm24k, onWarning: (text) => warnings.push(text) });
    await play(sink, { ...pcm24k, encoding }, await compressed(joined(tone, tone), pcm24k, encoding));
    const before = memory.samples().length;
    // Most is there before the end.
    expect(before).toBeGreaterThan(24_000);
    await sink.drain();
    expect(likenessDb(memory.samples(), joined(tone, tone))).toBeGreaterThan(15);
    expect(warnings).toEqual([]);
  });

  it('says that sound is damaged', async () => {
    const warnings: string[] = [];
    const sink = decodingSink(createNullSink(), { wanted: pcm24k, onWarning: (text) => warnings.push(text) });
    const bytes = await compressed(joined(tone, tone), pcm24k, 'mp3');
    bytes.fill(0x11, 3000, 3500);
    await play(sink, mp3, bytes);
    await sink.drain();
    expect(warnings).toEqual([expect.stringMatching(/^the service's sound is damaged: /)]);
  });
});
