import type { AudioFormat } from '../../audio/format.ts';
import { PcmStream } from '../../audio/pcm-stream.ts';
import type { ServiceFault } from '../../speech/connect.ts';
import type { ListenEvent, ListenRequest, ListenSettings } from '../../speech/listen.ts';
import type { Peer, Step } from '../../speech/service.ts';
import type { Frame } from '../../transport/transport.ts';
import {
  type ListenIdentity,
  listenMetadata,
  results,
  speechStarted,
  utteranceEnd,
} from '../shapes/deepgram-listen.ts';
import { readExactMessage } from '../shapes/messages.ts';
import { nothing, rejecting, reporting, sending, telling } from '../shapes/step.ts';
import { closeOf } from './closes.ts';
import { errorMessage } from './errors.ts';
import { type ListenClientMessage, listenClientMessage } from './listen-messages.ts';
import { isContained } from './listen-query.ts';
import { WavOpening } from './wav-opening.ts';

type Out = Step<ListenRequest>;

/**
 * The server's end of a speech-in connection. Raw audio is described in the URL; of containers WAV is read, whose header
 * then says what the rest is. The samples are numbered from 0.
 */
export class DeepgramListenServer implements Peer<ListenEvent, ListenRequest> {
  #settings: ListenSettings;
  #identity: ListenIdentity;
  /** Of the session's audio; undefined before the header of a container has come. */
  #audio: PcmStream | undefined;
  readonly #opening = new WavOpening();
  #closing = false;

  constructor(asked: ListenSettings) {
    this.#settings = { ...asked, params: undefined };
    this.#identity = { requestId: '', modelName: asked.model ?? '' };
    if (!isContained(asked)) this.#audio = new PcmStream(asked.format);
  }

  opened(): Out {
    return this.#audio === undefined ? nothing : telling({ type: 'configure', settings: this.#settings });
  }

  closed(): Out {
    return nothing;
  }

  decode(frame: Frame): Out {
    if (this.#closing) return nothing;
    // Once the word for the end of the audio, and still an end.
    if (frame.kind === 'binary') return frame.bytes.length === 0 ? this.#close() : this.#bytes(frame.bytes);
    const read = readExactMessage(listenClientMessage, frame.text);
    return 'why' in read ? rejecting(read.why, 'SchemaError') : this.#message(read.message);
  }

  #message(message: ListenClientMessage): Out {
    switch (message.type) {
      case 'KeepAlive':
        return telling({ type: 'keepAlive' });
      case 'Finalize':
        // Of audio that has not begun there is nothing to say.
        return this.#audio === undefined ? nothing : telling({ type: 'finalize' });
      case 'CloseStream':
        return this.#close();
    }
  }

  #bytes(bytes: Uint8Array): Out {
    if (this.#audio !== undefined) return reporting(this.#chunks(this.#audio, bytes));
    const opened = this.#opening.push(bytes);
    if (opened === undefined) return nothing;
    if ('why' in opened) return rejecting(opened.why, 'DATA-0000');
    const before = this.#begin(opened.format);
    this.#audio = new PcmStream(opened.format);
    return telling(...before, ...this.#chunks(this.#audio, opened.rest));
  }

  #begin(format: AudioFormat): ListenRequest[] {
    this.#settings = { ...this.#settings, format };
    return [{ type: 'configure', settings: this.#settings }];
  }

  #chunks(audio: PcmStream, bytes: Uint8Array): ListenRequest[] {
    const chunk = audio.push(bytes);
    return chunk === undefined ? [] : [{ type: 'audio', chunk }];
  }

  /** With the last samples, where some were held back because they began like a header. */
  #close(): Out {
    this.#closing = true;
    const before = this.#audio === undefined ? this.#begin(this.#settings.format) : [];
    const chunk = this.#audio?.end().chunk;
    return telling(...before, ...(chunk === undefined ? [] : [{ type: 'audio', chunk } as const]), { type: 'close' });
  }

  encode(event: ListenEvent): Out {
    switch (event.type) {
      case 'ready':
        this.#identity = { ...this.#identity, requestId: event.sessionId ?? '' };
        return nothing;
      case 'interim':
      case 'final':
        return sending(results(event, this.#identity));
      case 'utteranceEnd':
        return sending(utteranceEnd(event.lastWordEndMs));
      case 'speechStarted':
        return sending(speechStarted(event.atMs));
      case 'ended':
        return sending(listenMetadata(event.audioMs, this.#identity));
      case 'error':
        return this.#error(event.fault);
      default:
        return nothing;
    }
  }

  #error(fault: ServiceFault): Out {
    const close = closeOf(fault, 'listen');
    return close === undefined ? sending(errorMessage(fault)) : telling(close);
  }
}
