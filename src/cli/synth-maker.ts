import { type ErrorCode, toSpeechError } from '../errors.ts';
import type { TurnProgress } from '../session/options.ts';
import type { SpeakSession } from '../session/speak-session.ts';
import type { TextInput } from './input.ts';
import { type Encoder, type FileKind, type OpenTarget, openTarget } from './output.ts';
import { type OpenPlayer, openPlayer } from './player.ts';
import { type Running, reportFailure } from './running.ts';
import type { WantedSpeech } from './settings.ts';
import { speak, wantsMarkdown } from './speaking.ts';
import type { SynthFlags } from './synth.ts';
import type { SynthJob } from './synth-jobs.ts';

export interface MakerSetup {
  readonly flags: SynthFlags;
  readonly running: Running;
  readonly kind: FileKind;
  readonly wanted: WantedSpeech;
  readonly encoder?: Encoder;
  readonly provider: string;
  /** There is more than one file: each failure is reported by itself, and the others are still made. */
  readonly several: boolean;
  /** How many there will be, where that is known. */
  readonly total: number | undefined;
  /** Where they are the lines of one text: how much of it so many characters are. */
  readonly share: TextInput['share'] | undefined;
}

/** Failures that every other text would meet as well: trying a thousand more lines would only cost time. */
const hopeless: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'E_USAGE',
  'E_UNSUPPORTED',
  'E_AUTH',
  'E_CONNECT',
  'E_CONNECT_TIMEOUT',
  'E_DISK_FULL',
  'E_PLAYER',
  'E_DEVICE',
]);

/** Makes files of texts. */
export class Maker {
  readonly setup: MakerSetup;
  made = 0;
  /** Of those that are done, whether made or failed. */
  #doneChars = 0;
  #doneFiles = 0;
  #audioMs = 0;
  readonly #kept = new Map<SynthJob, string>();

  constructor(setup: MakerSetup) {
    this.setup = setup;
  }

  /** The files that hold what was received before a failure. */
  get kept(): string[] {
    return [...this.#kept.values()];
  }

  /** Reports one failure of several; a single one, and what ends everything, is reported where the command ends. */
  failed(thrown: unknown, job: SynthJob | undefined): boolean {
    const { several, running } = this.setup;
    if (!several || running.signal.aborted) return false;
    const kept = job && this.#kept.get(job);
    reportFailure(thrown, running, { ...(job && { input: job.input.name }), ...(kept !== undefined && { kept }) });
    return !hopeless.has(toSpeechError(thrown).code);
  }

  /** Makes one file of one text. */
  async make(job: SynthJob, session: SpeakSession): Promise<void> {
    try {
      await this.#make(job, session);
      this.made++;
    } finally {
      this.#finished(job);
    }
  }

  /** The target is opened first: a folder that is missing costs no connection. */
  async #make(job: SynthJob, session: SpeakSession): Promise<void> {
    const { flags, running, wanted, kind, encoder, provider } = this.setup;
    const { input, path } = job;
    const { format } = wanted.settings;
    const onWarning = (message: string) => running.reporter.warning({ code: 'damaged', message });
    const { signal } = running;
    const hold = flags.hold && flags.reconnect === true;
    const made = { kind, input: format, signal, hold, onWarning, ...(encoder && { encoder }) };
    const opened = await openTarget(path, running.io, made);
    let player: OpenPlayer | undefined;
    try {
      player = flags.play ? await openPlayer(flags, format, running) : undefined;
      await speak(
        session,
        {
          input,
          sink: player ? player.with(opened.sink) : opened.sink,
          ...(player && { playback: player.sink, onLull: () => player?.lull() }),
          markdown: wantsMarkdown(flags.markdown, input),
          eager: flags.flush === 'clause',
          rules: wanted.rules,
          ...(flags.language !== undefined && { language: flags.language }),
          onReport: (report) => {
            this.#audioMs += report.audioMs ?? 0;
            running.reporter.turn(report, { provider, input: input.name, output: path, ...player?.figures() });
          },
          onProgress: (progress) => this.#progress(input, progress),
        },
        running,
      );
    } catch (thrown) {
      player?.sink.abort();
      await this.#keep(job, opened);
      throw thrown;
    }
  }

  /** Of several files: how many are done. */
  #finished({ chars = 0 }: SynthJob): void {
    const { several, running, total, share } = this.setup;
    if (!several) return;
    this.#doneChars += chars;
    const done = { done: ++this.#doneFiles, unit: 'files' as const, audioMs: this.#audioMs };
    running.reporter.progress({ ...done, total, share: share?.(this.#doneChars) });
  }

  /** Of a single one: how far its text has been spoken. */
  #progress(input: TextInput, { sentences: done, audioMs, throughChar }: TurnProgress): void {
    const { several, running } = this.setup;
    if (several) return;
    const share = input.share(throughChar);
    running.reporter.progress({ label: input.name, done, share, unit: 'sentences', audioMs });
  }

  async #keep(job: SynthJob, opened: OpenTarget): Promise<void> {
    try {
      const kept = await opened.keepPartial();
      if (kept !== undefined) this.#kept.set(job, kept);
    } catch (thrown) {
      // What went wrong before matters more, and is told as the error.
      const { message } = toSpeechError(thrown);
      this.setup.running.reporter.warning({ code: 'partial', message: `what was received is lost: ${message}` });
    }
  }
}
