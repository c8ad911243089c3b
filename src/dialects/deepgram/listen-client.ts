import type { ListenCommand, ListenEvent } from '../../speech/listen.ts';
import type { Peer, Step } from '../../speech/service.ts';
import type { CloseInfo, Frame } from '../../transport/transport.ts';
import { readResults, readSpeechStarted, readUtteranceEnd } from '../shapes/deepgram-listen.ts';
import { toMs } from '../shapes/fields.ts';
import { readObject, readServerMessage, typeOf } from '../shapes/messages.ts';
import { malformed, note, nothing, sending, telling } from '../shapes/step.ts';
import { closeFault } from './closes.ts';
import { readFault } from './errors.ts';
import { type ListenServerMessage, listenServerMessage, listenServerTypes } from './listen-messages.ts';

type Out = Step<ListenEvent>;

/** The client's end of a speech-in connection. docs/protocols/deepgram.md says what it makes of every message. */
export class DeepgramListenClient implements Peer<ListenCommand, ListenEvent> {
  /** `CloseStream` was sent: what comes now is the last. */
  #closing = false;

  /** The service says nothing at open; all settings are in the URL, and audio may come at once. */
  opened(): Out {
    return telling({ type: 'ready' });
  }

  encode(command: ListenCommand): Out {
    switch (command.type) {
      case 'audio': {
        const { bytes } = command.chunk;
        // Never an empty frame: it "will cause unexpected closures" (stt-troubleshooting).
        return bytes.length === 0 ? nothing : { frames: [{ kind: 'binary', bytes }], events: [] };
      }
      case 'finalize':
        return sending({ type: 'Finalize' });
      case 'keepAlive':
        return sending({ type: 'KeepAlive' });
      case 'close':
        this.#closing = true;
        return sending({ type: 'CloseStream' });
    }
  }

  decode(frame: Frame): Out {
    if (frame.kind === 'binary') return malformed('a binary frame, where only text is sent');
    const object = readObject(frame.text);
    if ('why' in object) return malformed(object.why);
    const type = typeOf(object.fields);
    if (type === undefined) return malformed('the message has no type');
    const read = readServerMessage(listenServerMessage, listenServerTypes, type, object.fields);
    return telling('event' in read ? read.event : this.#understood(read.message));
  }

  #understood(message: ListenServerMessage): ListenEvent {
    switch (message.type) {
      case 'results':
        return readResults(message);
      case 'utteranceend':
        return readUtteranceEnd(message);
      case 'speechstarted':
        return readSpeechStarted(message);
      case 'metadata':
        // It sums up behind a `CloseStream`, and before a session is closed for its silence.
        return this.#closing ? { type: 'ended', audioMs: toMs(message.duration ?? 0) } : note('metadata');
      case 'error':
        return { type: 'error', fault: readFault(message) };
    }
  }

  closed(info: CloseInfo): Out {
    const fault = closeFault(info, 'listen');
    return fault === undefined ? nothing : telling({ type: 'error', fault });
  }
}
