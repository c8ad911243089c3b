import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { median } from '../../src/metrics/latency.ts';
import { ListenMeter } from '../../src/metrics/listen-meter.ts';
import { Timeline } from '../../src/metrics/timeline.ts';
import { samplesOf } from '../support/fake-listen.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 };

const natural = { forced: false, endOfUtterance: true };
const part = { forced: false, endOfUtterance: false };
const forced = { forced: true, endOfUtterance: false };

/** A meter whose audio is sent in pieces of 50 ms as a microphone gives them: each at the instant of its end. */
class Measured {
  readonly meter = new ListenMeter(format);
  #atMs = 1000;

  /** So many ms of a loud tone, or of digital silence. */
  sound(ms: number, sample = 8000): this {
    for (let left = ms; left > 0; left -= 50) {
      this.#atMs += 50;
      this.meter.sent(samplesOf(50, sample), this.#atMs);
    }
    return this;
  }

  silence(ms: number): this {
    return this.sound(ms, 0);
  }

  interim(atMs: number, text: string): this {
    this.meter.interim({ text }, atMs);
    return this;
  }

  final(atMs: number, text: string, startMs: number, endMs: number, kind = natural): this {
    this.meter.final({ text, startMs, endMs }, kind, atMs);
    return this;
  }

  report(timeline?: Timeline) {
    return this.meter.report('done', timeline && { timeline, requestId: 'r' });
  }
}

describe('ttfiMs', () => {
  it('is from the onset’s audio sent to the first interim with a word', () => {
    // 200 ms of silence; the onset is in the piece that ends at 250, sent at 1250.
    const report = new Measured().silence(200).interim(1210, ' ').sound(300).interim(1600, 'so').interim(1700, 'so it');
    expect(report.report().ttfiMs).toBe(350);
  });

  it('is known also where the interim came before the onset was, which takes 50 ms of sound', () => {
    expect(new Measured().sound(50).interim(1060, 'quick').sound(300).report().ttfiMs).toBe(10);
  });

  it.each([
    ['no interim came', new Measured().sound(300).final(1400, 'so', 0, 300)],
    ['nothing was audible', new Measured().silence(300).interim(1400, 'ghost')],
    ['the interim is of speech too low for the onset', new Measured().silence(100).interim(1110, 'low').sound(300)],
  ])('does not exist where %s', (_, measured) => {
    expect(measured.report()).toHaveProperty('ttfiMs', undefined);
  });
});

describe('the end of speech', () => {
  // Speech from 0 to 300, sent by 1300, and silence to 800.
  const spoken = () => new Measured().sound(300).silence(500);

  it('to its natural final is ttfsMs, and eotMs, and the segment’s latency', () => {
    const { meter } = spoken();
    expect(meter.final({ text: 'so', startMs: 0, endMs: 800 }, natural, 1650)).toBe(350);
    expect(meter.report('done', undefined)).toMatchObject({ ttfsMs: 350, eotMs: 350, segments: 1, words: 1 });
  });

  it('to a forced final is the segment’s latency alone', () => {
    const { meter } = spoken();
    expect(meter.final({ text: 'so', startMs: 0, endMs: 800 }, forced, 1650)).toBe(350);
    meter.utteranceEnd(1700);
    expect(meter.report('done', undefined)).toMatchObject({ ttfsMs: undefined, eotMs: undefined, segments: 1 });
  });

  it('to the utterance’s end, told apart from its finals, is eotMs; ttfsMs is that of the last of them', () => {
    const measured = spoken().final(1450, 'one', 0, 200, part).final(1500, 'two', 200, 700, part);
    measured.meter.utteranceEnd(2300);
    measured.meter.utteranceEnd(2400);
    expect(measured.report()).toMatchObject({ ttfsMs: 200, eotMs: 1000 });
  });

  it('to a final without a word that says the utterance is over is the same', () => {
    const report = spoken().final(1500, 'one', 0, 400, part).final(1800, '', 400, 800, natural).report();
    expect(report).toMatchObject({ ttfsMs: 200, eotMs: 500, segments: 1 });
  });

  it('is not told twice: an end that follows a final which said so is not counted', () => {
    const measured = spoken().final(1500, 'so', 0, 400);
    measured.meter.utteranceEnd(2300);
    expect(measured.report()).toMatchObject({ ttfsMs: 200, eotMs: 200 });
  });

  it('is the median over utterances', () => {
    const measured = new Measured();
    for (const lateMs of [100, 900, 200]) {
      const startMs = measured.meter.audioMs;
      measured
        .sound(100)
        .silence(400)
        .final(1000 + startMs + 100 + lateMs, 'so', startMs, startMs + 500);
    }
    expect(measured.report()).toMatchObject({ ttfsMs: 200, eotMs: 200, segments: 3 });
  });

  it('does not exist for a segment in which nothing is audible', () => {
    const { meter } = spoken();
    expect(meter.final({ text: 'ghost', startMs: 400, endMs: 800 }, natural, 1650)).toBeUndefined();
    expect(meter.final({ text: '', startMs: 0, endMs: 800 }, natural, 1650)).toBeUndefined();
    expect(meter.report('done', undefined)).toMatchObject({ ttfsMs: undefined, eotMs: undefined, segments: 1 });
  });

  it('is that of the last audible part, where a final of nothing audible follows', () => {
    const measured = spoken().final(1400, 'one', 0, 350, part).final(1600, 'hm', 350, 800, part);
    measured.meter.utteranceEnd(2000);
    expect(measured.report()).toMatchObject({ ttfsMs: 100, eotMs: 700 });
  });
});

describe('finalizeMs', () => {
  it('is from each finalize to its final, in order, and their median', () => {
    const { meter } = new Measured().sound(300);
    meter.finalizeSent(1300);
    meter.finalizeSent(1400);
    meter.finalized(1350);
    meter.finalized(1600);
    meter.finalizeSent(2000);
    meter.finalized(2100);
    meter.finalized(9000);
    expect(meter.report('done', undefined).finalizeMs).toBe(100);
  });

  it('does not exist where none was answered', () => {
    const { meter } = new Measured().sound(300);
    meter.finalizeSent(1300);
    expect(meter.report('done', undefined).finalizeMs).toBeUndefined();
  });
});

describe('the report', () => {
  it('has the audio’s length, the time that it took, and their ratio', () => {
    const report = new Measured().sound(1000).final(1550, 'so it goes', 0, 1000).report();
    // First sent at 1050.
    expect(report).toMatchObject({ ended: 'done', audioMs: 1000, processingMs: 500, rtf: 0.5 });
    expect(report).toMatchObject({ segments: 1, words: 3, bytes: 16_000, chunks: 20 });
  });

  it('has how late words were, and how often they changed', () => {
    const measured = new Measured().sound(1000).interim(1500, 'so is').interim(1600, 'so it');
    const words = [
      { text: 'so', startMs: 0, endMs: 300 },
      { text: 'it', startMs: 300, endMs: 420 },
    ];
    measured.meter.final({ text: 'so it', startMs: 0, endMs: 1000, words }, natural, 2100);
    // 'so' ended in the piece sent at 1300, 'it' in that of 1450.
    expect(measured.report()).toMatchObject({ wordLatencyMs: 175, revisions: 0.5 });
  });

  it('has connecting, round trips, and the request', () => {
    const line = new Timeline();
    line.mark('connectStart', 0);
    line.mark('open', 30);
    line.mark('handshakeStart', 30);
    line.mark('ready', 80.123_45);
    const measured = new Measured().sound(50);
    for (const rttMs of [3, 9, 4]) measured.meter.pinged(rttMs);
    expect(measured.report(line)).toMatchObject({ connectMs: 30, handshakeMs: 50.123, rttMs: 4, requestId: 'r' });
  });

  it('leaves out what there was not', () => {
    const report = new ListenMeter(format).report('failed', undefined);
    const known = Object.entries(report).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(known)).toEqual({
      ...{ ended: 'failed', audioMs: 0, segments: 0, words: 0, bytes: 0, chunks: 0 },
    });
    expect(JSON.parse(JSON.stringify(report))).not.toHaveProperty('rtf');
  });

  it('counts, over days, the newest of what there is a figure of for each', () => {
    const { meter } = new Measured();
    for (let i = 0; i < 30_000; i++) meter.pinged(i < 20_000 ? 100 : 3);
    // Forgotten finalizes are answered by nobody's final.
    for (let i = 0; i < 30_000; i++) meter.finalizeSent(i);
    meter.finalized(20_007);
    expect(meter.report('done', undefined)).toMatchObject({ rttMs: 3, finalizeMs: 7 });
  });
});

describe('median', () => {
  it.each([
    [[], undefined],
    [[5], 5],
    [[9, 1], 5],
    [[30, 1, 2], 2],
    [[10, 9, 100, 1], 9.5],
  ])('of %j is %s', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leaves the values as they are', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});
