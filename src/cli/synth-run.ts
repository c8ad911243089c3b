import { SpeechError, toSpeechError } from '../errors.ts';
import { openSpeakSession, type SpeakSession } from '../session/speak-session.ts';
import { dryRun } from './dry-run.ts';
import { Existing } from './existing.ts';
import { textInputs } from './input.ts';
import { inParallel } from './jobs.ts';
import { type Encoder, type FileKind, findEncoder, makeFolder, sourceFor } from './output.ts';
import { choose } from './providers.ts';
import { type Running, reportFailure } from './running.ts';
import { openService } from './service.ts';
import { speakSettings, type WantedSpeech } from './settings.ts';
import { noteLive, sessionOptions } from './speaking.ts';
import type { SynthFlags } from './synth.ts';
import { planJobs, type SynthJob } from './synth-jobs.ts';
import { Maker } from './synth-maker.ts';
import { listVoices } from './voices-run.ts';
import { type SpeakParts, wireSpeak } from './wiring.ts';

/** Where a book is flushed: a voice sounds best when it is given whole paragraphs. */
const defaultFlush = 'paragraph';

/** `vox synth`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runSynth(
  words: readonly string[],
  flags: SynthFlags,
  running: Running,
): Promise<number | undefined> {
  const { io, reporter, signal } = running;
  if (flags.voice === '?') return listVoices(flags, running);
  const choice = choose(flags, running);
  const inputs = textInputs(words, flags.file, io);
  const plan = planJobs(inputs, flags, signal);
  const flush = flags.flush ?? defaultFlush;
  if (flags.dryRun) return dryRun(plan, flags, choice, running, flush);
  if (flags.outDir !== undefined) await makeFolder(flags.outDir);
  const { provider, why, endpoint } = choice;
  reporter.chosen({ provider, why, ...(endpoint && { endpoint }) });
  noteLive(inputs, running);
  const service = await openService(choice, flags, running, wireSpeak);
  try {
    const several = flags.lines === true || inputs.length > 1;
    const made = await wantedOf(plan.kind, flags, running, service.parts, provider);
    const share = inputs.length === 1 ? inputs[0]?.share : undefined;
    const maker = new Maker({ ...made, kind: plan.kind, total: plan.total, flags, running, provider, several, share });
    // Nobody interrupts a file: a second connection would only be opened and closed again.
    const options = () => ({
      ...sessionOptions(running, service, made.wanted.settings, flags, flush),
      warmsAhead: false,
    });
    const open = () => openSpeakSession(options());
    const existing = new Existing(flags.skipExisting);
    return await makeAll(unmade(plan.jobs, existing), several ? flags.jobs : 1, maker, open, existing);
  } finally {
    await service.close();
  }
}

/** What the service is asked for, and the program that compresses it here: the same for every file. */
async function wantedOf(
  kind: FileKind,
  flags: SynthFlags,
  { loaded }: Running,
  { baseUrl, service, sends }: SpeakParts,
  provider: string,
): Promise<{ wanted: WantedSpeech; encoder?: Encoder }> {
  const { encoding, compressTo } = sourceFor(kind, flags.encoding, sends);
  const wanted = speakSettings(flags, loaded.config, service.traits, { baseUrl, provider, encoding });
  return { wanted, ...(compressTo && { encoder: await findEncoder(compressTo) }) };
}

/** Makes every file; the exit code is that of the first that failed. */
async function makeAll(
  jobs: AsyncIterable<SynthJob>,
  width: number,
  maker: Maker,
  open: () => SpeakSession,
  existing: Existing,
): Promise<number | undefined> {
  const { running, several } = maker.setup;
  const failure = await inParallel(jobs, width, {
    open,
    work: (job, session) => maker.make(job, session),
    close: (session) => session.close(),
    failed: (thrown, job) => maker.failed(thrown, job),
  });
  if (running.signal.aborted || (failure !== undefined && !several)) {
    const kept = maker.kept.join(', ');
    return reportFailure(running.signal.reason ?? failure, running, kept === '' ? {} : { kept });
  }
  if (failure !== undefined) return toSpeechError(failure).exitCode;
  existing.tell(running);
  if (maker.made === 0 && existing.skipped === 0) throw new SpeechError('E_NO_TEXT', 'no text to speak');
  return undefined;
}

async function* unmade(jobs: AsyncIterable<SynthJob>, existing: Existing): AsyncIterable<SynthJob> {
  for await (const job of jobs) if (!existing.has([job.path])) yield job;
}
