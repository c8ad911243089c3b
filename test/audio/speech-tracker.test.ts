import { describe, expect, it } from 'vitest';
import { createSpeechTracker, SpeechTracker } from '../../src/audio/speech-tracker.ts';
import type { Vad } from '../../src/audio/vad.ts';

/** A detector that takes each sample for a frame: 1 is speech. */
function plainVad(): Vad & { resets: number } {
  return {
    resets: 0,
    frames: (samples) => [...samples].map((sample) => sample === 1),
    push: () => false,
    reset() {
      this.resets += 1;
    },
    close: () => {},
  };
}

/** `.` is a frame of silence, `S` one of speech. */
function frames(text: string): Int16Array {
  return Int16Array.from(text, (sign) => (sign === 'S' ? 1 : 0));
}

const speech = 'S'.repeat(20);

describe('a tracker of speech', () => {
  it('knows no speech before 100 ms of it came in a row, and then where it began', () => {
    const tracker = new SpeechTracker(plainVad());
    tracker.push(frames('.....SSSSSSSSS'));
    expect(tracker).toMatchObject({ speechStartMs: undefined, runMs: 90, heardMs: 140, quietMs: 140 });
    tracker.push(frames('S'));
    expect(tracker).toMatchObject({ speechStartMs: 50, runMs: 100, heardMs: 150, quietMs: 0 });
  });

  it('takes no click for speech, nor two', () => {
    const tracker = new SpeechTracker(plainVad());
    tracker.push(frames('SSSSSSSSS.SSSSSSSSS.'));
    expect(tracker).toMatchObject({ speechStartMs: undefined, runMs: 0, quietMs: 200 });
  });

  it('counts silence from the end of speech, which was 60 ms before the detector let go', () => {
    const tracker = new SpeechTracker(plainVad());
    tracker.push(frames(speech));
    expect(tracker.quietMs).toBe(0);
    tracker.push(frames('.'));
    expect(tracker.quietMs).toBe(70);
    tracker.push(frames('.....'));
    expect(tracker.quietMs).toBe(120);
  });

  it('is not held up by a click in silence, but by speech', () => {
    const tracker = new SpeechTracker(plainVad());
    tracker.push(frames(`${speech}..........SSSSSSS...`));
    expect(tracker).toMatchObject({ quietMs: 260, runMs: 0 });
    tracker.push(frames(speech));
    expect(tracker).toMatchObject({ quietMs: 0, speechStartMs: 0 });
  });

  it('says the same however the samples are cut', () => {
    const whole = new SpeechTracker(plainVad());
    const cut = new SpeechTracker(plainVad());
    const audio = frames(`...${speech}...SSS..`);
    whole.push(audio);
    for (const sample of audio) cut.push(Int16Array.of(sample));
    expect([cut.heardMs, cut.quietMs, cut.speechStartMs]).toEqual([whole.heardMs, whole.quietMs, whole.speechStartMs]);
  });

  it('begins anew at a reset, with its detector', () => {
    const vad = plainVad();
    const tracker = new SpeechTracker(vad);
    tracker.push(frames(speech));
    tracker.reset();
    expect(vad.resets).toBe(1);
    expect(tracker).toMatchObject({ speechStartMs: undefined, heardMs: 0, quietMs: 0, runMs: 0 });
    tracker.push(frames(`.${speech}`));
    expect(tracker.speechStartMs).toBe(10);
  });

  it('hears no speech in steady noise, and refuses a rate that the detector has not', async () => {
    const tracker = await createSpeechTracker({ sampleRateHz: 16_000 });
    let seed = 1;
    const noise = new Int16Array(80_000).map(() => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return (seed >> 16) % 1000;
    });
    tracker.push(noise);
    expect(tracker).toMatchObject({ speechStartMs: undefined, heardMs: 5000, quietMs: 5000 });
    tracker.close();
    await expect(createSpeechTracker({ sampleRateHz: 44_100 })).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });
});
