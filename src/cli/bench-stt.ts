import { varyClip } from '../bench/clips.ts';
import type { Target } from '../bench/lane.ts';
import { type ListenPlan, listenTarget, usualTailMs } from '../bench/listen-lane.ts';
import type { Clip } from '../bench/material.ts';
import { clipFacts, wantedClips } from './bench-clips.ts';
import type { BenchSttFlags } from './bench-flags.ts';
import { conduct } from './bench-run.ts';
import { type BenchServices, type CheckedListener, checkListener, listenersFor } from './bench-services.ts';
import { wantedTargets } from './bench-targets.ts';
import { decide } from './bench-wishes.ts';
import type { Running } from './running.ts';

/** `vox bench stt`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runBenchStt(flags: BenchSttFlags, running: Running): Promise<number | undefined> {
  const { pace, end } = flags;
  const decided = decide('stt', flags, { pace, end });
  const wanted = wantedTargets(flags, running);
  const listeners = await Promise.all(wanted.map((one) => checkListener(one, flags, running)));
  const atOnce = listenersFor(wanted, decided.plan.concurrency);
  const clips = await wantedClips(flags, running);
  if (pace === 'fast') running.reporter.note('vox: --pace fast: no latency is a listener’s, and none is given');
  const plan: ListenPlan = { pace, end, tailMs: usualTailMs };
  const measuring = {
    materials: clips,
    vary: varyClip,
    facts: clipFacts(clips),
    wanted,
    listeners: atOnce,
    targets: (services: BenchServices) => Promise.all(listeners.map((one) => target(one, plan, services))),
  };
  return conduct<Clip>(decided, measuring, flags, running);
}

async function target(listener: CheckedListener, plan: ListenPlan, services: BenchServices): Promise<Target<Clip>> {
  return listenTarget(listener.facts, await services.listener(listener), plan);
}
