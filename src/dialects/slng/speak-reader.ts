import * as v from 'valibot';
import type { SpeakEvent } from '../../speech/speak.ts';
import { readWarning } from '../shapes/deepgram-speak.ts';
import type { AudioIntake } from './audio-intake.ts';
import { isFields, oneLine, readFault } from './errors.ts';
import type { ServerMessage } from './messages.ts';
import { audioTypes, complaint, serverMessage, serverTypes, typeOf } from './messages.ts';
import type { Fields, Out } from './step.ts';
import { malformed, note, nothing, telling } from './step.ts';
import type { Answered, OpenTurn, TurnQueue } from './turns.ts';

type ReadyMessage = Extract<ServerMessage, { type: 'ready' | 'metadata' | 'connected' }>;
type WordTimestamps = Extract<ServerMessage, { type: 'timestamps' }>['word_timestamps'];

/** Other names under which services say the same thing, and names that say nothing to us (livekit's client has both). */
const aliases: Readonly<Record<string, string>> = { open: 'ready', done: 'audio_end' };
const ignored: ReadonlySet<string> = new Set(['control_ack']);

/** An error that speaks of the key or the account is never the answer to a `cancel`. */
const neverOfCancel: ReadonlySet<string> = new Set(['E_AUTH', 'E_RATE_LIMIT']);

/** Seconds on the wire to ms, without the noise of binary fractions. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

function interrupted(turns: readonly OpenTurn[]): SpeakEvent[] {
  return turns.map((turn) => ({ type: 'ended', turn: turn.id, why: 'interrupted' }));
}

/** From here sound cannot be told apart by its turn: better a new connection than the sound of an interrupted turn. */
function unclear([turn]: readonly OpenTurn[]): SpeakEvent {
  const message = 'it cannot be told which interruption the service has answered';
  return { type: 'error', ...(turn !== undefined && { turn: turn.id }), fault: { code: 'E_PROTOCOL', message } };
}

/** Messages into events. */
export class SpeakReader {
  readonly #turns: TurnQueue;
  readonly #intake: AudioIntake;
  /** The session knows that it may be used. */
  #ready: boolean;

  /** `saysReady`: the service has a message for it; else the writer has said so. */
  constructor(turns: TurnQueue, intake: AudioIntake, saysReady: boolean) {
    this.#ready = !saysReady;
    this.#turns = turns;
    this.#intake = intake;
  }

  binary(bytes: Uint8Array): Out {
    return this.#evenIfUnready(this.#intake.bytes(bytes));
  }

  text(text: string): Out {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return malformed(`no JSON: ${oneLine(text.slice(0, 100))}`);
    }
    if (!isFields(message)) return malformed('the message is not an object');
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
    return message.isFinal === true ? telling(...audio.events, ...this.#acknowledged('isFinal')) : audio;
  }

  #message(type: string, fields: Fields): Out {
    if (ignored.has(type)) return telling(note(type));
    const parsed = v.safeParse(serverMessage, { ...fields, type });
    if (parsed.success) return this.#understood(parsed.output);
    if (serverTypes.includes(type)) return malformed(`${type}: ${complaint(parsed.issues)}`);
    return telling({ type: 'unknown', name: oneLine(String(fields.type)) });
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
        return telling(...last.events, ...this.#acknowledged(message.type));
      }
      case 'cleared':
        return this.#cleared();
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
    const requestId = message.slng_request_id ?? message.request_id;
    const warnings = message.warnings?.map((remark) => (typeof remark === 'string' ? remark : remark.message));
    return {
      type: 'ready',
      ...(message.session_id !== undefined && { sessionId: message.session_id }),
      ...(requestId !== undefined && { requestId }),
      ...(warnings?.length && { warnings }),
    };
  }

  #acknowledged(kind: string): SpeakEvent[] {
    this.#turns.reached();
    if (this.#turns.clearing !== undefined) return [note(kind, { dropped: true })];
    this.#intake.boundary();
    const answered = this.#turns.acknowledged(kind);
    return answered === undefined ? [note(kind)] : this.#progress(answered);
  }

  #progress({ turn, throughChar, done }: Answered): SpeakEvent[] {
    const progress: SpeakEvent = { type: 'progress', turn: turn.id, throughChar };
    if (!done) return [progress];
    return [...this.#intake.finish(turn), progress, { type: 'ended', turn: turn.id, why: 'done' }];
  }

  #cleared(): Out {
    this.#intake.boundary();
    const cleared = this.#turns.cleared();
    if (cleared.is === 'repeated') return telling(note('cleared'));
    return telling(...(cleared.is === 'over' ? interrupted(cleared.turns) : [unclear(cleared.turns)]));
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
    const { clearing, sounding } = this.#turns;
    const turn = clearing === undefined ? sounding : clearing[0];
    return { type: 'error', ...(turn !== undefined && { turn: turn.id }), fault };
  }

  /** A normal close after audio answers the oldest flush; any close ends what was being interrupted. */
  closed(code: number): Out {
    const events = interrupted(this.#turns.abandoned());
    const answered = code === 1000 || code === 1005 ? this.#turns.closedAfterAudio() : undefined;
    if (answered !== undefined) events.push(...this.#progress(answered));
    return telling(...events);
  }
}
