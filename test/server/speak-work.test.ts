import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { SpeakWork } from '../../src/server/speak-work.ts';

const format = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('lets the event loop turn between sentences, however fast the engine is', async () => {
  const engine = createScriptedEngine();
  const work = new SpeakWork({
    engine,
    request: { voice: 'scripted', speed: 1, language: 'en', format },
    limits: { waitingChars: 100_000 },
    clock: systemClock,
    // As of a client that has gone: its socket takes everything at once.
    outlet: { event: () => {}, room: () => undefined, waiting: () => {}, hangUp: () => {} },
    stage: (send) => ({ write: send, finish: async () => {}, drop: () => {} }),
  });
  for (let left = 100; left > 0; left--) work.sentence('turn-1', 'Hi there.');
  // That it has gone is known when the loop has turned.
  setImmediate(() => work.abort());
  await turn();
  await turn();
  expect(engine.counts.started).toBeGreaterThan(0);
  expect(engine.counts.started).toBeLessThan(10);
});
