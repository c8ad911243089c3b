import { SpeechError, toSpeechError } from '../errors.ts';
import { openSpeakSession, type SpeakSession } from '../session/speak-session.ts';
import { dryRun } from './dry-run.ts';
import { type TextInput, textInputs } from './input.ts';
import { inParallel } from './jobs.ts';
import { encodingFor, ffmpegFor, openTarget } from './output.ts';
import { type OpenPlayer, openPlayer } from './player.ts';
import { chooseProvider, type ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { speakSettings, type WantedSpeech } from './settings.ts';
import { closeAll, sessionOptions, speak, wantsMarkdown } from './speaking.ts';
import type { SynthFlags } from './synth.ts';
import { planJobs, type SynthJob } from './synth-jobs.ts';
import { openTrace, type Trace } from './trace.ts';
import { listVoices } from './voices-run.ts';
import { type SpeakParts, wireDry, wireSpeak } from './wiring.ts';

/** Where a book is flushed: a voice sounds best when it is given whole paragraphs. */
const defaultFlush = 'paragraph';

/** `vox synth`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runSynth(
  words: readonly string[],
  flags: SynthFlags,
  running: Running,
): Promise<number | undefined> {
  const { io, reporter, loaded, signal } = running;
  if (flags.voice === '?') return listVoices(flags, running);
  const choice = chooseProvider(flags, io.env, loaded);
  const inputs = textInputs(words, flags.file, io);
  const jobs = planJobs(inputs, flags, signal);
  if (flags.dryRun) return dryRun(inputs, flags, choice, await wireDry(choice), running, flags.flush ?? defaultFlush);
  reporter.chosen({
    provider: choice.provider,
    why: choice.why,
    ...(choice.endpoint && { endpoint: choice.endpoint }),
  });
  const several = flags.lines === true || inputs.length > 1;
  const parts = await wireSpeak(choice, running);
  const trace = flags.trace === undefined ? undefined : await openTrace(flags.trace, running.clock);
  const maker = new Maker(flags, running, parts, choice, several, trace);
  try {
    const failure = await inParallel(jobs, several ? flags.jobs : 1, {
      open: () => new Worker(maker),
      work: (job, worker) => maker.make(job, worker),
      close: (worker) => worker.close(),
      failed: (job, thrown) => maker.failed(job, thrown),
    });
    if (maker.made === 0 && failure === undefined) throw new SpeechError('E_NO_TEXT', 'no text to speak');
    if (failure === undefined) return undefined;
    if (!several || signal.aborted) throw failure;
    return toSpeechError(failure).exitCode;
  } finally {
    await closeAll(
      () => parts.close(),
      async () => trace?.close(),
    );
  }
}

/** A session that is opened with the first job, since that decides what the service is asked to send. */
class Worker {
  readonly #maker: Maker;
  #session: SpeakSession | undefined;

  constructor(maker: Maker) {
    this.#maker = maker;
  }

  session(wanted: WantedSpeech): SpeakSession {
    this.#session ??= this.#maker.open(wanted);
    return this.#session;
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }
}

class Maker {
  made = 0;
  readonly #flags: SynthFlags;
  readonly #running: Running;
  readonly #parts: SpeakParts;
  readonly #choice: ProviderChoice;
  readonly #several: boolean;
  readonly #trace: Trace | undefined;

  constructor(
    flags: SynthFlags,
    running: Running,
    parts: SpeakParts,
    choice: ProviderChoice,
    several: boolean,
    trace: Trace | undefined,
  ) {
    this.#flags = flags;
    this.#running = running;
    this.#parts = parts;
    this.#choice = choice;
    this.#several = several;
    this.#trace = trace;
  }

  open({ settings }: WantedSpeech): SpeakSession {
    const flush = this.#flags.flush ?? defaultFlush;
    return openSpeakSession(
      sessionOptions(
        this.#running,
        this.#parts,
        settings,
        this.#flags,
        flush,
        this.#trace?.watcher(this.#parts.service.name, this.#parts.credentials.key),
      ),
    );
  }

  failed(job: SynthJob, thrown: unknown): void {
    this.made++;
    const { reporter, signal } = this.#running;
    // A single failure, and the one that ends everything, are reported where the command ends.
    if (this.#several && !signal.aborted) reporter.error(toSpeechError(thrown), { input: job.input.name });
  }

  /** Makes one file of one text. The target is opened first: a folder that is missing costs no connection. */
  async make({ input, target }: SynthJob, worker: Worker): Promise<void> {
    const { io, reporter } = this.#running;
    const ffmpeg = await ffmpegFor(target.kind, this.#parts.sendsCompressed);
    const encoding = ffmpeg === undefined ? encodingFor(target.kind, this.#flags.encoding) : 'linear16';
    const wanted = speakSettings(this.#flags, this.#running.loaded.config, this.#parts.service.traits, {
      baseUrl: this.#parts.baseUrl,
      provider: this.#choice.provider,
      encoding,
    });
    const opened = await openTarget(target, io, {
      input: wanted.settings.format,
      signal: this.#running.signal,
      ...(ffmpeg !== undefined && { ffmpeg }),
    });
    let player: OpenPlayer | undefined;
    try {
      player = this.#flags.play ? await openPlayer(this.#flags, wanted.settings.format, this.#running) : undefined;
      await speak(
        worker.session(wanted),
        {
          input,
          sink: player ? player.with(opened.sink) : opened.sink,
          ...(player && { playback: player.sink }),
          markdown: wantsMarkdown(this.#flags.markdown, input),
          eager: this.#flags.flush === 'clause',
          rules: wanted.rules,
          ...(this.#flags.language !== undefined && { language: this.#flags.language }),
          onReport: (report) => {
            const extra = { provider: this.#choice.provider, input: input.name, output: target.path };
            reporter.turn(report, { ...extra, ...player?.figures() });
          },
          onProgress: (progress) => this.#progress(input, progress),
        },
        this.#running,
      );
      this.made++;
      if (this.#several) reporter.progress({ done: this.made, unit: 'files' });
    } catch (thrown) {
      await this.#keep(opened, player);
      throw thrown;
    }
  }

  #progress(input: TextInput, progress: { sentences: number; audioMs: number | undefined }): void {
    if (this.#several) return;
    const { sentences: done, audioMs } = progress;
    this.#running.reporter.progress({
      label: input.name,
      done,
      unit: 'sentences',
      ...(audioMs !== undefined && { audioMs }),
    });
  }

  async #keep(opened: { keepPartial(): Promise<string | undefined> }, player: OpenPlayer | undefined): Promise<void> {
    player?.sink.abort();
    const kept = await opened.keepPartial();
    if (kept !== undefined)
      this.#running.reporter.warning({ code: 'partial', message: `what was received is in ${kept}` });
  }
}
