import type { AudioSink } from '../audio/sink.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import type { SessionOptions, TurnProgress, WireWatcher } from '../session/options.ts';
import type { SpeakSession, SpeakTurn } from '../session/speak-session.ts';
import type { Boundary } from '../speech/span.ts';
import type { PronunciationRule, SpeakSettings } from '../speech/speak.ts';
import { createRewriter } from '../text/pronounce.ts';
import { cutSpans } from '../text/spans.ts';
import type { ServiceFlags } from './flags.ts';
import type { TextInput } from './input.ts';
import type { Running } from './running.ts';
import { firstSpoken, noticeFirst } from './spans.ts';
import type { SpeakParts } from './wiring.ts';

/** What a session needs, from the flags and the parts. */
export function sessionOptions(
  { clock, log, reporter, signal }: Running,
  parts: SpeakParts,
  settings: SpeakSettings,
  flags: Pick<ServiceFlags, 'timeout' | 'connectTimeout'>,
  flush: Boundary,
  watcher: WireWatcher | undefined,
): SessionOptions {
  return {
    service: parts.service,
    settings,
    credentials: parts.credentials,
    connect: parts.connect,
    clock,
    log,
    signal,
    flush,
    timeouts: { frameMs: flags.timeout * 1000, connectMs: flags.connectTimeout * 1000 },
    onWarning: (warning) => reporter.warning(warning),
    ...(watcher && { watcher }),
  };
}

export interface SpeakJob {
  readonly input: TextInput;
  readonly sink: AudioSink;
  /** The part of the sink that is heard, where there is one. */
  readonly playback?: AudioSink;
  readonly markdown: boolean;
  /** Cut the first sentence at a clause, for an early first sound. */
  readonly eager: boolean;
  readonly rules: readonly PronunciationRule[];
  readonly language?: string;
  readonly onTurn?: (turn: SpeakTurn) => void;
  /** All that was sent has sounded, and more text may or may not come. */
  readonly onLull?: () => void;
  /** What the turn measured, once it is over, however it ended. */
  readonly onReport: (report: TurnReport) => void;
  readonly onProgress?: (progress: TurnProgress) => void;
}

/** Speaks one text into one sink, to the end of its sound. Rejects with the error that ended it before. */
export async function speak(session: SpeakSession, job: SpeakJob, running: Running): Promise<void> {
  const { signal } = running;
  const text = noticeFirst(job.input.chunks(signal), () => session.warm());
  const cut = cutSpans(text, {
    eager: job.eager,
    markdown: job.markdown,
    ...(job.language !== undefined && { language: job.language }),
    ...(job.rules.length > 0 && { rewrite: createRewriter(job.rules) }),
  });
  const spans = await firstSpoken(cut, job.input.name);
  const turn = session.speak(spans, {
    ...(job.playback && { sink: job.playback }),
    onProgress: (progress) => {
      job.onProgress?.(progress);
      if (progress.throughChar >= progress.sentChar) job.onLull?.();
    },
  });
  job.onTurn?.(turn);
  try {
    await carry(turn, job);
    const { why, error } = await turn.result;
    if (error) throw error;
    if (why === 'interrupted') throw new SpeechError('E_INTERRUPTED', 'interrupted');
    await job.sink.drain();
  } catch (thrown) {
    // Whatever went wrong here, nothing more is wanted from there.
    turn.interrupt();
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    job.onReport((await turn.result).report);
  }
}

async function carry(turn: SpeakTurn, { sink, onLull }: SpeakJob): Promise<void> {
  for await (const out of turn) {
    if (out.type !== 'audio') continue;
    const refusal = sink.refuses(out.chunk.format);
    if (refusal !== undefined) throw new SpeechError('E_FILE', refusal);
    const written = sink.write(out.chunk);
    if (written !== undefined) await written;
    // The acknowledgement may have come while its audio still waited here.
    if (onLull && turn.progress.throughChar >= turn.progress.sentChar) onLull();
  }
}

/** Markdown is turned into speech for stdin and for files named so, unless the flag says otherwise. */
export function wantsMarkdown(flag: 'auto' | 'on' | 'off', input: TextInput): boolean {
  return flag === 'on' || (flag === 'auto' && input.markdownByName);
}

/** Closes one thing after another; a failure of one is no reason to leave the next open. */
export async function closeAll(...closers: (() => Promise<unknown>)[]): Promise<void> {
  let failure: unknown;
  for (const close of closers) {
    try {
      await close();
    } catch (thrown) {
      failure ??= thrown;
    }
  }
  if (failure !== undefined) throw toSpeechError(failure);
}
