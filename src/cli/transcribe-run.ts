import { SpeechError, toSpeechError } from '../errors.ts';
import { pooledErrors } from '../metrics/wer.ts';
import { dryListen } from './dry-listen.ts';
import { Existing } from './existing.ts';
import { checkedSettings, listenOptions } from './hearing.ts';
import { inParallel } from './jobs.ts';
import { makeFolder } from './output.ts';
import { choose } from './providers.ts';
import { type Running, reportFailure } from './running.ts';
import { openService } from './service.ts';
import type { TranscribeFlags } from './transcribe.ts';
import { planTranscripts, type TranscriptJob } from './transcribe-jobs.ts';
import { Transcriber } from './transcriber.ts';
import { wireListen } from './wiring.ts';

/** `vox transcribe`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runTranscribe(
  files: readonly string[],
  flags: TranscribeFlags,
  running: Running,
): Promise<number | undefined> {
  const { io, reporter } = running;
  const choice = choose(flags, running);
  const existing = new Existing(flags.skipExisting);
  const planned = planTranscripts(files, flags, io);
  const jobs = planned.filter(({ targets }) => !existing.has(targets.map(({ path }) => path)));
  if (flags.dryRun) return dryListen(jobs, flags, choice, running);
  const { provider, why, endpoint } = choice;
  existing.tell(running);
  if (jobs.length === 0) return undefined;
  reporter.chosen({ provider, why, ...(endpoint && { endpoint }) });
  const service = await openService(choice, flags, running, (chosen, means) =>
    wireListen(chosen, means, flags.language),
  );
  try {
    const settings = checkedSettings(flags, service.parts, provider);
    if (flags.outDir !== undefined) await makeFolder(flags.outDir);
    const session = () => listenOptions(running, service, settings, flags);
    const transcriber = new Transcriber({ flags, running, provider, session, total: jobs.length });
    running.onFirstStop(() => transcriber.stop());
    return await transcribeAll(jobs, flags.jobs, transcriber);
  } finally {
    await service.close();
  }
}

/** Transcribes every recording; the exit code is that of the first that failed. */
async function transcribeAll(
  jobs: readonly TranscriptJob[],
  width: number,
  transcriber: Transcriber,
): Promise<number | undefined> {
  const { running } = transcriber.setup;
  const failure = await inParallel(fromArray(jobs), Math.min(width, jobs.length), {
    open: () => undefined,
    work: (job) => transcriber.transcribe(job),
    close: async () => {},
    failed: (thrown, job) => transcriber.failed(thrown, job),
  });
  if (transcriber.errors.length > 1) running.reporter.hearing.pooled(pooledErrors(transcriber.errors));
  const stopped = transcriber.stopped ? new SpeechError('E_INTERRUPTED', 'interrupted') : undefined;
  if (stopped || running.signal.aborted || (failure !== undefined && jobs.length === 1)) {
    const kept = transcriber.keptOf(undefined);
    return reportFailure(stopped ?? running.signal.reason ?? failure, running, kept === undefined ? {} : { kept });
  }
  return failure === undefined ? undefined : toSpeechError(failure).exitCode;
}

async function* fromArray<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}
