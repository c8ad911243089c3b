import { setMaxListeners } from 'node:events';
import { writeError } from '../audio/sinks/write-error.ts';
import type { Clock } from '../clock.ts';
import { errorTable, SpeechError, toSpeechError } from '../errors.ts';
import { createLog, type DebugArea, debugAreas, type Log } from '../log.ts';
import { createReporter, type ErrorExtra, type Reporter } from '../report/reporter.ts';
import { terminalTraits } from '../report/terminal.ts';
import { visible } from '../report/visible.ts';
import { type LoadedConfig, loadConfig } from './config.ts';
import type { CommandContext } from './context.ts';
import type { TalkFlags } from './flags.ts';
import type { Io, StopSignal } from './io.ts';
import { findKeys } from './providers.ts';
import { Secrets } from './secrets.ts';

/** What a command has while it runs. */
export interface Running {
  readonly io: Io;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly log: Log;
  readonly loaded: LoadedConfig;
  /** What must not be shown. */
  readonly secrets: Secrets;
  /** Aborted by Ctrl-C and by --max-time; its reason is the SpeechError to report. */
  readonly signal: AbortSignal;
  /** Does something gentler than aborting on the first Ctrl-C; the abort follows when it has settled. */
  onFirstStop(fn: () => Promise<void> | void): void;
}

export interface RunFlags extends TalkFlags {
  maxTime?: number;
  /** Where `--json` goes when stdout carries audio. */
  jsonTo?: 'stdout' | 'stderr';
  /** stdout carries no more than talk: that nobody reads it ends nothing. */
  outlivesStdout?: boolean;
}

/** Runs a command's body, reports what it throws, and sets the exit code. */
export async function runCommand(
  context: CommandContext,
  flags: RunFlags,
  body: (running: Running) => Promise<number | undefined>,
): Promise<void> {
  const { io, clock } = context;
  const secrets = new Secrets();
  const reporter = reporterFor(context, flags, secrets);
  const abort = new AbortController();
  // With --jobs many wait for it at a time, and Node takes more than ten for a leak.
  setMaxListeners(0, abort.signal);
  let gently: (() => Promise<void> | void) | undefined;
  const onStop = (signal: StopSignal) => {
    const message = signal === 'SIGINT' ? 'interrupted' : `interrupted by ${signal}`;
    Promise.resolve(gently?.())
      .catch(() => {})
      .then(() => abort.abort(new SpeechError('E_INTERRUPTED', message)));
  };
  const undo = [
    io.onStop(onStop, () => io.quit(errorTable.E_INTERRUPTED.exit)),
    limitTime(clock, flags.maxTime, abort),
    watchOutput(io, flags, abort),
  ];
  try {
    const loaded = loadConfig(io.env);
    for (const { key } of findKeys(io.env, loaded)) secrets.add(key);
    const log = logFor(io, flags, secrets);
    const onFirstStop = (fn: () => Promise<void> | void) => {
      gently = fn;
    };
    const code = await body({ io, clock, reporter, log, loaded, secrets, signal: abort.signal, onFirstStop });
    if (code !== undefined) context.exit(code);
  } catch (thrown) {
    context.exit(reportFailure(thrown, { reporter, signal: abort.signal }));
  } finally {
    for (const undoOne of undo) undoOne();
    // Somebody may still hold the other end open; nothing more is read from it.
    io.stdin.destroy();
    reporter.done();
  }
}

/** Reports what ended a command, or a part of it, and answers with the exit code. A closed pipe is a quiet end. */
export function reportFailure(
  thrown: unknown,
  { reporter, signal }: Pick<Running, 'reporter' | 'signal'>,
  extra: ErrorExtra = {},
): number {
  if (isPipeClosed(thrown) || isPipeClosed(signal.reason)) return 0;
  const error = toSpeechError(thrown);
  reporter.error(error, extra);
  return error.exitCode;
}

function isPipeClosed(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'PipeClosed';
}

function reporterFor({ io, clock }: CommandContext, flags: RunFlags, secrets: Secrets): Reporter {
  return createReporter({
    stdout: io.stdout,
    stderr: io.stderr,
    mode: flags.json ? 'json' : flags.quiet ? 'quiet' : 'human',
    jsonTo: flags.jsonTo ?? 'stdout',
    ...terminalTraits(io.env, io.stderr),
    clock,
    hide: (text) => secrets.hide(text),
  });
}

function logFor(io: Io, flags: RunFlags, secrets: Secrets): Log {
  const areas = new Set<DebugArea>(debugAreas.filter((area) => flags.debug.includes(area)));
  return createLog(areas, (line) => io.stderr.write(`${secrets.hide(visible(line.trimEnd()))}\n`));
}

function limitTime(clock: Clock, maxTime: number | undefined, abort: AbortController): () => void {
  if (maxTime === undefined) return () => {};
  const timer = clock.after(maxTime * 1000, () =>
    abort.abort(new SpeechError('E_MAX_TIME', `--max-time of ${maxTime} s has passed`)),
  );
  return () => timer.cancel();
}

/** `| head -c 100` closes our stdout: where that carried what was asked for, it ends the work, and is no error. */
function watchOutput(io: Io, { outlivesStdout }: RunFlags, abort: AbortController): () => void {
  const onError = (thrown: Error) => {
    const error = writeError(thrown, 'standard output');
    if (!isPipeClosed(error) || !outlivesStdout) abort.abort(error);
  };
  io.stdout.on('error', onError);
  return () => io.stdout.off('error', onError);
}
