import type { ServiceEvent, ServiceFault } from '../../speech/connect.ts';
import type { ServerStyle } from '../../speech/service.ts';
import type { WordTime } from '../../speech/speak.ts';
import { acknowledge, warning as deepgramWarning, metadata } from '../shapes/deepgram-speak.ts';
import { toSeconds } from '../shapes/fields.ts';
import { writeRemarks } from '../shapes/remarks.ts';
import { vendorCodeFor } from './errors.ts';

type ReadyEvent = Extract<ServiceEvent<never>, { type: 'ready' }>;

/** What `ready` has beside the name of the session, in either direction of speech. */
export function readyExtras({ requestId, warnings }: ReadyEvent): object {
  return {
    ...(requestId !== undefined && { slng_request_id: requestId }),
    ...writeRemarks(warnings),
  };
}

/** In SLNG's words, which its direct Deepgram routes for speech out use as well (PROTOCOLS 1.3). */
export function errorMessage(fault: ServiceFault): object {
  return { type: 'error', code: vendorCodeFor(fault), message: fault.message };
}

/** The messages of our server for speech out in either casing. `sequence_id` counts both kinds of acknowledgement from 0 on. */
export class ServerWords {
  readonly #style: ServerStyle;
  #acknowledged = 0;

  constructor(style: ServerStyle) {
    this.#style = style;
  }

  ready(event: ReadyEvent, modelName: string): object {
    const { sessionId = '' } = event;
    if (this.#style.casing === 'deepgram') return { ...metadata(sessionId, modelName), ...readyExtras(event) };
    return { type: 'ready', session_id: sessionId, ...readyExtras(event) };
  }

  flushed(durationMs: number | undefined): object {
    if (this.#style.end === 'audioEnd') {
      return { type: 'audio_end', ...(durationMs !== undefined && { duration: toSeconds(durationMs) }) };
    }
    if (this.#style.casing === 'deepgram') return acknowledge('Flushed', this.#acknowledged++);
    return { type: 'flushed' };
  }

  cleared(): object {
    if (this.#style.casing === 'deepgram') return acknowledge('Cleared', this.#acknowledged++);
    return { type: 'cleared' };
  }

  words(items: readonly WordTime[]): object {
    return {
      type: 'timestamps',
      word_timestamps: {
        words: items.map((item) => item.text),
        start: items.map((item) => toSeconds(item.startMs)),
        end: items.map((item) => toSeconds(item.endMs)),
      },
    };
  }

  warning(code: string, message: string): object {
    if (this.#style.casing === 'deepgram') return deepgramWarning({ code, message });
    return { type: 'warning', code, message };
  }
}
