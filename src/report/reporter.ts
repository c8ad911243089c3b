import type { BenchDocument, BenchKind, Comparison, RunRow } from '../bench/document.ts';
import type { Clock } from '../clock.ts';
import type { SpeechError } from '../errors.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import { benchTable, comparisonTable } from './bench/table.ts';
import { type DoctorView, doctorTable } from './doctor-table.ts';
import { type Hearing, HearingReports, type Say } from './hearing.ts';
import { PaintedLines } from './painted-lines.ts';
import { ProgressLine } from './progress-line.ts';
import type { Progress } from './progress-text.ts';
import { type TurnExtra, turnSummary } from './summary.ts';
import { isTerminal, type Out } from './terminal.ts';
import { LiveTranscript } from './transcript/live-line.ts';
import { bareEndpoint, jsonLine, visible } from './visible.ts';
import { type VoiceRow, voicesTable } from './voices-table.ts';

export type ReportMode = 'human' | 'json' | 'quiet';

export interface ReporterOptions {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly mode: ReportMode;
  /** Where the JSON lines go: stderr, when stdout carries audio. */
  readonly jsonTo: 'stdout' | 'stderr';
  /** Both as `terminalTraits` of stderr says. */
  readonly color: boolean;
  readonly interactive: boolean;
  readonly clock: Clock;
  /** Takes out of every text what must not be shown. */
  readonly hide?: (text: string) => string;
}

/** Where an error happened, and what is left. All of it goes into the JSON object. */
export interface ErrorExtra {
  readonly input?: string;
  /** The file that holds what was received before the failure. */
  readonly kept?: string;
  readonly [name: string]: string | number | boolean | null | undefined;
}

/**
 * What a command says beside its data, which is the caller's to write. People read stderr; JSON goes one object a
 * line, each with its `event`. Texts from outside may hold anything: they are made safe here, not by the caller.
 */
export interface Reporter {
  chosen(info: { provider: string; why: string; endpoint?: string }): void;
  warning(warning: { code: string; message: string }): void;
  note(text: string): void;
  /** For people at a terminal: a moving line, from one second after the first call until `done`. */
  progress(progress: Progress): void;
  turn(report: TurnReport, extra?: TurnExtra): void;
  /** What is said of speech that is recognised. Its live line takes the place of the moving line. */
  readonly hearing: Hearing;
  /** The list of `vox voices`, as data on stdout. */
  voices(voices: readonly VoiceRow[]): void;
  /** The result of `vox doctor`, as data on stdout. */
  doctor(result: DoctorView): void;
  /** A measured run, for programs: people have the moving line. */
  benchRun(row: RunRow): void;
  /**
   * The result of `vox bench`: a table as data on stdout, advice as talk; for programs one object, without the runs.
   * Resolves when the table is written; the moving line is gone then.
   */
  bench(document: BenchDocument): Promise<void>;
  /** What `vox bench compare` found, as data on stdout. */
  comparisons(kind: BenchKind, comparisons: readonly Comparison[]): void;
  /** Said in every mode. */
  error(error: SpeechError, extra?: ErrorExtra): void;
  /** Takes the moving line away. Resolves when everything is written; nothing needs to wait for that. */
  done(): Promise<void>;
}

export function createReporter(options: ReporterOptions): Reporter {
  return new StreamReporter(options);
}

class StreamReporter implements Reporter {
  readonly hearing: Hearing;
  readonly #options: ReporterOptions;
  readonly #lines: PaintedLines;
  readonly #data: PaintedLines;
  readonly #progress: ProgressLine | undefined;
  #live: LiveTranscript | undefined;

  constructor(options: ReporterOptions) {
    const { stdout, stderr, mode, interactive, color, clock } = options;
    this.#options = options;
    this.#lines = new PaintedLines((text) => this.#write(stderr, text), color);
    const paintsData = color && stdout.isTTY === true && mode === 'human';
    this.#data = new PaintedLines((text) => this.#write(stdout, text), paintsData);
    if (mode === 'human' && interactive && isTerminal(stderr)) this.#progress = new ProgressLine(stderr, color, clock);
    this.hearing = new HearingReports({
      say: this.#say,
      openLive: () => this.#openLive(),
      makeRoom: () => this.#makeRoom(),
      hide: options.hide,
    });
  }

  /** Both need the last line. */
  #openLive(): LiveTranscript | undefined {
    if (!this.#progress) return undefined;
    void this.#progress.end();
    this.#live ??= new LiveTranscript(this.#options.stderr, this.#options.clock);
    return this.#live;
  }

  #write(out: Out, text: string): void {
    this.#makeRoom();
    out.write(this.#options.hide?.(text) ?? text);
  }

