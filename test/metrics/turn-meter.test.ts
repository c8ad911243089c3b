import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { Timeline } from '../../src/metrics/timeline.ts';
import { TurnMeter } from '../../src/metrics/turn-meter.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 };

/** So many ms of digital silence, then of a loud square wave without a mean. */
function sound(silentMs: number, loudMs: number): Uint8Array {
  const samples = new Int16Array((silentMs + loudMs) * 8);
  for (let i = silentMs * 8; i < samples.length; i++) samples[i] = i % 2 === 0 ? 8000 : -8000;
  return new Uint8Array(samples.buffer);
}

class Measured {
  readonly meter: TurnMeter;
  readonly #format: AudioFormat;

  constructor(wanted: AudioFormat = format) {
    this.#format = wanted;
    this.meter = new TurnMeter(wanted);
  }

  text(atMs: number, chars = 10): this {
    this.meter.textSent(atMs, chars);
    return this;
  }

  flush(atMs: number): this {
    this.meter.flushSent(atMs);
    return this;
  }

  audio(atMs: number, silentMs: number, loudMs: number): this {
    this.meter.audio({ format: this.#format, bytes: sound(silentMs, loudMs), firstSample: undefined }, atMs);
    return this;
  }

  report(connected?: Timeline) {
    return this.meter.report('t', 'done', connected && { timeline: connected, requestId: 'r' }, 1);
  }
}

describe('the first sound of a turn', () => {
  it('is measured from the flush, and from the first text', () => {
    const report = new Measured().text(900).flush(1000).audio(1200, 0, 100).report();
    expect(report).toMatchObject({ ttfbMs: 200, ttfbFlushMs: 200, ttfbFirstTextMs: 300 });
  });

  it('is measured from the first text where no flush was sent before it', () => {
    const report = new Measured().text(900).audio(1200, 0, 100).flush(1300).report();
    expect(report).toMatchObject({ ttfbMs: 300, ttfbFirstTextMs: 300, ttfbFlushMs: undefined });
  });

  it('is measured from the first of several flushes and texts', () => {
    const report = new Measured().text(900).flush(1000).text(1100).flush(1150).audio(1200, 0, 100).report();
    expect(report).toMatchObject({ ttfbFlushMs: 200, ttfbFirstTextMs: 300, chars: 20 });
  });

  it('has no figure where there was no sound, or no text', () => {
    const silent = new Measured().text(900).flush(1000).report();
    expect(silent).toMatchObject({ bytes: 0, chunks: 0, chars: 10, audioMs: 0 });
    for (const name of ['ttfbMs', 'ttfaMs', 'leadingSilenceMs', 'rtf', 'deliveryRate', 'gapMaxMs'] as const) {
      expect(silent[name]).toBeUndefined();
    }
    expect(new Measured().audio(5, 0, 100).report().ttfbMs).toBeUndefined();
    expect(JSON.parse(JSON.stringify(silent))).not.toHaveProperty('ttfbMs');
  });

  it.each([0, 1, 40, 250])('has %d ms of silence in front, ± 1', (silentMs) => {
    const report = new Measured().text(0).flush(0).audio(10, silentMs, 200).report();
    expect(Math.abs((report.leadingSilenceMs ?? -9) - silentMs)).toBeLessThanOrEqual(1);
  });

  it('is found in whatever pieces it comes', () => {
    const whole = new Measured().text(0).flush(0).audio(10, 120, 100).report();
    const pieces = new Measured().text(0).flush(0);
    const bytes = sound(120, 100);
    for (let i = 0; i < bytes.length; i += 2) {
      pieces.meter.audio({ format, bytes: bytes.subarray(i, i + 2), firstSample: undefined }, 10);
    }
    const { ttfaMs, leadingSilenceMs, ttfbMs } = pieces.report();
    expect({ leadingSilenceMs, ttfbMs }).toEqual({ leadingSilenceMs: whole.leadingSilenceMs, ttfbMs: whole.ttfbMs });
    expect(Math.abs((ttfaMs ?? -9) - (whole.ttfaMs ?? 9))).toBeLessThan(0.5);
  });

  it('is found when the sound ends right after it', () => {
    const report = new Measured().text(0).flush(0).audio(100, 30, 52).report();
    expect(report.leadingSilenceMs).toBe(30);
    expect(report.ttfaMs).toBe(130);
  });

  it('is never heard in a turn of silence', () => {
    const report = new Measured().text(0).flush(0).audio(100, 500, 0).report();
    expect(report).toMatchObject({ ttfbMs: 100, leadingSilenceMs: undefined, ttfaMs: undefined, ttfaSumMs: undefined });
  });
});

describe('ttfaMs, at a player that has no pre-roll and stalls when starved', () => {
  it('is first byte and silence where the sound comes in one piece', () => {
    const report = new Measured().text(1000).flush(1000).audio(1200, 50, 100).report();
    expect(report).toMatchObject({ ttfbMs: 200, leadingSilenceMs: 50, ttfaMs: 250, ttfaSumMs: 250 });
  });

  it('does not wait for a chunk that is there in time', () => {
    // Played from 1200 to 1300, then on from 1300 without a stop: the onset at 1400.
    const report = new Measured()
      .text(1000)
      .flush(1000)
      .audio(1200, 100, 0)
      .audio(1250, 100, 0)
      .audio(1260, 0, 200)
      .report();
    expect(report).toMatchObject({ leadingSilenceMs: 200, ttfaMs: 400, ttfaSumMs: 400 });
  });

  it('waits for a chunk that is late, which the sum does not know', () => {
    // Played to 1400, starved until 1500; the onset is that chunk's first sample.
    const report = new Measured()
      .text(1000)
      .flush(1000)
      .audio(1200, 100, 0)
      .audio(1250, 100, 0)
      .audio(1500, 0, 200)
      .report();
    expect(report).toMatchObject({ ttfbMs: 200, leadingSilenceMs: 200, ttfaMs: 500, ttfaSumMs: 400 });
  });

  it('finds the instant of an onset that was recognised only in a later chunk', () => {
    // Loud from 90 ms on, known only 50 ms later: it plays at 1200 + 90, whatever comes late behind it.
    const report = new Measured().text(1000).flush(1000).audio(1200, 90, 10).audio(1900, 0, 100).report();
    expect(report).toMatchObject({ leadingSilenceMs: 90, ttfaMs: 290 });
  });

  it('adds connecting and handshake for a cold start', () => {
    const line = new Timeline();
    line.mark('connectStart', 0);
    line.mark('open', 30);
    line.mark('handshakeStart', 400);
    line.mark('ready', 420);
    const report = new Measured().text(1000).flush(1000).audio(1200, 50, 100).report(line);
    expect(report).toMatchObject({ connectMs: 30, handshakeMs: 20, coldTtfaMs: 300, requestId: 'r' });
  });

  it('tells the steps of connecting apart', () => {
    const line = new Timeline();
    for (const [name, atMs] of Object.entries({ connectStart: 5, dns: 8, tcp: 20, tls: 45, open: 60 })) {
      if (name === 'connectStart' || name === 'dns' || name === 'tcp' || name === 'tls' || name === 'open')
        line.mark(name, atMs);
    }
    expect(new Measured().report(line)).toMatchObject({ dnsMs: 3, tcpMs: 12, tlsMs: 25, connectMs: 55 });
    const plain = new Timeline();
    plain.mark('connectStart', 5);
    plain.mark('tcp', 9);
    plain.mark('open', 12);
    const report = new Measured().report(plain);
    expect(report).toMatchObject({ tcpMs: 4, connectMs: 7, dnsMs: undefined, tlsMs: undefined });
  });
});

describe('how fast the sound came', () => {
  it('gives the factor of processing to sound: lower is faster', () => {
    const report = new Measured().text(0).flush(0).audio(100, 0, 500).audio(200, 0, 500).report();
    expect(report).toMatchObject({ audioMs: 1000, processingMs: 200, rtf: 0.2 });
  });

  it('gives 1 as the delivery rate of a service that paces in real time', () => {
    const measured = new Measured().text(0).flush(0);
    for (let i = 0; i < 10; i++) measured.audio(100 + i * 100, 0, 100);
    // 900 ms of sound in the 900 ms after the first chunk.
    expect(measured.report()).toMatchObject({ deliveryRate: 1, rtf: 1, gapMaxMs: 100 });
  });

  it('has a p95 of a hundred gaps, and none of fewer', () => {
    const framesOf = (count: number) => {
      const measured = new Measured().text(0).flush(0);
      for (let i = 0; i < count; i++) measured.audio(100 + i * 20, 0, 20);
      return measured.report();
    };
    expect(framesOf(100)).toMatchObject({ gapMaxMs: 20, gapP95Ms: undefined });
    expect(framesOf(101)).toMatchObject({ gapMaxMs: 20, gapP95Ms: 20 });
  });

  it('has no delivery rate for a single chunk', () => {
    expect(new Measured().text(0).flush(0).audio(100, 0, 100).report().deliveryRate).toBeUndefined();
  });

  it('counts bytes and chunks, and knows the longest gap', () => {
    const report = new Measured().text(0).flush(0).audio(10, 0, 10).audio(12, 0, 10).audio(92.5, 0, 10).report();
    expect(report).toMatchObject({ bytes: 480, chunks: 3, gapMaxMs: 80.5 });
  });

  it('rounds to a thousandth', () => {
    const report = new Measured().text(0).flush(0).audio(0.123456, 0, 100).report();
    expect(report.ttfbMs).toBe(0.123);
  });
});

describe('compressed sound', () => {
  it('has no figures of time in the sound, but those of its arrival', () => {
    const report = new Measured({ ...format, encoding: 'mp3' })
      .text(0)
      .flush(0)
      .audio(150, 0, 100)
      .audio(180, 0, 100)
      .report();
    expect(report).toMatchObject({ ttfbMs: 150, processingMs: 30 + 150, gapMaxMs: 30, bytes: 3200, chunks: 2 });
    for (const name of ['audioMs', 'rtf', 'deliveryRate', 'leadingSilenceMs', 'ttfaMs', 'ttfaSumMs'] as const) {
      expect(report[name]).toBeUndefined();
    }
  });

  it('that was not asked for is not measured as what was asked for', () => {
    const meter = new TurnMeter(format);
    meter.textSent(0, 1);
    const loud = new Uint8Array(1600).map((_, i) => (i % 4 < 2 ? 0x20 : 0xd0));
    meter.audio({ format: { ...format, encoding: 'mp3' }, bytes: loud, firstSample: undefined }, 20);
    expect(meter.durationMs(1600)).toBeUndefined();
    const report = meter.report('t', 'done', undefined, 1);
    expect(report).toMatchObject({ ttfbMs: 20, bytes: 1600 });
    for (const name of ['audioMs', 'rtf', 'deliveryRate', 'leadingSilenceMs', 'ttfaMs', 'ttfaSumMs'] as const) {
      expect(report[name]).toBeUndefined();
    }
  });

  it('and PCM of another rate is measured by its own', () => {
    const meter = new TurnMeter(format);
    meter.textSent(0, 1);
    const other: AudioFormat = { ...format, sampleRateHz: 16_000 };
    meter.audio({ format: other, bytes: new Uint8Array(3200), firstSample: 0 }, 20);
    expect(meter.report('t', 'done', undefined, 1)).toMatchObject({ audioMs: 100 });
  });

  it('has them all for mu-law, whose bytes are samples', () => {
    const meter = new TurnMeter({ ...format, encoding: 'mulaw' });
    meter.textSent(0, 1);
    // 0xff is silence; 0x80 and 0x00 are the loudest of both signs.
    const bytes = new Uint8Array(1600).fill(0xff);
    for (let i = 800; i < 1600; i++) bytes[i] = i % 2 === 0 ? 0x80 : 0x00;
    meter.audio({ format: { ...format, encoding: 'mulaw' }, bytes, firstSample: 0 }, 20);
    expect(meter.report('t', 'done', undefined, 1)).toMatchObject({ audioMs: 200, leadingSilenceMs: 100, ttfaMs: 120 });
  });
});
