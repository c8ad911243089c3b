import { describe, expect, it } from 'vitest';
import type { Recogniser, RecogniserStream, Recognition } from '../../src/engine/recogniser.ts';
import { createScriptedRecogniser } from '../../src/engine/scripted-recogniser.ts';
import { checks } from './recogniser-contract.ts';
import { scriptedRecogniserMember } from './recogniser-members.ts';

type Change = (good: RecogniserStream) => Partial<RecogniserStream>;

/** A stream that is good but for some of its parts. */
function changedStream(good: RecogniserStream, change: Partial<RecogniserStream>): RecogniserStream {
  return {
    warnings: change.warnings ?? good.warnings,
    results: change.results ?? good.results,
    write: change.write ?? ((samples) => good.write(samples)),
    finalize: change.finalize ?? (() => good.finalize()),
    end: change.end ?? (() => good.end()),
    close: change.close ?? (() => good.close()),
  };
}

/** Good, but for its streams; `change` is called once for each, in their order. */
function streams(makeChange: () => Change): () => Recogniser {
  return () => {
    const good = createScriptedRecogniser();
    const change = makeChange();
    return {
      ...good,
      async open(settings) {
        const stream = await good.open(settings);
        return changedStream(stream, change(stream));
      },
    };
  };
}

/** Good, but for what becomes of each result on its way. */
function results(change: (result: Recognition, index: number) => Recognition[]): () => Recogniser {
  return streams(() => (good) => ({ results: each(good.results, change) }));
}

async function* each(all: AsyncIterable<Recognition>, change: (result: Recognition, index: number) => Recognition[]) {
  let index = 0;
  for await (const result of all) yield* change(result, index++);
}

const withWords = (result: Recognition) => 'words' in result && result.words.length > 0;

/** Holds back the last samples of each write. */
function lossy(good: RecogniserStream): Partial<RecogniserStream> {
  return { write: (samples) => good.write(samples.subarray(0, Math.max(0, samples.length - 1))) };
}

/** Reads each write by itself: what lies on both sides of a cut is lost. */
function cutting(good: RecogniserStream): Partial<RecogniserStream> {
  return {
    write: (samples) => good.write(samples.map((sample, i) => (i % 500 === 499 ? 0 : sample))),
  };
}

/** Words get less sure with each utterance that was heard before, on any stream. */
function leaky(): Change {
  let heard = 0;
  return (good) => ({
    results: each(good.results, (result) => {
      if (!('words' in result)) return [result];
      if (result.type === 'final') heard += 1;
      const words = result.words.map((word) => ({ ...word, confidence: word.confidence / (1 + heard / 50) }));
      return [{ ...result, words }];
    }),
  });
}

/** Keeps the arrays until there are five. */
function keeping(good: RecogniserStream): Partial<RecogniserStream> {
  let kept: Int16Array[] = [];
  const flush = () => {
    for (const samples of kept) good.write(samples);
    kept = [];
  };
  return {
    write(samples) {
      kept.push(samples);
      if (kept.length === 5) flush();
      return undefined;
    },
    finalize() {
      flush();
      good.finalize();
    },
    end() {
      flush();
      good.end();
    },
  };
}

