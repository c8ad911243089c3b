import type { AudioSource } from '../audio/source.ts';
import { openAudio } from '../audio/sources/open-audio.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { type WordErrors, wordErrors } from '../metrics/wer.ts';
import type { TranscriptOptions, TranscriptSummary } from '../report/transcript/writer.ts';
import type { ListenOptions, ListenResult } from '../session/listen-options.ts';
import type { Segment } from '../speech/listen.ts';
import { rawFormat } from './hear-flags.ts';
import { InOrder } from './in-order.ts';
import { sentRateHz } from './listen-settings.ts';
import { begun } from './listen-source.ts';
import type { Running } from './running.ts';
import { reportFailure } from './running.ts';
import type { TranscribeFlags } from './transcribe.ts';
import { type Aside, Channels } from './transcribe-channels.ts';
import type { TranscriptJob } from './transcribe-jobs.ts';
import { TranscribeProgress } from './transcribe-progress.ts';
import { fileOutput, stdoutOutput, type TranscriptOutput, writeOut } from './transcript-output.ts';
import { firstAudio } from './waiting.ts';

export interface TranscriberSetup {
  readonly flags: TranscribeFlags;
  readonly running: Running;
  readonly provider: string;
  /** What a session needs, all but its audio. */
  readonly session: () => ListenOptions;
  readonly total: number;
}

/** Makes transcripts of recordings. */
export class Transcriber {
  readonly setup: TranscriberSetup;
  readonly errors: WordErrors[] = [];
  readonly #progress: TranscribeProgress;
  readonly #kept = new Map<TranscriptJob, string[]>();
  /** Recordings that are being heard: Ctrl-C lets what was sent of them finish. */
  readonly #open = new Set<Channels>();
  #stopped = false;
  /** Recordings that were begun, and what goes to stdout of those that are heard side by side: in their order. */
  #begun = 0;
  readonly #inOrder: InOrder;

  constructor(setup: TranscriberSetup) {
    this.setup = setup;
    this.#inOrder = new InOrder(writeOut(setup.running));
    this.#progress = new TranscribeProgress(setup.running, setup.total);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The files that hold what was heard before a failure: of one recording, or of all. */
  keptOf(job: TranscriptJob | undefined): string | undefined {
    const kept = job ? this.#kept.get(job) : [...this.#kept.values()].flat();
    return kept?.length ? kept.join(', ') : undefined;
  }

  /** No more audio is taken: what was sent is still transcribed. Resolves when all of that has come. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#open].map((channels) => channels.finish()));
  }

  /** Reports one failure of several. Answers whether the rest can still be done. */
  failed(thrown: unknown, job: TranscriptJob | undefined): boolean {
    const { running, total } = this.setup;
    if (total === 1 || this.#stopped || running.signal.aborted) return false;
    const kept = this.keptOf(job);
    reportFailure(thrown, running, { ...(job && { input: job.name }), ...(kept !== undefined && { kept }) });
    return !hopeless.has(toSpeechError(thrown).code);
  }

  async transcribe(job: TranscriptJob): Promise<void> {
    const number = this.#begun++;
    const { flags, running } = this.setup;
    try {
      if (this.#stopped) return;
      const open = async (signal: AbortSignal) => {
        const sources = await openAudio(job.input, {
          sampleRateHz: sentRateHz,
          channels: flags.channels,
          chunkMs: flags.chunkMs,
          signal,
          onWarning: (message) => running.reporter.warning({ code: 'audio', message }),
          ...(flags.raw && { raw: rawFormat(flags) }),
        });
        return Promise.all(sources.map((source) => begun(source, signal)));
      };
      const sources = await firstAudio(open, { name: job.name, timeout: flags.timeout }, running);
      try {
        await this.#run(job, sources, await this.#openOutputs(job, number));
      } finally {
        await Promise.all(sources.map((source) => source.close?.()));
      }
    } finally {
      this.#inOrder.done(number);
      this.#progress.finished(job);
    }
  }

  async #openOutputs(job: TranscriptJob, number: number): Promise<TranscriptOutput[]> {
    const { flags, running, total } = this.setup;
    const options: TranscriptOptions = {
      charsPerLine: flags.charsPerLine,
      ...(flags.wordsPerCue !== undefined && { wordsPerCue: flags.wordsPerCue }),
      ...(flags.words && { words: true }),
      ...(flags.diarize && { diarize: true }),
    };
    const sideBySide = flags.jobs > 1 && total > 1;
    const together = (text: string) => this.#inOrder.add(number, text);
    const outputs: TranscriptOutput[] = [];
    for (const target of job.targets) {
      outputs.push(
        target.path === undefined
          ? stdoutOutput(target, options, { ...running, ...(sideBySide && { together }) })
          : await fileOutput(target.path, target, options, running),
      );
    }
    return outputs;
  }

  async #run(job: TranscriptJob, sources: readonly AudioSource[], outputs: readonly TranscriptOutput[]): Promise<void> {
    const { running, session, flags } = this.setup;
    const heard = new Heard();
    const channels = new Channels({
      sources,
      signal: running.signal,
      session: (channel) => ({
        ...session(),
        ...(flags.pace !== undefined && { pace: flags.pace }),
        onProgress: ({ sentMs }) => this.#progress.sent(job, channel, sentMs, sources[channel]?.totalMs),
      }),
      put: async (segment) => {
        heard.add(segment);
        running.reporter.hearing.final(segment, { input: job.name });
        for (const output of outputs) await output.push(segment);
      },
      aside: (out, channel) => this.#tell(out, { input: job.name, ...(channel !== undefined && { channel }) }),
    });
    this.#open.add(channels);
    const { results, failure, cutOff } = await channels.run();
    this.#open.delete(channels);
    const summary = this.#summary(job, heard, results);
    // What Ctrl-C cut off is no whole transcript.
    const broken = failure ?? (cutOff ? { thrown: new SpeechError('E_INTERRUPTED', 'interrupted') } : undefined);
    await this.#finish(job, outputs, summary, broken !== undefined);
    this.#report(job, results, summary);
    if (broken) throw broken.thrown;
  }

  #tell(out: Aside, from: { input: string; channel?: number }): void {
    const { running, flags } = this.setup;
    const { hearing } = running.reporter;
    if (!flags.interim) return;
    if (out.type === 'interim') hearing.interim(out, from);
    else if (out.type === 'speechStarted') hearing.speechStarted(out, from);
    else hearing.utteranceEnd(out, from);
  }

