import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import type { Dictionary } from '../../src/server/dictionary-store.ts';
import { DictionaryStore } from '../../src/server/dictionary-store.ts';
import { Speaker } from '../../src/server/speaker.ts';

/** The most that is cut without a turn of the event loop, and a sentence that was open before. */
const mostChars = 4096 + 400;

/** A speaker for which more than any text may wait, and what it has rewritten between two turns of the event loop. */
function speaker() {
  const dictionaries = new DictionaryStore({ most: 1, mostBytes: 1000, ids: () => '1', today: () => new Date(0) });
  const made = dictionaries.create({ name: 'd', metadata: {}, modes: { rewrite: { rules: [] } } });
  if (typeof made === 'string') throw new Error(made);
  const rewritten = { chars: 0, inTurn: 0, mostInTurn: 0 };
  const dictionary: Dictionary = {
    ...made,
    rewrite(text) {
      rewritten.chars += text.length;
      rewritten.inTurn += text.length;
      rewritten.mostInTurn = Math.max(rewritten.mostInTurn, rewritten.inTurn);
      return text;
    },
  };
  let watches = true;
  const watch = () => {
    rewritten.inTurn = 0;
    if (watches) setImmediate(watch);
  };
  watch();
  const speaks = new Speaker({
    dictionaries,
    dictionary,
    engine: createScriptedEngine(),
    request: {
      voice: 'scripted',
      speed: 1,
      language: 'en',
      format: { encoding: 'linear16', sampleRateHz: 8000, channels: 1 },
    },
    counters: {
      ...{ sessions: 1, listeners: 0, encoders: 0, sessionsTotal: 1, refused: 0, turns: 0, interruptions: 0 },
      ...{ utterances: 0, faults: 0 },
    },
    closesAfterFlush: false,
    clock: systemClock,
    limits: { waitingChars: 10_000_000 },
    // As of a client that has gone: its socket takes everything at once.
    outlet: { event: () => {}, room: () => undefined, waiting: () => {}, hangUp: () => {} },
    stage: (send) => ({ write: send, finish: async () => {}, drop: () => {} }),
  });
  const stop = () => {
    speaks.stop();
    watches = false;
  };
  return { speaks, rewritten, stop };
}

const sentence = 'So it goes on. ';

describe('the event loop turns while text is cut and rewritten', () => {
  it.each([
    ['that came as one message', [sentence.repeat(4000)]],
    ['that came as many at once', Array<string>(4000).fill(sentence)],
    ['of blanks', [' '.repeat(60_000)]],
  ])('%s', async (_name, messages) => {
    const { speaks, rewritten, stop } = speaker();
    for (const text of messages) {
      const waits = speaks.command({ type: 'text', turn: 'turn-1', text, throughChar: 0 });
      if (waits) await waits;
    }
    speaks.command({ type: 'flush', turn: 'turn-1' });
    stop();
    expect(rewritten.chars).toBe(60_000);
    expect(rewritten.mostInTurn).toBeLessThanOrEqual(mostChars);
  });
});
