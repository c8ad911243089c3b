import { durationMs } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import { SpeechError } from '../errors.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import type { SessionOptions, TurnProgress } from '../session/options.ts';
import type { SpeakSession, SpeakTurn } from '../session/speak-session.ts';
import type { Boundary } from '../speech/span.ts';
import type { PronunciationRule, SpeakSettings } from '../speech/speak.ts';
import { createRewriter } from '../text/pronounce.ts';
import { cutSpans } from '../text/spans.ts';
import type { ServiceFlags } from './flags.ts';
import type { TextInput } from './input.ts';
import type { Running } from './running.ts';
import { commonOptions, type OpenService } from './service.ts';
import { endLineAtRest, firstSpoken, noticeFirst } from './spans.ts';

/** What a session of speech out needs, from the flags and the service. */
export function sessionOptions(
  running: Running,
  service: OpenService,
  settings: SpeakSettings,
  flags: Pick<ServiceFlags, 'timeout' | 'connectTimeout' | 'limits' | 'reconnect' | 'maxReconnects'>,
  flush: Boundary,
): SessionOptions {
  const { limits } = flags;
  return { ...commonOptions(running, service, flags), service: service.parts.service, settings, flush, limits };
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
  /** What the turn measured, once it is over, however it ended; not called where no sound came. */
  readonly onReport: (report: TurnReport) => void;
  readonly onProgress?: (progress: TurnProgress) => void;
}

/** Speaks one text into one sink, to the end of its sound. Rejects with the error that ended it before. */
export async function speak(session: SpeakSession, job: SpeakJob, running: Running): Promise<void> {
  const { signal } = running;
  const text = noticeFirst(job.input.chunks(signal), () => session.warm());
  const cut = cutSpans(job.input.live && job.eager ? endLineAtRest(text, running.clock) : text, {
    eager: job.eager,
    markdown: job.markdown,
    ...(job.language !== undefined && { language: job.language }),
    ...(job.rules.length > 0 && { rewrite: createRewriter(job.rules) }),
  });
  const spans = await firstSpoken(cut, job.input.name);
  let carriedMs = 0;
  // An acknowledgement overtakes the audio before it, which waits here to be handed on: while it does, there is no lull.
  const noticeLull = ({ throughChar, sentChar, audioMs = 0 }: TurnProgress) => {
    if (throughChar >= sentChar && carriedMs >= audioMs) job.onLull?.();
  };
  const turn = session.speak(spans, {
    ...(job.playback && { sink: job.playback }),
    takesBack: job.sink.takeBack !== undefined,
    onProgress: (progress) => {
      job.onProgress?.(progress);
      noticeLull(progress);
    },
  });
  job.onTurn?.(turn);
  try {
    await carry(turn, job, (audioMs) => {
      carriedMs = audioMs;
      noticeLull(turn.progress);
    });
    const { why, error, report } = await turn.result;
    if (error) throw error;
    if (why === 'interrupted') throw new SpeechError('E_INTERRUPTED', 'interrupted');
    if (report.bytes === 0) throw silent(job.input.name);
    await drain(job, signal);
    job.onReport(report);
  } catch (thrown) {
    // Whatever went wrong here, nothing more is wanted from there.
    turn.interrupt();
    const reason: unknown = signal.aborted ? signal.reason : thrown;
    const ended = endedBy(reason);
    const { report } = await turn.result;
    if (ended !== undefined && report.bytes > 0) job.onReport({ ...report, ended });
    throw reason;
  }
}

/** Text was sent, and nothing of it can be heard: an empty file must not look like a success. */
function silent(name: string): SpeechError {
  return new SpeechError('E_REQUEST', `nothing of ${name} was spoken: the voice cannot read it`, {
    todo: 'say which --language the text is in, or choose another --voice',
  });
}

/** How the turn ended, by what ended it; a pipe that was closed is nothing to tell. */
function endedBy(reason: unknown): 'interrupted' | 'failed' | undefined {
  if (reason instanceof Error && reason.name === 'PipeClosed') return undefined;
  return reason instanceof SpeechError && reason.code === 'E_INTERRUPTED' ? 'interrupted' : 'failed';
}

/** The sound to its end, or until the command is stopped: all may have come, and most of it not be heard yet. */
async function drain({ sink, playback }: SpeakJob, signal: AbortSignal): Promise<void> {
  const stop = () => playback?.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await sink.drain();
    if (playback) signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Hands the sound on, and says how much of it that was so far. */
async function carry(turn: SpeakTurn, { sink }: SpeakJob, onCarried: (audioMs: number) => void): Promise<void> {
  let bytes = 0;
  let wholeBytes = 0;
  for await (const out of turn) {
    if (out.type === 'checkpoint') {
      wholeBytes = bytes;
      await sink.checkpoint?.();
    } else if (out.type === 'takeBack') {
      bytes = wholeBytes;
      await sink.takeBack?.();
    }
    if (out.type !== 'audio') continue;
    const { chunk } = out;
    const refusal = sink.refuses(chunk.format);
    if (refusal !== undefined) throw new SpeechError('E_UNSUPPORTED', refusal);
    const written = sink.write(chunk);
    if (written !== undefined) await written;
    bytes += chunk.bytes.length;
    onCarried(durationMs(chunk.format, bytes) ?? 0);
  }
}

/** Somebody who sees nothing happen at a terminal is told what is waited for. */
export function noteLive(inputs: readonly TextInput[], { io, reporter }: Running): void {
  if (io.stdin.isTTY && inputs.some((input) => input.live)) reporter.note('type what to say; Ctrl-D ends it');
}

/** Markdown is turned into speech for stdin and for files named so, unless the flag says otherwise. */
export function wantsMarkdown(flag: 'auto' | 'on' | 'off', input: TextInput): boolean {
  return flag === 'on' || (flag === 'auto' && input.markdownByName);
}
