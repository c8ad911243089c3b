import type { ListenEvent, Transcript } from '../../speech/listen.ts';
import type { Step } from '../../speech/service.ts';
import {
  readAlternative,
  readResults,
  readSpeechStarted,
  readUtteranceEnd,
  readWords,
} from '../shapes/deepgram-listen.ts';
import { readWarning } from '../shapes/deepgram-speak.ts';
import { toMs } from '../shapes/fields.ts';
import { readObject, readServerMessage, typeOf } from '../shapes/messages.ts';
import { malformed, note, telling } from '../shapes/step.ts';
import { readFault } from './errors.ts';
import type { ListenServerMessage } from './listen-messages.ts';
import { listenServerMessage, listenServerTypes } from './listen-messages.ts';
import { readyEvent } from './messages.ts';

type Out = Step<ListenEvent>;
type ReadyMessage = Extract<ListenServerMessage, { type: 'ready' | 'metadata' | 'connected' }>;
type TranscriptMessage = Extract<ListenServerMessage, { type: 'partial_transcript' | 'final_transcript' }>;

/** The transcript's own text, or that of a provider's message that is passed through; undefined where there is none. */
function readTranscript(message: TranscriptMessage): Transcript | undefined {
  const { transcript, confidence, language, channel } = message;
  const passed = !transcript && channel !== undefined ? readAlternative(channel) : undefined;
  if (transcript === undefined && passed === undefined) return undefined;
  return {
    text: transcript ?? '',
    ...(confidence !== undefined && { confidence }),
    ...(language !== undefined && { language }),
    ...readWords(message.words),
    ...passed,
  };
}

/** Messages into events. */
export class ListenReader {
  /** The session knows that it may be used. */
  #ready = false;
  /** `close` was sent: what comes now is the last. */
  #closing = false;

  closing(): void {
    this.#closing = true;
  }

  text(text: string): Out {
    const object = readObject(text);
    if ('why' in object) return malformed(object.why);
    const type = typeOf(object.fields);
    if (type === undefined) return malformed('the message has no type');
    const read = readServerMessage(listenServerMessage, listenServerTypes, type, object.fields);
    return 'event' in read ? telling(read.event) : this.#understood(read.message);
  }

  #understood(message: ListenServerMessage): Out {
    switch (message.type) {
      case 'ready':
      case 'metadata':
      case 'connected':
        return telling(this.#state(message));
      case 'partial_transcript':
      case 'final_transcript':
        return this.#transcript(message);
      case 'results':
        return this.#evenIfUnready(readResults(message));
      case 'utterance_end':
      case 'utteranceend':
        return this.#evenIfUnready(readUtteranceEnd(message));
      case 'speechstarted':
        return this.#evenIfUnready(readSpeechStarted(message));
      case 'warning':
        return telling({ type: 'warning', ...readWarning(message) });
      case 'error':
        return telling({ type: 'error', fault: readFault(message) });
    }
  }

  /** The first says that audio may come; Deepgram's `Metadata` behind a `close`, that all results have. */
  #state(message: ReadyMessage): ListenEvent {
    if (!this.#ready) {
      this.#ready = true;
      return readyEvent(message);
    }
    const seconds = message.type === 'metadata' ? message.duration : undefined;
    if (this.#closing && seconds !== undefined) return { type: 'ended', audioMs: toMs(seconds) };
    return note(message.type);
  }

  /**
   * On the bridge a final is that of an utterance (its specification; livekit's client ends the speech at each), unless
   * the message itself says otherwise.
   */
  #transcript(message: TranscriptMessage): Out {
    const transcript = readTranscript(message);
    if (transcript === undefined) return malformed(`${message.type}: it holds no transcript`);
    if (message.type === 'partial_transcript') return this.#evenIfUnready({ type: 'interim', ...transcript });
    const { speech_final: endOfUtterance = true, from_finalize: fromFinalize } = message;
    return this.#evenIfUnready({
      type: 'final',
      endOfUtterance,
      ...(fromFinalize !== undefined && { fromFinalize }),
      ...transcript,
    });
  }

  /** A service that gives results is ready, whether it says so or not. */
  #evenIfUnready(event: ListenEvent): Out {
    if (this.#ready) return telling(event);
    this.#ready = true;
    return telling<ListenEvent>({ type: 'ready' }, event);
  }
}
