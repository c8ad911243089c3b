import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioChunk, AudioFormat } from '../../src/audio/format.ts';
import { headerMismatch, PcmStream } from '../../src/audio/pcm-stream.ts';
import { wavHeader } from '../../src/audio/wav-header.ts';

const mono: AudioFormat = { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 };
const stereo: AudioFormat = { ...mono, channels: 2 };
const header = wavHeader(mono, 'stream');

function ramp(byteCount: number, from = 1): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, i) => (from + i) & 0x7f);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Everything that comes of the frames: the bytes joined, and whether the chunks were numbered without a hole. */
function run(frames: readonly Uint8Array[], format = mono, onHeader?: ConstructorParameters<typeof PcmStream>[1]) {
  const stream = new PcmStream(format, onHeader);
  const chunks: AudioChunk[] = [];
  for (const frame of frames) {
    const chunk = stream.push(frame);
    if (chunk) chunks.push(chunk);
  }
  const { chunk, droppedBytes } = stream.end();
  if (chunk) chunks.push(chunk);
  const sampleBytes = 2 * format.channels;
  let next = 0;
  for (const { bytes, firstSample } of chunks) {
    expect(firstSample).toBe(next);
    expect(bytes.length % sampleBytes).toBe(0);
    expect(bytes.length).toBeGreaterThan(0);
    next += bytes.length / sampleBytes;
  }
  return { bytes: concat(...chunks.map((part) => part.bytes)), chunks, droppedBytes };
}

