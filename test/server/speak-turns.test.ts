import { describe, expect, it } from 'vitest';
import type { SynthesisRequest, Synthesizer } from '../../src/engine/engine.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { SpeakWork } from '../../src/server/speak-work.ts';
import { ManualClock } from '../support/manual-clock.ts';

const format = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 } as const;

/** A client's work, what it asked the engine for, and what lets its sound go on to be sent. */
function client(clock: ManualClock, speed = 1) {
  const engine = createScriptedEngine();
  const asked: SynthesisRequest[] = [];
  const noting: Synthesizer = {
    ...engine,
    synthesize(request, signal) {
      asked.push(request);
      return engine.synthesize(request, signal);
    },
  };
  const marks: (() => void)[] = [];
  const work = new SpeakWork({
    engine: noting,
    request: { voice: 'scripted', speed, language: 'en', format },
    limits: { waitingChars: 100_000 },
    clock,
    outlet: { event: () => {}, room: () => undefined, waiting: () => {}, hangUp: () => {} },
    stage: (send) => ({
      write: send,
      async finish() {
        marks.shift()?.();
      },
      drop() {},
    }),
  });
  const spoken = () => {
    const done = new Promise<void>((resolve) => marks.push(resolve));
    work.mark('turn-1', []);
    return done;
  };
  return { work, spoken, wanted: () => asked.map(({ wantedAtMs }) => wantedAtMs) };
}

const seconds = (count: number) => 'x'.repeat((count * 1000) / 60);

describe('when a sentence is wanted', () => {
  it('is now for the first, and for each other when the one before will have been heard', async () => {
    const clock = new ManualClock();
    await clock.advance(1000);
    const { work, spoken, wanted } = client(clock);
    for (const sentence of [seconds(3), seconds(6), seconds(3)]) work.sentence('turn-1', sentence);
    await spoken();
    expect(wanted()).toEqual([1000, 4000, 10_000]);
  });

  it('is now where the listener has heard all that came before', async () => {
    const clock = new ManualClock();
    const { work, spoken, wanted } = client(clock);
    work.sentence('turn-1', seconds(3));
    await spoken();
    await clock.advance(7000);
    work.sentence('turn-1', seconds(3));
    await spoken();
    expect(wanted()).toEqual([0, 7000]);
  });

  it('is sooner where the voice speaks faster', async () => {
    const { work, spoken, wanted } = client(new ManualClock(), 2);
    for (const sentence of [seconds(3), seconds(3)]) work.sentence('turn-1', sentence);
    await spoken();
    expect(wanted()).toEqual([0, 1500]);
  });
});
