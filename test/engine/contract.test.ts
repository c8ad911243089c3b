import { describe, expect, it } from 'vitest';
import type { SynthesisOutput, SynthesisRequest, Synthesizer } from '../../src/engine/engine.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { checks } from './contract.ts';
import { scriptedMember } from './members.ts';

type Speak = (request: SynthesisRequest, signal: AbortSignal) => AsyncIterable<SynthesisOutput>;

/** A good engine, but for one thing. */
function broken(change: (good: Synthesizer) => Partial<Synthesizer>): () => Synthesizer {
  return () => {
    const good = createScriptedEngine();
    return { ...good, ...change(good) };
  };
}

/** A good engine whose output is changed on its way out. */
function changed(change: (output: SynthesisOutput, index: number) => SynthesisOutput): () => Synthesizer {
  return broken((good) => ({ synthesize: (request, signal) => each(good.synthesize(request, signal), change) }));
}

async function* each(
  outputs: AsyncIterable<SynthesisOutput>,
  change: (output: SynthesisOutput, index: number) => SynthesisOutput,
): AsyncGenerator<SynthesisOutput> {
  let index = 0;
  for await (const output of outputs) yield change(output, index++);
}

/** Bytes of every request go into those of the next. */
function leaky(): Synthesizer {
  const good = createScriptedEngine();
  let carried = 0;
  const synthesize: Speak = (request, signal) => {
    return each(good.synthesize(request, signal), (output) => {
      if (!('bytes' in output)) return output;
      const bytes = output.bytes.map((byte, i) => (i === 0 ? byte ^ carried : byte));
      carried = (carried + 1) & 0xff;
      return { ...output, bytes };
    });
  };
  return { ...good, synthesize };
}

function lateStart(good: Synthesizer): Speak {
  return async function* speak(request, signal) {
    yield* good.synthesize(request, signal);
  };
}

const never = new AbortController().signal;

/** What each must be caught at: a part of the title of one check. */
const brokenMembers: Record<string, { make: () => Synthesizer; caughtBy: string }> = {
  'one that leaks state into the next sentence': { make: leaky, caughtBy: 'the same bytes for the same request' },
  'one that counts its samples from one': {
    make: changed((output) => ('bytes' in output ? { ...output, firstSample: (output.firstSample ?? 0) + 1 } : output)),
    caughtBy: 'every rate and encoding',
  },
  'one that cuts inside a sample': {
    make: changed((output) => ('bytes' in output ? { ...output, bytes: output.bytes.subarray(1) } : output)),
    caughtBy: 'every rate and encoding',
  },
  'one that names another format': {
    make: changed((output) => {
      return 'bytes' in output ? { ...output, format: { ...output.format, channels: 2 } } : output;
    }),
    caughtBy: 'every rate and encoding',
  },
  'one that ignores an abort': {
    make: broken((good) => ({ synthesize: (request) => good.synthesize(request, never) })),
    caughtBy: 'ends an aborted request',
  },
  'one that ends quietly when aborted': {
    make: broken((good) => ({
      async *synthesize(request, signal) {
        try {
          yield* good.synthesize(request, signal);
        } catch {}
      },
    })),
    caughtBy: 'ends an aborted request',
  },
  'one that always says the same': {
    make: broken((good) => ({ synthesize: (request, signal) => good.synthesize({ ...request, text: 'x' }, signal) })),
    caughtBy: 'different texts',
  },
  'one that has one speed': {
    make: broken((good) => ({ synthesize: (request, signal) => good.synthesize({ ...request, speed: 1 }, signal) })),
    caughtBy: 'faster at a higher speed',
  },
  'one that refuses only when it is read': {
    make: broken((good) => ({ synthesize: lateStart(good) })),
    caughtBy: 'refuses a format',
  },
  'one that maps a voice silently': {
    make: broken((good) => ({ choose: async (wish) => ({ ...(await good.choose(wish)), warnings: [] }) })),
    caughtBy: 'maps a voice',
  },
  'one that takes every language': {
    make: broken((good) => ({ choose: (wish) => good.choose({ ...wish, language: 'en' }) })),
    caughtBy: 'refuses a language',
  },
  'one that goes on after it was closed': {
    make: broken(() => ({ close: async () => {} })),
    caughtBy: 'when it is closed',
  },
};

describe('the contract of synthesizers', () => {
  it.each(Object.entries(brokenMembers))('rejects %s', async (_, { make, caughtBy }) => {
    const check = checks.find(({ title }) => title.includes(caughtBy));
    expect(check).toBeDefined();
    await expect(check?.run(make(), { ...scriptedMember, make })).rejects.toThrow();
  });
});
