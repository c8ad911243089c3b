import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import type { AudioSink } from '../../src/audio/sink.ts';
import { playTone, toneChunks, toneFormat } from '../../src/doctor/tone.ts';

/** A sink that keeps what it is given, and the calls in their order. */
class Recorder implements AudioSink {
  readonly calls: string[] = [];
  readonly chunks: AudioChunk[] = [];
  onWrite: () => Promise<void> | void = () => {};
  refusal: string | undefined;
  refuses(): string | undefined {
    return this.refusal;
  }
  write(chunk: AudioChunk): Promise<void> | void {
    this.chunks.push(chunk);
    return this.onWrite();
  }
  async drain(): Promise<void> {
    this.calls.push('drain');
  }
  abort(): void {
    this.calls.push('abort');
  }
  position() {
    return { playedSamples: this.chunks.reduce((sum, chunk) => sum + chunk.bytes.length / 2, 0), atMs: 0 };
  }
}

function samples(): number[] {
  return toneChunks().flatMap(({ bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(i * 2, true));
  });
}

describe('toneChunks', () => {
  it('is one second of whole chunks, numbered without a gap', () => {
    let next = 0;
    for (const { format, bytes, firstSample } of toneChunks()) {
      expect(format).toEqual(toneFormat);
      expect(firstSample).toBe(next);
      next += bytes.length / 2;
    }
    expect(next).toBe(24_000);
  });

  it('is a tone of 440 Hz, loud enough to hear and far from full scale', () => {
    const tone = samples();
    let crossings = 0;
    for (let i = 1; i < tone.length; i++) if ((tone[i - 1] ?? 0) < 0 && (tone[i] ?? 0) >= 0) crossings++;
    expect(crossings).toBeGreaterThanOrEqual(438);
    expect(crossings).toBeLessThanOrEqual(440);
    const peak = tone.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(8000);
    expect(peak).toBeLessThanOrEqual(8192);
  });

  it('begins and ends without a click', () => {
    const tone = samples();
    const steps = tone.slice(1).map((sample, i) => Math.abs(sample - (tone[i] ?? 0)));
    expect(tone[0]).toBe(0);
    expect(tone.at(-1)).toBe(0);
    expect(Math.max(...steps.slice(0, 100), ...steps.slice(-100))).toBeLessThan(Math.max(...steps) / 2);
  });
});

describe('playTone', () => {
  it('writes all of it, waits until it is heard, and says how much was', async () => {
    const sink = new Recorder();
    expect(await playTone(sink, new AbortController().signal)).toEqual({ playedSamples: 24_000 });
    expect(sink.chunks).toHaveLength(50);
    expect(sink.calls).toEqual(['drain']);
  });

  it('is silent at once when it is aborted', async () => {
    const sink = new Recorder();
    const abort = new AbortController();
    const reason = new Error('enough');
    sink.onWrite = () => {
      if (sink.chunks.length === 3) abort.abort(reason);
    };
    await expect(playTone(sink, abort.signal)).rejects.toBe(reason);
    expect(sink.chunks).toHaveLength(3);
    expect(sink.calls).toContain('abort');
    expect(sink.calls).not.toContain('drain');
  });

  it('says why a sink does not take it', async () => {
    const sink = new Recorder();
    sink.refusal = 'the device plays mulaw only';
    await expect(playTone(sink, new AbortController().signal)).rejects.toMatchObject({
      code: 'E_DEVICE',
      message: 'the device plays mulaw only',
    });
    expect(sink.chunks).toEqual([]);
    expect(sink.calls).toEqual(['abort']);
  });

  it('leaves no sink open that failed', async () => {
    const sink = new Recorder();
    sink.onWrite = () => Promise.reject(new Error('device gone'));
    await expect(playTone(sink, new AbortController().signal)).rejects.toThrow('device gone');
    expect(sink.calls).toEqual(['abort']);
  });

  it('forgets the signal when it is done', async () => {
    const sink = new Recorder();
    const abort = new AbortController();
    await playTone(sink, abort.signal);
    abort.abort();
    expect(sink.calls).toEqual(['drain']);
  });
});
