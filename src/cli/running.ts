import type { Clock } from '../clock.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { createLog, type DebugArea, debugAreas, type Log } from '../log.ts';
import { createReporter, type Reporter } from '../report/reporter.ts';
import { terminalTraits } from '../report/terminal.ts';
import { type LoadedConfig, loadConfig } from './config.ts';
import type { CommandContext } from './context.ts';
import type { TalkFlags } from './flags.ts';
import type { Io } from './io.ts';

/** What a command has while it runs. */
export interface Running {
  readonly io: Io;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly log: Log;
  readonly loaded: LoadedConfig;
  /** Aborted by Ctrl-C and by --max-time; its reason is the SpeechError to report. */
  readonly signal: AbortSignal;
  /** Does something gentler than aborting on the first Ctrl-C; the abort follows when it has settled. */
  onFirstStop(fn: () => Promise<void> | void): void;
}

export interface RunFlags extends TalkFlags {
  maxTime?: number;
  /** Where `--json` goes when stdout carries audio. */
  jsonTo?: 'stdout' | 'stderr';
}

/** Runs a command's body, reports what it throws, and sets the exit code. A closed pipe is a quiet end. */
export async function runCommand(
  context: CommandContext,
  flags: RunFlags,
  body: (running: Running) => Promise<number | undefined>,
): Promise<void> {
  const { io, clock } = context;
  const reporter = createReporter({
    stdout: io.stdout,
    stderr: io.stderr,
    mode: flags.json ? 'json' : flags.quiet ? 'quiet' : 'human',
    jsonTo: flags.jsonTo ?? 'stdout',
    ...terminalTraits(io.env, io.stderr),
    clock,
  });
  const areas = new Set<DebugArea>(debugAreas.filter((area) => flags.debug.includes(area)));
  const log = createLog(areas, (line) => io.stderr.write(line));
  const abort = new AbortController();
  let gently: (() => Promise<void> | void) | undefined;
  const stopped = new SpeechError('E_INTERRUPTED', 'interrupted');
  const takeBack = io.onStop(() => {
    Promise.resolve(gently?.())
      .catch(() => {})
      .then(() => abort.abort(stopped));
  });
  const limit =
    flags.maxTime === undefined
      ? undefined
      : clock.after(flags.maxTime * 1000, () =>
          abort.abort(new SpeechError('E_MAX_TIME', `--max-time of ${flags.maxTime} s has passed`)),
        );
  const unpipe = quietPipe(io, abort);
  try {
    const running = {
      io,
      clock,
      reporter,
      log,
      loaded: loadConfig(io.env),
      signal: abort.signal,
      onFirstStop(fn: () => Promise<void> | void) {
        gently = fn;
      },
    };
    const code = await body(running);
    if (code !== undefined) context.exit(code);
  } catch (thrown) {
    if (isPipeClosed(thrown) || isPipeClosed(abort.signal.reason)) return;
    const error = toSpeechError(thrown);
    reporter.error(error);
    context.exit(error.exitCode);
  } finally {
    limit?.cancel();
    takeBack();
    unpipe();
    reporter.done();
  }
}

/** `| head -c 100` closes our stdout: that ends the work, and is no error. */
function quietPipe(io: Io, abort: AbortController): () => void {
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') abort.abort(new ClosedPipe());
    else abort.abort(new SpeechError('E_FILE', `cannot write to stdout: ${error.message}`, { cause: error }));
  };
  const ignore = () => {};
  io.stdout.on('error', onError);
  // Nobody reads stderr any more: there is nobody to tell.
  io.stderr.on('error', ignore);
  return () => {
    io.stdout.off('error', onError);
    io.stdout.on('error', ignore);
  };
}

class ClosedPipe extends Error {
  override readonly name = 'PipeClosed';
}

function isPipeClosed(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'PipeClosed';
}
