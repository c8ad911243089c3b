import type { Target } from '../bench/lane.ts';
import { usualTailMs } from '../bench/listen-lane.ts';
import type { Prompt } from '../bench/material.ts';
import { varyPrompt } from '../bench/prompts.ts';
import { roundtripTarget } from '../bench/roundtrip-lane.ts';
import { SpeechError } from '../errors.ts';
import type { BenchRoundtripFlags } from './bench-flags.ts';
import { promptFacts, wantedPrompts } from './bench-prompts.ts';
import { conduct } from './bench-run.ts';
import {
  type BenchServices,
  type CheckedListener,
  type CheckedSpeaker,
  checkListener,
  checkSpeaker,
  listenersFor,
} from './bench-services.ts';
import { hearingTarget, wantedTargets } from './bench-targets.ts';
import { decide } from './bench-wishes.ts';
import { sentRateHz } from './listen-settings.ts';
import type { Running } from './running.ts';

/** What is spoken is heard as it comes, so that both are the same: what every recogniser is made for. */
const bothWays = { encoding: 'linear16', sampleRate: sentRateHz } as const;

interface Loop {
  readonly speaks: CheckedSpeaker;
  readonly hears: CheckedListener;
}

/** `vox bench roundtrip`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runBenchRoundtrip(flags: BenchRoundtripFlags, running: Running): Promise<number | undefined> {
  const decided = decide('roundtrip', flags, { pace: 1, end: 'natural' });
  const wanted = wantedTargets({ ...flags, ...bothWays }, running);
  const hearing = wanted.map((one) => hearingTarget(flags, one, running));
  const loops = await Promise.all(
    wanted.map(async (one, i): Promise<Loop> => {
      return { speaks: await checkFormat(one), hears: await checkListener(hearing[i] ?? one, {}, running) };
    }),
  );
  const prompts = await wantedPrompts(flags.prompts, running);
  const measuring = {
    materials: prompts,
    vary: varyPrompt,
    facts: promptFacts(prompts),
    wanted: [...wanted, ...hearing],
    listeners: listenersFor(hearing, decided.plan.concurrency),
    targets: (services: BenchServices) => Promise.all(loops.map((loop) => loopTarget(loop, services))),
  };
  return conduct<Prompt>(decided, measuring, flags, running);
}

async function checkFormat(wanted: Parameters<typeof checkSpeaker>[0]): Promise<CheckedSpeaker> {
  const speaker = await checkSpeaker(wanted);
  const { encoding, sampleRateHz } = speaker.settings.format;
  if (encoding === bothWays.encoding && sampleRateHz === bothWays.sampleRate) return speaker;
  throw new SpeechError('E_USAGE', `a round trip is made with linear16 of ${sentRateHz} Hz`, {
    todo: 'leave encoding and sample-rate out of the target',
  });
}

async function loopTarget({ speaks, hears }: Loop, services: BenchServices): Promise<Target<Prompt>> {
  const [speak, listen] = [await services.speaker(speaks), await services.listener(hears)];
  const options = { speaks: () => ({ ...speak(), warmsAhead: false }), hears: listen };
  return roundtripTarget({ ...speaks.facts, hears: hears.facts }, options, { tailMs: usualTailMs });
}
