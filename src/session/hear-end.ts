import { type SpeechError, toSpeechError } from '../errors.ts';
import type { ListenResult } from './listen-options.ts';

export interface HearEnd {
  readonly why: ListenResult['why'];
  readonly error?: SpeechError;
  /** What the reader's loop fails with. */
  readonly thrown?: unknown;
}

/** How a stream ended, whose reader left or whose work threw, or neither; what was called off has the caller's reason. */
export function hearEnd(isUnread: boolean, failure: { thrown: unknown } | undefined, signal?: AbortSignal): HearEnd {
  if (isUnread) return { why: 'interrupted' };
  if (!failure) return { why: 'done' };
  if (signal?.aborted)
    return { why: 'failed', error: toSpeechError(signal.reason, 'E_INTERRUPTED'), thrown: signal.reason };
  const error = toSpeechError(failure.thrown, 'E_UNEXPECTED');
  return { why: 'failed', error, thrown: error };
}