  #summary(job: TranscriptJob, heard: Heard, results: readonly ListenResult[]): TranscriptSummary {
    const { provider, session } = this.setup;
    const { model } = session().settings;
    return {
      file: job.name,
      durationMs: Math.max(0, ...results.map(({ report }) => report.audioMs)),
      provider,
      ...(heard.language !== undefined && { language: heard.language }),
      ...(model !== undefined && { model }),
      ...(job.reference !== undefined && { wer: wordErrors(job.reference, heard.text) }),
    };
  }

  /** Every output gets its end, whatever becomes of another; one that cannot be written is the failure then. */
  async #finish(
    job: TranscriptJob,
    outputs: readonly TranscriptOutput[],
    summary: TranscriptSummary,
    broken: boolean,
  ): Promise<void> {
    const ends = outputs.map((output) => (broken ? output.keep(summary) : output.end(summary)));
    const settled = await Promise.allSettled(ends);
    const kept = settled.flatMap((end) => (end.status === 'fulfilled' && end.value !== undefined ? [end.value] : []));
    if (kept.length > 0) this.#kept.set(job, kept);
    const unwritten = settled.find((end) => end.status === 'rejected');
    if (unwritten && !broken) throw unwritten.reason;
  }

  #report(job: TranscriptJob, results: readonly ListenResult[], { wer, model }: TranscriptSummary): void {
    if (wer) this.errors.push(wer);
    const { provider, running } = this.setup;
    const outputs = job.targets.flatMap(({ path }) => (path === undefined ? [] : [path]));
    for (const [channel, { report, error }] of results.entries()) {
      // The error says it all.
      if (error && report.audioMs === 0) continue;
      running.reporter.hearing.heard(report, {
        input: job.name,
        provider,
        ...(model !== undefined && { model }),
        ...(outputs.length > 0 && { outputs }),
        ...(results.length > 1 && { channel }),
        ...(wer && channel === results.length - 1 && { wer }),
      });
    }
  }
}

/** What was heard of one recording, as one text. */
class Heard {
  readonly #texts: string[] = [];
  language: string | undefined;

  get text(): string {
    return this.#texts.join(' ');
  }

  add({ text, language }: Segment): void {
    this.#texts.push(text);
    this.language ??= language;
  }
}

/** Failures that every other recording would meet as well. */
const hopeless: ReadonlySet<string> = new Set([
  'E_USAGE',
  'E_UNSUPPORTED',
  'E_AUTH',
  'E_CONNECT',
  'E_CONNECT_TIMEOUT',
  'E_RECOGNISER',
  'E_DISK_FULL',
]);
