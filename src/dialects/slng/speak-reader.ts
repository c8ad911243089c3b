import type { Step } from '../../speech/service.ts';
import type { SpeakEvent } from '../../speech/speak.ts';
import { Answers } from '../shapes/answers.ts';
import type { AudioIntake } from '../shapes/audio-intake.ts';
import { readWarning } from '../shapes/deepgram-speak.ts';
import type { Fields } from '../shapes/faults.ts';
import { toMs } from '../shapes/fields.ts';
import { readObject, readServerMessage, typeOf } from '../shapes/messages.ts';
import { malformed, note, nothing, telling } from '../shapes/step.ts';
import type { TurnQueue } from '../shapes/turns.ts';
import { readFault } from './errors.ts';
import { readyEvent } from './messages.ts';
import type { ServerMessage } from './speak-messages.ts';
import { audioTypes, serverMessage, serverTypes } from './speak-messages.ts';

type Out = Step<SpeakEvent>;
type ReadyMessage = Extract<ServerMessage, { type: 'ready' | 'metadata' | 'connected' }>;
type WordTimestamps = Extract<ServerMessage, { type: 'timestamps' }>['word_timestamps'];

/** Other names under which services say the same thing, and names that say nothing to us (livekit's client has both). */
const aliases: Readonly<Record<string, string>> = { open: 'ready', done: 'audio_end' };
const ignored: ReadonlySet<string> = new Set(['control_ack']);

/** An error that speaks of the key or the account is never the answer to a `cancel`. */
const neverOfCancel: ReadonlySet<string> = new Set(['E_AUTH', 'E_RATE_LIMIT']);

/** Messages into events. */
export class SpeakReader {
  readonly #turns: TurnQueue;
  readonly #intake: AudioIntake;
  readonly #answers: Answers;
  /** The session knows that it may be used. */
  #ready: boolean;

  /** `saysReady`: the service has a message for it; else the writer has said so. */
  constructor(turns: TurnQueue, intake: AudioIntake, saysReady: boolean) {
    this.#ready = !saysReady;
    this.#turns = turns;
    this.#intake = intake;
    this.#answers = new Answers(turns, intake);
  }

  binary(bytes: Uint8Array): Out {
    return this.#evenIfUnready(this.#intake.bytes(bytes));
  }

  text(text: string): Out {
    const read = readObject(text);
    if ('why' in read) return malformed(read.why);
    const message = read.fields;
    // Nearly all messages are this one, spelled like this: it goes before any general rule.
    if (message.type === 'audio_chunk') return this.#evenIfUnready(this.#intake.message(message));
    const type = typeOf(message);
    if (type === undefined) return this.#untyped(message);
    if (audioTypes.has(type)) return this.#evenIfUnready(this.#intake.message(message));
    return this.#message(Object.hasOwn(aliases, type) ? (aliases[type] ?? type) : type, message);
  }

  /** A service that sends audio is ready, whether it says so or not. */
  #evenIfUnready(out: Out): Out {
    if (this.#ready || !out.events.some((event) => event.type === 'audio')) return out;
    this.#ready = true;
    return telling({ type: 'ready' }, ...out.events);
  }

  /** The raw shape of some providers behind the bridge: `{audio, isFinal}`. */
  #untyped(message: Fields): Out {
    if (typeof message.audio !== 'string' && message.isFinal !== true) return malformed('the message has no type');
    const audio = typeof message.audio === 'string' ? this.#evenIfUnready(this.#intake.message(message)) : nothing;
    return message.isFinal === true ? telling(...audio.events, ...this.#answers.acknowledged('isFinal')) : audio;
  }

  #message(type: string, fields: Fields): Out {
    if (ignored.has(type)) return telling(note(type));
    const read = readServerMessage(serverMessage, serverTypes, type, fields);
    return 'event' in read ? telling(read.event) : this.#understood(read.message);
  }

  #understood(message: ServerMessage): Out {
    switch (message.type) {
      case 'ready':
      case 'metadata':
      case 'connected':
        return telling(this.#readyEvent(message));
      case 'segment_start':
      case 'segment_end':
        return telling(note(message.type, { segment_id: message.segment_id }));
      case 'flushed':
      case 'audio_end': {
        const last = message.data === undefined ? nothing : this.#intake.message({ data: message.data });
        return telling(...last.events, ...this.#answers.acknowledged(message.type));
      }
      case 'cleared':
        return telling(...this.#answers.cleared());
      case 'timestamps':
        return telling(this.#words(message.word_timestamps));
      case 'warning':
        return telling({ type: 'warning', ...readWarning(message) });
      case 'error':
        return telling(this.#error(message));
    }
  }

  #readyEvent(message: ReadyMessage): SpeakEvent {
    if (this.#ready) return note(message.type);
    this.#ready = true;
    return readyEvent(message);
  }

  #words({ words, start, end }: WordTimestamps): SpeakEvent {
    const turn = this.#turns.sounding;
    if (this.#turns.clearing !== undefined || turn === undefined) return note('dropped_words', { words: words.length });
    const items = words.map((text, i) => ({ text, startMs: toMs(start[i] ?? 0), endMs: toMs(end[i] ?? 0) }));
    return { type: 'words', turn: turn.id, items };
  }

  #error(message: Fields): SpeakEvent {
    const fault = readFault(message);
    if (!neverOfCancel.has(fault.code) && this.#turns.refuseCancel()) {
      return { type: 'warning', code: 'cancel_refused', message: fault.message, learned: { interruptWith: 'clear' } };
    }
    const turn = this.#answers.concerned;
    return { type: 'error', ...(turn !== undefined && { turn: turn.id }), fault };
  }

  closed(code: number): Out {
    return telling(...this.#answers.closed(code));
  }
}