/** What each must be caught at: a part of the title of one check. */
const brokenMembers: Record<string, { make: () => Recogniser; caughtBy: string }> = {
  'one that loses the last samples': { make: streams(() => lossy), caughtBy: 'answers each finalize' },
  'one that loses what a cut goes through': { make: streams(() => cutting), caughtBy: 'however the audio is cut' },
  'one that gives no final for a finalize where nothing is open': {
    make: results((result) => (result.type === 'final' && !result.text ? [] : [result])),
    caughtBy: 'answers each finalize',
  },
  'one that gives two finals for a finalize': {
    make: results((result) => (result.type === 'final' && result.fromFinalize ? [result, result] : [result])),
    caughtBy: 'answers each finalize',
  },
  'one that does not say which finals were asked for': {
    make: results((result) => (result.type === 'final' ? [{ ...result, fromFinalize: false }] : [result])),
    caughtBy: 'answers each finalize',
  },
  'one that leaks state into the next utterance': { make: streams(leaky), caughtBy: 'whatever was heard before' },
  'one that leaks state into the next stream': { make: streams(leaky), caughtBy: 'as a fresh recogniser' },
  'one that ends every utterance for good': {
    make: streams(() => (good) => ({ finalize: () => good.end() })),
    caughtBy: 'stretches that follow one another',
  },
  'one that swallows what is open at the end': {
    make: streams(() => (good) => ({ end: () => good.close() })),
    caughtBy: 'gives at the end what is open',
  },
  'one that ignores pauses': {
    make: () => {
      const good = createScriptedRecogniser();
      return { ...good, open: (settings) => good.open({ ...settings, endpointingMs: false }) };
    },
    caughtBy: 'ends an utterance at a pause',
  },
  'one that ends utterances unasked': {
    make: () => {
      const good = createScriptedRecogniser();
      return { ...good, open: (settings) => good.open({ ...settings, endpointingMs: 400 }) };
    },
    caughtBy: 'ends no utterance by itself',
  },
  'one that tells the same again and again': {
    make: results((result) => (result.type === 'interim' ? [result, result] : [result])),
    caughtBy: 'each of them new',
  },
  'one that gives interims to who wants none': {
    make: () => {
      const good = createScriptedRecogniser();
      return { ...good, open: (settings) => good.open({ ...settings, interim: true }) };
    },
    caughtBy: 'no interim where none is wanted',
  },
  'one that is silent in silence': {
    make: results((result) => (withWords(result) ? [result] : [])),
    caughtBy: 'tells in silence',
  },
  'one whose stretches overlap': {
    make: results((result) => ('startMs' in result ? [{ ...result, startMs: 0 }] : [result])),
    caughtBy: 'stretches that follow one another',
  },
  'one that counts its times from the utterance': {
    make: results((result) => {
      if (!('words' in result)) return [result];
      const fromMs = result.words[0]?.startMs ?? 0;
      const words = result.words.map((word) => ({
        ...word,
        startMs: word.startMs - fromMs,
        endMs: word.endMs - fromMs,
      }));
      return [{ ...result, words }];
    }),
    caughtBy: 'hears what was said, and when',
  },
  'one that is not sure of anything': {
    make: results((result) => {
      if (!('words' in result)) return [result];
      return [{ ...result, words: result.words.map((word) => ({ ...word, confidence: 0 })) }];
    }),
    caughtBy: 'hears what was said, and when',
  },
  'one that does not say when speech begins': {
    make: results((result) => (result.type === 'speechStarted' ? [] : [result])),
    caughtBy: 'ends an utterance at a pause',
  },
  'one that hears words in noise': {
    make: results((result) => (result.type === 'final' ? [{ ...result, text: 'hm' }] : [result])),
    caughtBy: 'no words in noise',
  },
  'one that keeps what was written': { make: streams(() => keeping), caughtBy: 'keeps no reference' },
  'one that takes every language': {
    make: () => {
      const good = createScriptedRecogniser();
      return { ...good, open: ({ language, ...settings }) => good.open(settings) };
    },
    caughtBy: 'refuses a language',
  },
  'one that replaces a model silently': {
    make: streams(() => () => ({ warnings: [] })),
    caughtBy: 'refuses a language',
  },
  'one that goes on after a close': {
    make: streams(() => (good) => ({ close: () => good.end() })),
    caughtBy: 'ends at once when a stream is closed',
  },
  'one that goes on after it was closed': {
    make: () => ({ ...createScriptedRecogniser(), close: async () => {} }),
    caughtBy: 'when it is closed',
  },
};

/** A check that a broken member never lets end has caught it too; the good one needs some ms. */
async function verdict(run: Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('never ends'), 3000);
  });
  const answer = await Promise.race([
    run.then(
      () => 'passes',
      () => 'fails',
    ),
    late,
  ]);
  clearTimeout(timer);
  return answer;
}

describe('the contract of recognisers', () => {
  it.each(Object.entries(brokenMembers))('rejects %s', async (_, { make, caughtBy }) => {
    const check = checks.find(({ title }) => title.includes(caughtBy));
    if (!check) throw new Error(`no check is called ${caughtBy}`);
    const member = { ...(await scriptedRecogniserMember()), make };
    expect(await verdict(check.run(make(), member))).not.toBe('passes');
  });

  it('takes the good one', async () => {
    const member = await scriptedRecogniserMember();
    for (const check of checks) await check.run(member.make(), member);
  });
});
