import { mkdir } from 'node:fs/promises';
import { writeError } from '../audio/sinks/write-error.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { openSpeakSession, type SpeakSession } from '../session/speak-session.ts';
import { dryRun } from './dry-run.ts';
import { textInputs } from './input.ts';
import { inParallel } from './jobs.ts';
import { choose } from './providers.ts';
import { type Running, reportFailure } from './running.ts';
import { openService } from './service.ts';
import { noteLive, sessionOptions } from './speaking.ts';
import type { SynthFlags } from './synth.ts';
import { planJobs, type SynthJob } from './synth-jobs.ts';
import { Maker } from './synth-maker.ts';
import { listVoices } from './voices-run.ts';

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
  const jobs = planJobs(inputs, flags, signal);
  if (flags.dryRun) return dryRun(jobs, flags, choice, running, flags.flush ?? defaultFlush);
  if (flags.outDir !== undefined) await makeFolder(flags.outDir);
  const { provider, why, endpoint } = choice;
  reporter.chosen({ provider, why, ...(endpoint && { endpoint }) });
  noteLive(inputs, running);
  const service = await openService(choice, flags, running);
  try {
    const several = flags.lines === true || inputs.length > 1;
    const maker = new Maker({ flags, running, parts: service.parts, provider, several });
    return await makeAll(jobs, several ? flags.jobs : 1, maker, (settings) =>
      openSpeakSession(sessionOptions(running, service, settings, flags, flags.flush ?? defaultFlush)),
    );
  } finally {
    await service.close();
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw writeError(thrown, path);
  }
}

/** Makes every file; the exit code is that of the first that failed. */
async function makeAll(
  jobs: AsyncIterable<SynthJob>,
  width: number,
  maker: Maker,
  open: (settings: Parameters<typeof sessionOptions>[2]) => SpeakSession,
): Promise<number | undefined> {
  const { running, several } = maker.setup;
  const failure = await inParallel(jobs, width, {
    // A session is opened with the first job, since that decides what the service is asked to send.
    open: (): { session?: SpeakSession } => ({}),
    work: (job, worker) =>
      maker.make(job, (settings) => {
        worker.session ??= open(settings);
        return worker.session;
      }),
    close: async (worker) => worker.session?.close(),
    failed: (thrown, job) => maker.failed(thrown, job),
  });
  if (running.signal.aborted || (failure !== undefined && !several)) {
    const kept = maker.kept.join(', ');
    return reportFailure(running.signal.reason ?? failure, running, kept === '' ? {} : { kept });
  }
  if (failure !== undefined) return toSpeechError(failure).exitCode;
  if (maker.made === 0) throw new SpeechError('E_NO_TEXT', 'no text to speak');
  return undefined;
}
