import type { ServiceFault } from '../../speech/connect.ts';
import type { Peer, Step } from '../../speech/service.ts';
import type { SpeakEvent, SpeakRequest, SpeakSettings } from '../../speech/speak.ts';
import type { Frame } from '../../transport/transport.ts';
import { acknowledge, metadata, warning } from '../shapes/deepgram-speak.ts';
import { readExactMessage } from '../shapes/messages.ts';
import { writeRemarks } from '../shapes/remarks.ts';
import { ServedTurns } from '../shapes/served-turns.ts';
import { nothing, rejecting, sending, telling } from '../shapes/step.ts';
import { closeOf } from './closes.ts';
import { errorMessage } from './errors.ts';
import { type ClientMessage, clientMessage } from './speak-messages.ts';

type Out = Step<SpeakRequest>;

/**
 * The server's end of a speech-out connection. What it cannot read it rejects; the fault comes back as an `error`, and
 * becomes the close that Deepgram answers with.
 */
export class DeepgramSpeakServer implements Peer<SpeakEvent, SpeakRequest> {
  readonly #settings: SpeakSettings;
  readonly #turns = new ServedTurns();
  /** Counts both kinds of acknowledgement. */
  #acknowledged = 0;
  #closing = false;

  constructor(settings: SpeakSettings) {
    this.#settings = settings;
  }

  /** All settings were in the URL. The model's name is no model of an engine here: the voice is what is asked for. */
  opened(): Out {
    return telling({ type: 'configure', settings: { ...this.#settings, model: undefined } });
  }

  closed(): Out {
    return nothing;
  }

  decode(frame: Frame): Out {
    if (this.#closing) return nothing;
    if (frame.kind === 'binary') return rejecting('binary frames carry nothing here', 'MESSAGE-0000');
    const read = readExactMessage(clientMessage, frame.text);
    return 'why' in read ? rejecting(read.why, 'DATA-0000') : this.#message(read.message);
  }

  #message(message: ClientMessage): Out {
    switch (message.type) {
      case 'Speak':
        return message.text === '' ? nothing : telling(...this.#turns.text(message.text));
      case 'Flush':
        return telling(...this.#turns.flush());
      case 'Clear': {
        const asked = this.#turns.interrupt();
        return asked === undefined ? sending(this.#acknowledge('Cleared')) : telling(...asked);
      }
      case 'Close':
        // The specification: what was sent is spoken to its end, then the connection is closed.
        this.#closing = true;
        return telling(...this.#turns.end(), { type: 'close' });
    }
  }

  #acknowledge(type: 'Flushed' | 'Cleared'): object {
    return acknowledge(type, this.#acknowledged++);
  }

  encode(event: SpeakEvent): Out {
    switch (event.type) {
      case 'ready': {
        const { sessionId = '', warnings } = event;
        return sending({ ...metadata(sessionId, this.#settings.model ?? ''), ...writeRemarks(warnings) });
      }
      case 'audio':
        return { frames: [{ kind: 'binary', bytes: event.chunk.bytes }], events: [] };
      case 'progress':
        return sending(this.#acknowledge('Flushed'));
      case 'ended':
        return event.why === 'interrupted' ? this.#interrupted(event.turn) : nothing;
      case 'warning':
        return sending(warning(event));
      case 'error':
        return this.#error(event.fault);
      default:
        return nothing;
    }
  }

  #interrupted(turn: string): Out {
    return sending(...Array.from({ length: this.#turns.interrupted(turn) }, () => this.#acknowledge('Cleared')));
  }

  #error(fault: ServiceFault): Out {
    const close = closeOf(fault, 'speak');
    return close === undefined ? sending(errorMessage(fault)) : telling(close);
  }
}
