import * as v from 'valibot';
import type { AudioFormat } from '../../audio/format.ts';
import { PcmStream } from '../../audio/pcm-stream.ts';
import { parseWavHeader } from '../../audio/wav-header.ts';
import type { HangUp } from '../../speech/connect.ts';
import type { ListenEvent, ListenRequest, ListenSettings } from '../../speech/listen.ts';
import type { Peer, Step } from '../../speech/service.ts';
import type { Frame } from '../../transport/transport.ts';
import { readObject, typeOf } from '../shapes/messages.ts';
import { nothing, reporting, sending, telling } from '../shapes/step.ts';
import { listenError } from './errors.ts';
import { askedFormat, formatFault, wavFormat } from './listen-format.ts';

/** The text frames of a client, in lower case. */
const clientType = v.picklist(['finalize', 'closestream', 'keepalive']);
export const listenClientTypes: readonly string[] = clientType.options;

type Out = Step<ListenRequest>;
type Result = Extract<ListenEvent, { type: 'interim' | 'final' }>;

const refused: HangUp = { type: 'hangUp', code: 1008, reason: 'see the error' };

/** The flattened result. Telnyx has neither words nor places. */
function transcript(event: Result): object {
  const { type, text, confidence } = event;
  return {
    type: 'transcript',
    transcript: text,
    is_final: type === 'final',
    ...(event.type === 'final' && { speech_final: event.endOfUtterance }),
    ...(confidence !== undefined && { confidence }),
  };
}

/**
 * The server's end of a speech-in connection. The query says all, but of WAV: there the header in front of the audio
 * does, and the settings are known when it has come. Text frames that are unknown are ignored, as Telnyx does.
 */
export class TelnyxListenServer implements Peer<ListenEvent, ListenRequest> {
  readonly #settings: ListenSettings;
  readonly #query: Readonly<Record<string, string>>;
  /** Once the format is known. */
  #audio: PcmStream | undefined;
  /** The beginning of a WAV header. */
  #held: Uint8Array = new Uint8Array(0);
  #over = false;

  /** The settings' `params` are the query, as the upgrade had it. */
  constructor({ params = {}, ...settings }: ListenSettings) {
    this.#settings = settings;
    this.#query = params;
  }

  /** The upgrade is taken, whatever it asks for; then what is wrong with that is said, and the connection closed. */
  opened(): Out {
    const asked = askedFormat(this.#query);
    return asked === 'wav' ? nothing : reporting(this.#begin(asked));
  }

  #begin(asked: AudioFormat | Extract<ListenRequest, { type: 'reject' }>): ListenRequest[] {
    if ('type' in asked) {
      this.#over = true;
      return [asked, refused];
    }
    this.#audio = new PcmStream(asked);
    return [{ type: 'configure', settings: { ...this.#settings, format: asked } }];
  }

  decode(frame: Frame): Out {
    if (this.#over) return nothing;
    return frame.kind === 'binary' ? reporting(this.#bytes(frame.bytes)) : this.#message(frame.text);
  }

  #bytes(bytes: Uint8Array): ListenRequest[] {
    if (this.#audio !== undefined) return this.#chunk(this.#audio, bytes);
    const all = Buffer.concat([this.#held, bytes]);
    this.#held = all;
    const parsed = parseWavHeader(all);
    if (parsed.kind === 'more') return [];
    this.#held = new Uint8Array(0);
    if (parsed.kind === 'not-wav') return this.#begin(formatFault('40002', 'input_format', `no WAV: ${parsed.why}`));
    const begun = this.#begin(wavFormat(parsed.format));
    return this.#audio === undefined ? begun : [...begun, ...this.#chunk(this.#audio, all)];
  }

  #chunk(audio: PcmStream, bytes: Uint8Array): ListenRequest[] {
    const chunk = audio.push(bytes);
    return chunk === undefined ? [] : [{ type: 'audio', chunk }];
  }

  #message(text: string): Out {
    const read = readObject(text);
    const type = v.safeParse(clientType, 'fields' in read ? typeOf(read.fields) : undefined);
    if (!type.success) return nothing;
    switch (type.output) {
      case 'keepalive':
        return telling({ type: 'keepAlive' });
      case 'closestream':
        return this.#close();
      case 'finalize':
        return this.#audio === undefined ? nothing : telling({ type: 'finalize' });
    }
  }

  /** With the last samples, where some were held back because they began like a header. */
  #close(): Out {
    this.#over = true;
    const chunk = this.#audio?.end().chunk;
    const last: ListenRequest[] = chunk === undefined ? [] : [{ type: 'audio', chunk }];
    return reporting([...last, { type: 'close' }]);
  }

  encode(event: ListenEvent): Out {
    switch (event.type) {
      case 'interim':
        // It would say no more than that there is nothing to say.
        return event.text === '' ? nothing : sending(transcript(event));
      case 'final':
        return sending(transcript(event));
      case 'utteranceEnd':
        return sending({ type: 'transcript', transcript: '', is_final: true, utterance_end: true });
      case 'error':
        return sending(listenError(event.fault));
      default:
        return nothing;
    }
  }

  closed(): Out {
    return nothing;
  }
}
