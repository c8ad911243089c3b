import { type ErrorCode, toSpeechError } from '../errors.ts';
import type { TurnProgress } from '../session/options.ts';
import type { SpeakSession } from '../session/speak-session.ts';
import type { SpeakSettings } from '../speech/speak.ts';
import type { TextInput } from './input.ts';
import { type OpenTarget, openTarget, sourceFor } from './output.ts';
import { type OpenPlayer, openPlayer } from './player.ts';
import { type Running, reportFailure } from './running.ts';
import { speakSettings } from './settings.ts';
import { speak, wantsMarkdown } from './speaking.ts';
import type { SynthFlags } from './synth.ts';
import type { SynthJob } from './synth-jobs.ts';
import type { SpeakParts } from './wiring.ts';

export interface MakerSetup {
  readonly flags: SynthFlags;
  readonly running: Running;
  readonly parts: SpeakParts;
  readonly provider: string;
  /** There is more than one file: each failure is reported by itself, and the others are still made. */
  readonly several: boolean;
}

/** Failures that every other text would meet as well: trying a thousand more lines would only cost time. */
const hopeless: ReadonlySet<ErrorCode> = new Set(['E_AUTH', 'E_CONNECT', 'E_CONNECT_TIMEOUT', 'E_DISK_FULL']);

/** Makes files of texts. */
export class Maker {
  readonly setup: MakerSetup;
  made = 0;
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

  /** Makes one file of one text. The target is opened first: a folder that is missing costs no connection. */
  async make(job: SynthJob, sessionFor: (settings: SpeakSettings) => SpeakSession): Promise<void> {
    const { flags, running, parts, provider, several } = this.setup;
    const { input, target } = job;
    const { encoding, compressTo } = sourceFor(target.kind, flags.encoding, parts.sendsCompressed);
    const wanted = speakSettings(flags, running.loaded.config, parts.service.traits, {
      baseUrl: parts.baseUrl,
      provider,
      encoding,
    });
    const { format } = wanted.settings;
    const { signal } = running;
    const opened = await openTarget(target, running.io, { input: format, signal, ...(compressTo && { compressTo }) });
    let player: OpenPlayer | undefined;
    try {
      player = flags.play ? await openPlayer(flags, format, running) : undefined;
      await speak(
        sessionFor(wanted.settings),
        {
          input,
          sink: player ? player.with(opened.sink) : opened.sink,
          ...(player && { playback: player.sink }),
          markdown: wantsMarkdown(flags.markdown, input),
          eager: flags.flush === 'clause',
          rules: wanted.rules,
          ...(flags.language !== undefined && { language: flags.language }),
          onReport: (report) =>
            running.reporter.turn(report, {
              provider,
              input: input.name,
              output: target.path,
              ...player?.figures(),
            }),
          onProgress: (progress) => this.#progress(input, progress),
        },
        running,
      );
      this.made++;
      if (several) running.reporter.progress({ done: this.made, unit: 'files' });
    } catch (thrown) {
      player?.sink.abort();
      await this.#keep(job, opened);
      throw thrown;
    }
  }

  #progress(input: TextInput, { sentences: done, audioMs }: TurnProgress): void {
    const { several, running } = this.setup;
    if (several) return;
    const progress = { label: input.name, done, unit: 'sentences' as const };
    running.reporter.progress({ ...progress, ...(audioMs !== undefined && { audioMs }) });
  }

  async #keep(job: SynthJob, opened: OpenTarget): Promise<void> {
    const kept = await opened.keepPartial();
    if (kept !== undefined) this.#kept.set(job, kept);
  }
}
