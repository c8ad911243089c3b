import { describe, expect, it } from 'vitest';
import type { RecognisedWord, Recognition } from '../../src/engine/recogniser.ts';
import { type ResultSettings, Results } from '../../src/engine/results.ts';

function resultsWith(settings: ResultSettings) {
  const told: Recognition[] = [];
  return { told, results: new Results(settings, (result) => told.push(result)) };
}

/** Words of 100 ms, one after the other. */
function words(text: string, fromMs = 0, confidence = 1): RecognisedWord[] {
  return text.split(' ').map((word, i) => ({
    text: word,
    startMs: fromMs + 100 * i,
    endMs: fromMs + 100 * i + 100,
    confidence,
  }));
}

describe('results', () => {
  it('tells an interim where its text is new', () => {
    const { told, results } = resultsWith({ interim: true });
    results.soFar(words('go'), 100);
    results.soFar(words('go'), 200);
    results.soFar(words('go on'), 300);
    expect(told).toEqual([
      { type: 'interim', startMs: 0, endMs: 100, text: 'go', words: words('go'), confidence: 1 },
      { type: 'interim', startMs: 0, endMs: 300, text: 'go on', words: words('go on'), confidence: 1 },
    ]);
  });

  it('tells an unchanged one once a second', () => {
    const { told, results } = resultsWith({ interim: true });
    for (let nowMs = 0; nowMs <= 2500; nowMs += 100) results.soFar([], nowMs);
    expect(told.map((result) => 'endMs' in result && result.endMs)).toEqual([1000, 2000]);
  });

  it('tells none where none is wanted', () => {
    const { told, results } = resultsWith({ interim: false });
    results.soFar(words('go'), 100);
    results.soFar([], 5000);
    expect(told).toEqual([]);
  });

  it('begins a stretch where the last one ended, and compares with nothing from before', () => {
    const { told, results } = resultsWith({ interim: true });
    results.soFar(words('go'), 100);
    results.final(words('go'), 600, { endOfUtterance: true });
    results.soFar(words('go', 700), 800);
    results.final([], 900, { fromFinalize: true });
    expect(told.slice(1)).toEqual([
      {
        ...{ type: 'final', startMs: 0, endMs: 600, text: 'go', words: words('go'), confidence: 1 },
        ...{ endOfUtterance: true, fromFinalize: false },
      },
      { type: 'interim', startMs: 600, endMs: 800, text: 'go', words: words('go', 700), confidence: 1 },
      {
        ...{ type: 'final', startMs: 600, endMs: 900, text: '', words: [], confidence: 0 },
        ...{ endOfUtterance: false, fromFinalize: true },
      },
    ]);
  });

  it('is as sure of a stretch as of its words on average', () => {
    const { told, results } = resultsWith({ interim: true });
    results.final([...words('a', 0, 0.5), ...words('b', 100, 1)], 300, {});
    expect(told[0]).toMatchObject({ confidence: 0.75, endOfUtterance: false, fromFinalize: false });
  });

  it('says once that an utterance has ended, when it has been quiet for long enough', () => {
    const { told, results } = resultsWith({ interim: false, utteranceEndMs: 1000 });
    results.final(words('go on'), 600, { endOfUtterance: true });
    for (const nowMs of [700, 1249, 1250, 1260, 5000]) results.quiet(250, nowMs);
    expect(told.slice(1)).toEqual([{ type: 'utteranceEnd', lastWordEndMs: 200 }]);
  });

  it('counts from the last word where speech is thought to have ended before it', () => {
    const { told, results } = resultsWith({ interim: false, utteranceEndMs: 1000 });
    results.final(words('go on'), 600, {});
    results.quiet(100, 1199);
    expect(told.length).toBe(1);
    results.quiet(100, 1200);
    expect(told.length).toBe(2);
  });

  it('says nothing of an end where there was no word, where nobody asked, or where speech goes on', () => {
    const empty = resultsWith({ interim: false, utteranceEndMs: 1000 });
    empty.results.final([], 600, {});
    empty.results.quiet(0, 5000);
    expect(empty.told.length).toBe(1);
    const unasked = resultsWith({ interim: false });
    unasked.results.final(words('go'), 600, {});
    unasked.results.quiet(0, 5000);
    expect(unasked.told.length).toBe(1);
    const goingOn = resultsWith({ interim: false, utteranceEndMs: 1000 });
    goingOn.results.final(words('go'), 600, {});
    goingOn.results.speechStarted(700);
    goingOn.results.quiet(100, 5000);
    expect(goingOn.told.slice(1)).toEqual([{ type: 'speechStarted', atMs: 700 }]);
  });
});
