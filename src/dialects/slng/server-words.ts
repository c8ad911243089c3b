import type { ServerStyle } from '../../speech/service.ts';
import type { ServiceFault, SpeakEvent, WordTime } from '../../speech/speak.ts';
import { acknowledge, warning as deepgramWarning, metadata } from '../shapes/deepgram-speak.ts';
import { vendorCodeFor } from './errors.ts';

type ReadyEvent = Extract<SpeakEvent, { type: 'ready' }>;

/** Remarks on the settings carry no code of their own in our vocabulary. */
const remarkCode = 'settings';

function toSeconds(ms: number): number {
  return Math.round(ms * 1e3) / 1e6;
}

/** The messages of our server in either casing. `sequence_id` counts both kinds of acknowledgement from 0 on. */
export class ServerWords {
  readonly #style: ServerStyle;
  #acknowledged = 0;

  constructor(style: ServerStyle) {
    this.#style = style;
  }

  ready({ sessionId = '', requestId, warnings }: ReadyEvent, modelName: string): object {
    const extra = {
      ...(requestId !== undefined && { slng_request_id: requestId }),
      ...(warnings?.length && { warnings: warnings.map((message) => ({ code: remarkCode, message })) }),
    };
    if (this.#style.casing === 'deepgram') return { ...metadata(sessionId, modelName), ...extra };
    return { type: 'ready', session_id: sessionId, ...extra };
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

  /** In lower case on the Deepgram routes as well (PROTOCOLS 1.3). */
  error(fault: ServiceFault): object {
    return { type: 'error', code: vendorCodeFor(fault), message: fault.message };
  }
}