/** A cut of bytes into frames, by the lengths given. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    frames.push(bytes.subarray(at, at + length));
    at += length;
  }
  frames.push(bytes.subarray(at));
  return frames;
}

describe('PcmStream', () => {
  it('hands out the very bytes of a frame of whole samples, uncopied', () => {
    const stream = new PcmStream(mono);
    const first = ramp(960);
    const second = ramp(8);
    expect(stream.push(first)?.bytes).toBe(first);
    const chunk = stream.push(second);
    expect(chunk?.bytes).toBe(second);
    expect(chunk).toEqual({ format: mono, bytes: second, firstSample: 480 });
    expect(stream.end()).toEqual({ chunk: undefined, droppedBytes: 0 });
  });

  it('carries the odd byte of a frame into the next one', () => {
    const { bytes, chunks, droppedBytes } = run([ramp(3), ramp(3, 4), ramp(2, 7)]);
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(chunks.map((chunk) => chunk.bytes.length)).toEqual([2, 4, 2]);
    expect(droppedBytes).toBe(0);
  });

  it('keeps a copy of the odd byte, for the frame may be overwritten', () => {
    const stream = new PcmStream(mono);
    const frame = Uint8Array.of(1, 2, 3);
    stream.push(frame);
    frame.fill(99);
    expect([...(stream.push(Uint8Array.of(4))?.bytes ?? [])]).toEqual([3, 4]);
  });

  it('drops the last byte of an odd turn and says so', () => {
    expect(run([ramp(5)])).toMatchObject({ droppedBytes: 1 });
    expect(run([ramp(1)])).toMatchObject({ droppedBytes: 1, chunks: [] });
  });

  it('keeps the samples of all channels together', () => {
    const { chunks, droppedBytes } = run([ramp(7), ramp(6)], stereo);
    expect(chunks.map((chunk) => chunk.bytes.length)).toEqual([4, 8]);
    expect(droppedBytes).toBe(1);
  });

  it('gives nothing for an empty frame', () => {
    expect(new PcmStream(mono).push(new Uint8Array(0))).toBeUndefined();
    expect([...run([new Uint8Array(0), header, new Uint8Array(0), ramp(2)]).bytes]).toEqual([1, 2]);
  });

  it('passes compressed audio as it is, without numbers', () => {
    const mp3: AudioFormat = { encoding: 'mp3', sampleRateHz: 44_100, channels: 1 };
    const stream = new PcmStream(mp3);
    const frame = concat(header, ramp(3));
    expect(stream.push(frame)).toEqual({ format: mp3, bytes: frame, firstSample: undefined });
    expect(stream.push(new Uint8Array(0))).toBeUndefined();
    expect(stream.end()).toEqual({ chunk: undefined, droppedBytes: 0 });
  });
});

describe('PcmStream and RIFF headers', () => {
  it('strips one at the start, and says what it says', () => {
    const found: unknown[] = [];
    const { bytes } = run([concat(header, ramp(4)), ramp(2, 5)], mono, (format) => found.push(format));
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(found).toEqual([{ formatTag: 1, channels: 1, sampleRateHz: 24_000, bitsPerSample: 16 }]);
  });

  it('strips one that is split over frames, wherever it is cut', () => {
    const all = concat(header, ramp(6));
    for (let at = 1; at < all.length; at++) {
      expect([...run(cut(all, [at])).bytes], `cut at ${at}`).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('strips one that comes byte by byte', () => {
    const { bytes, droppedBytes } = run([...concat(header, ramp(6))].map((byte) => Uint8Array.of(byte)));
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(droppedBytes).toBe(0);
  });

  it('strips one at the start of every later frame, also split in two', () => {
    const wav = concat(header, ramp(4));
    expect([...run([wav, wav, wav]).bytes]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
    expect([...run([ramp(2), wav.subarray(0, 20), wav.subarray(20)]).bytes]).toEqual([1, 2, 1, 2, 3, 4]);
  });

  it('takes an odd byte before a new header for lost', () => {
    const { bytes, droppedBytes } = run([ramp(3), concat(header, ramp(2, 9))]);
    expect([...bytes]).toEqual([1, 2, 9, 10]);
    expect(droppedBytes).toBe(1);
  });

  it('leaves alone what only begins like one', () => {
    const riff = Uint8Array.from(Buffer.from('RIFFabcdEFGHijkl'));
    expect(run([riff]).bytes).toEqual(riff);
    expect(run([ramp(2), riff]).bytes).toEqual(concat(ramp(2), riff));
    const almost = Uint8Array.from(Buffer.from('RIxx'));
    expect(run([almost.subarray(0, 1), almost.subarray(1)]).bytes).toEqual(almost);
  });

  it('gives out at the end what was held back and was no header', () => {
    expect([...run([Uint8Array.from(Buffer.from('RI'))]).bytes]).toEqual([0x52, 0x49]);
    expect(run([Uint8Array.from(Buffer.from('RIF'))])).toMatchObject({ droppedBytes: 1 });
  });

  it('never gives out a part of a header that is one for certain', () => {
    expect(run([header.subarray(0, 24)])).toMatchObject({ chunks: [], droppedBytes: 0 });
    expect(run([header])).toMatchObject({ chunks: [], droppedBytes: 0 });
  });

  it('stops waiting for a header that never ends', () => {
    const endless = new Uint8Array(70_000);
    endless.set(Buffer.from('RIFF\0\0\0\0WAVELIST\xff\xff\x01\0', 'latin1'));
    const stream = new PcmStream(mono);
    expect(stream.push(endless.subarray(0, 1000))).toBeUndefined();
    expect(stream.push(endless.subarray(1000))?.bytes.length).toBe(70_000);
  });

  it('also looks into mu-law', () => {
    const mulaw: AudioFormat = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 };
    const stream = new PcmStream(mulaw);
    const chunk = stream.push(concat(wavHeader(mulaw, 'stream'), ramp(3)));
    expect([...(chunk?.bytes ?? [])]).toEqual([1, 2, 3]);
  });
});

describe('PcmStream, whatever the cuts', () => {
  const cuts = fc.array(fc.nat({ max: 30 }), { maxLength: 20 });
  // No byte is an R: what only looks like a header has its own tests.
  const samples = fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.map((byte) => (byte === 0x52 ? 0 : byte)));

  it('the bytes written are the bytes received', () => {
    fc.assert(
      fc.property(samples, cuts, (bytes, lengths) => {
        const out = run(cut(bytes, lengths));
        expect(out.bytes).toEqual(bytes.subarray(0, bytes.length - (bytes.length % 2)));
        expect(out.droppedBytes).toBe(bytes.length % 2);
      }),
    );
  });

  it('a header in front changes nothing', () => {
    fc.assert(
      fc.property(samples, cuts, (bytes, lengths) => {
        expect(run(cut(concat(header, bytes), lengths)).bytes).toEqual(run(cut(bytes, lengths)).bytes);
      }),
    );
  });
});

describe('headerMismatch', () => {
  const good = { formatTag: 1, channels: 1, sampleRateHz: 24_000, bitsPerSample: 16 };
  it.each([
    [good, mono, undefined],
    [{ ...good, sampleRateHz: 22_050 }, mono, '22050 Hz'],
    [{ ...good, channels: 2 }, mono, '2 channels'],
    [{ ...good, bitsPerSample: 8 }, mono, '8 bits'],
    [{ ...good, formatTag: 3, bitsPerSample: 32 }, mono, 'format tag 3'],
    [{ ...good, channels: 2 }, stereo, undefined],
    [{ ...good, sampleRateHz: 8000, channels: 2 }, mono, '8000 Hz, 2 channels'],
    [
      { formatTag: 7, channels: 1, sampleRateHz: 8000, bitsPerSample: 8 },
      { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 },
      undefined,
    ],
    [{ ...good, sampleRateHz: 8000 }, { encoding: 'alaw', sampleRateHz: 8000, channels: 1 }, 'format tag 1'],
  ] as const)('%o against %o: %s', (found, wanted, expected) => {
    expect(headerMismatch(found, wanted)).toBe(expected);
  });
});
