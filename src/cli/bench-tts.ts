import { isCompressed } from '../audio/format.ts';
import { refuseTooFewConnections } from '../bench/assertion.ts';
import type { RunRow } from '../bench/document.ts';
import { feedName } from '../bench/feed.ts';
import type { Target } from '../bench/lane.ts';
import type { Prompt } from '../bench/material.ts';
import { varyPrompt } from '../bench/prompts.ts';
import { type SpeakPlan, speakTarget } from '../bench/speak-lane.ts';
import { SpeechError } from '../errors.ts';
import { SavedAudio } from './bench-audio.ts';
import type { BenchTtsFlags } from './bench-flags.ts';
import { promptFacts, wantedPrompts } from './bench-prompts.ts';
import { conduct } from './bench-run.ts';
import { type BenchServices, type CheckedSpeaker, checkSpeaker } from './bench-services.ts';
import { wantedTargets } from './bench-targets.ts';
import { decide } from './bench-wishes.ts';
import type { Running } from './running.ts';

/** From the first audio to the interruption, where it is not said. */
const usualBargeInMs = 1000;

/** `vox bench tts`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runBenchTts(flags: BenchTtsFlags, running: Running): Promise<number | undefined> {
  const { think: thinkMs, feed } = flags;
  const bargeInMs = flags.bargeIn === true ? usualBargeInMs : flags.bargeIn;
  const times = { ...(thinkMs !== undefined && { thinkMs }), ...(bargeInMs !== undefined && { bargeInMs }) };
  // Who thinks does so on a socket that is warm.
  const reuse = flags.reuse === true || thinkMs !== undefined;
  const decided = decide('tts', { ...flags, reuse }, { feed: feedName(feed), ...times });
  const speakers = await Promise.all(wantedTargets(flags, running).map(checkSpeaker));
  const isKept = reuse && !speakers.some(({ endsWithTurn }) => endsWithTurn);
  if (isKept) refuseTooFewConnections(decided.assertions, decided.plan.concurrency);
  const prompts = await wantedPrompts(flags.prompts, running);
  const saved = await savedAudio(flags, speakers, running);
  const plan: SpeakPlan = { reuse, feed, ...times, ...(saved && { onAudio: (job, chunk) => saved.take(job, chunk) }) };
  const measuring = {
    materials: prompts,
    vary: varyPrompt,
    facts: promptFacts(prompts),
    wanted: speakers.map(({ wanted }) => wanted),
    listeners: 0,
    targets: (services: BenchServices) => Promise.all(speakers.map((speaker) => target(speaker, plan, services))),
    ...(saved && { audioFile: (row: RunRow) => saved.save(row) }),
  };
  const code = await conduct<Prompt>(decided, measuring, flags, running);
  await saved?.done();
  return code;
}

async function target(speaker: CheckedSpeaker, plan: SpeakPlan, services: BenchServices): Promise<Target<Prompt>> {
  const options = await services.speaker(speaker);
  // A second connection is opened ahead only for who interrupts.
  const warmsAhead = plan.bargeInMs !== undefined;
  return speakTarget(speaker.facts, () => ({ ...options(), warmsAhead }), plan);
}

async function savedAudio(
  { saveAudio }: BenchTtsFlags,
  speakers: readonly CheckedSpeaker[],
  { clock }: Running,
): Promise<SavedAudio | undefined> {
  if (saveAudio === undefined) return undefined;
  const other = speakers.find(({ settings }) => isCompressed(settings.format.encoding));
  if (other === undefined) return SavedAudio.open(saveAudio, clock);
  throw new SpeechError(
    'E_USAGE',
    `--save-audio writes WAV files, and ${other.facts.id} sends ${other.facts.encoding}`,
    {
      todo: 'use --encoding linear16',
    },
  );
}