  /** Both streams may be the same terminal. */
  #makeRoom(): void {
    this.#progress?.clear();
    this.#live?.clear();
  }

  /** Says it the way of the mode: to a person, as an object, or not at all. */
  readonly #say: Say = (event, line) => {
    if (this.#options.mode === 'human' && line) this.#lines.add(line);
    if (this.#options.mode === 'json') this.#write(this.#options[this.#options.jsonTo], jsonLine(event));
  };

  chosen({ provider, why, endpoint }: { provider: string; why: string; endpoint?: string }): void {
    const where = endpoint === undefined ? undefined : bareEndpoint(endpoint);
    const at = where === undefined ? '' : ` at ${visible(where)}`;
    this.#say(
      { event: 'chosen', provider, why, ...(where !== undefined && { endpoint: where }) },
      (paint) => `${paint.dim(`vox: provider ${visible(provider)}${at} (${visible(why)})`)}\n`,
    );
  }

  warning({ code, message }: { code: string; message: string }): void {
    this.#say(
      { event: 'warning', code, message },
      (paint) => `vox: ${paint.yellow('warning:')} ${visible(message)} ${paint.dim(`[${visible(code)}]`)}\n`,
    );
  }

  note(text: string): void {
    this.#say({ event: 'note', message: text }, () => `${text.split('\n').map(visible).join('\n')}\n`);
  }

  progress(progress: Progress): void {
    this.#progress?.show(progress);
  }

  turn(report: TurnReport, extra: TurnExtra = {}): void {
    this.#say({ event: 'turn', ...report, ...extra }, (paint) => {
      const { name, figures } = turnSummary(report, extra);
      const text = figures.join(paint.dim(' · '));
      return name === undefined ? `${text}\n` : `${paint.bold(name)}  ${text}\n`;
    });
  }

  error(error: SpeechError, extra: ErrorExtra = {}): void {
    const { code, exitCode, retryable, message, todo, detail } = error;
    const { mode, jsonTo } = this.#options;
    if (mode === 'json') {
      const event = { event: 'error', code, exitCode, retryable, message, todo, detail, ...extra };
      this.#write(this.#options[jsonTo], jsonLine(event));
      // A stream of objects stays one.
      if (jsonTo === 'stderr') return;
    }
    this.#lines.add((paint) => {
      const where = extra.input === undefined || names(message, extra.input) ? '' : `${visible(extra.input)}: `;
      const kept = extra.kept === undefined ? '' : `  kept: ${visible(extra.kept)}\n`;
      // What a vendor's support asks for first.
      const request = detail.requestId === undefined ? '' : ` (request ${visible(String(detail.requestId))})`;
      const said = `${where}${visible(message)}${request}`;
      return `${paint.red('vox:')} ${said} ${paint.dim(`[${code}]`)}\n  → ${visible(todo)}\n${kept}`;
    });
  }

  voices(voices: readonly VoiceRow[]): void {
    this.#data.add((paint) => voicesTable(voices, { ...this.#list(), paint }));
  }

  doctor(result: DoctorView): void {
    this.#data.add((paint) => doctorTable(result, { ...this.#list(), paint }));
  }

  benchRun(row: RunRow): void {
    this.#say({ event: 'run', ...row });
  }

  async bench(document: BenchDocument): Promise<void> {
    const { runs: _, timelines: __, ...summary } = document;
    this.#say({ event: 'summary', ...summary });
    if (this.#options.mode === 'json') return;
    const { columns } = this.#list();
    // The advice goes to those who look, not into what is kept.
    const table = { ...document, advice: [] };
    await this.#progress?.end();
    this.#data.add((paint) => `${benchTable(table, { columns, paint }).join('\n')}\n`);
    // Both may be one screen: what is said next stands below it.
    await this.#data.flushed();
    if (this.#options.mode === 'quiet') return;
    for (const { message, series } of document.advice) {
      const about = series === undefined || document.series.length === 1 ? '' : `${series}: `;
      this.#lines.add((paint) => `vox: ${paint.yellow(visible(`${about}${message}`))}\n`);
    }
  }

  comparisons(kind: BenchKind, comparisons: readonly Comparison[]): void {
    for (const comparison of comparisons) this.#say({ event: 'comparison', kind, ...comparison });
    if (this.#options.mode === 'json') return;
    const { columns } = this.#list();
    this.#data.add((paint) => `${comparisonTable(comparisons, kind, { columns, paint }).join('\n')}\n`);
  }

  #list(): { mode: ReportMode; columns?: number } {
    const { mode, stdout } = this.#options;
    return { mode, ...(stdout.isTTY && stdout.columns !== undefined && { columns: stdout.columns }) };
  }

  async done(): Promise<void> {
    this.#live?.end();
    await Promise.all([this.#progress?.end(), this.#lines.flushed(), this.#data.flushed()]);
  }
}

/** Whether a message says of itself what it is about: "cannot read a.wav: …" needs no second "a.wav: ". */
function names(message: string, input: string): boolean {
  return ` ${message}`.split(` ${input}`).some((rest, index) => index > 0 && !/^[\w./-]/.test(rest));
}
