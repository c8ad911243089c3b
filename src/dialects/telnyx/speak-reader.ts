import type { Step } from '../../speech/service.ts';
import type { SpeakEvent } from '../../speech/speak.ts';
import { fromBase64 } from '../shapes/base64.ts';
import { oneLine } from '../shapes/faults.ts';
import { readObject } from '../shapes/messages.ts';
import { malformed, note, reporting, telling } from '../shapes/step.ts';
import { readFault } from './errors.ts';
import type { TurnAudio } from './speak-audio.ts';
import type { SpokenText } from './speak-progress.ts';

type Out = Step<SpeakEvent>;

/** The turn that a connection speaks. */
export interface SpeakingTurn {
  readonly id: string;
  readonly text: SpokenText;
  readonly audio: TurnAudio;
  /** `""` was sent. */
  closing: boolean;
}

/** What a frame may say, by the members that say it; errors have their own. */
export const speakServerMembers = ['audio', 'text', 'isFinal'] as const;
type Frame = {
  readonly [name in (typeof speakServerMembers)[number] | 'cached' | 'timeToFirstAudioFrameMs']?: unknown;
};

const unconfirmed: SpeakEvent = {
  type: 'warning',
  code: 'unconfirmed_end',
  message: 'the service closed the connection without saying that the turn was whole',
};

/** Frames into events. They are told apart by their members: `type` is in the SDK, and in no example (PROTOCOLS 3.2). */
export class SpeakReader {
  turn: SpeakingTurn | undefined;
  /** The turn that was here and was interrupted: what still sounds is its. */
  interrupted: string | undefined;
  /** Sound came in chunks without a text: that of the sentence whose text comes next. */
  #chunked = false;
  /** It was told how the turn's sound was made. */
  #toldMade = false;
  /** The service has said, after `""`, that this was all. */
  #final = false;

  text(text: string): Out {
    const read = readObject(text);
    if ('why' in read) return malformed(read.why);
    const message = read.fields;
    const fault = readFault(message);
    if (fault) return telling({ type: 'error', ...(this.turn && { turn: this.turn.id }), fault });
    if (speakServerMembers.some((name) => name in message)) return this.#frame(message);
    if (typeof message.type !== 'string') return malformed('the message has neither audio nor an error');
    return telling({ type: 'unknown', name: oneLine(message.type) });
  }

  #frame({ audio, text, isFinal, ...how }: Frame): Out {
    const sentence = typeof text === 'string' && text.trim() !== '' ? text : undefined;
    const bytes = typeof audio === 'string' ? fromBase64(audio) : undefined;
    if (bytes === undefined && typeof (audio ?? '') !== 'string') return malformed('audio: no base64 and not null');
    if (bytes === undefined && typeof audio === 'string') return malformed('the audio is not base64');
    const events: SpeakEvent[] = this.#made(how);
    if (bytes !== undefined && bytes.length > 0) events.push(...this.#audio(bytes, sentence !== undefined));
    if (sentence !== undefined) events.push(...this.#sentence(sentence));
    if (isFinal === true) events.push(...this.#isFinal());
    return reporting(events);
  }

  /** Once a turn, and only where it says more than that nothing is known: its time, or that it was cached. */
  #made({ cached, timeToFirstAudioFrameMs: firstAudioMs }: Frame): SpeakEvent[] {
    const tellsTime = typeof firstAudioMs === 'number' && Number.isFinite(firstAudioMs);
    if (this.turn === undefined || this.#toldMade || (!tellsTime && cached !== true)) return [];
    this.#toldMade = true;
    const turn = this.turn.id;
    return [{ type: 'made', turn, cached: cached === true, ...(tellsTime && { firstAudioMs }) }];
  }

  /** A sentence's text comes once with its whole sound, or behind chunks that were that sound already. */
  #audio(bytes: Uint8Array, withText: boolean): SpeakEvent[] {
    if (this.turn === undefined) return [this.#dropped(bytes.length)];
    if (withText && this.#chunked) return [note('repeated_audio', { bytes: bytes.length })];
    this.#chunked = !withText;
    return this.turn.audio.push(bytes);
  }

  #dropped(bytes: number): SpeakEvent {
    const { interrupted: turn } = this;
    return turn === undefined ? note('stray_audio', { bytes }) : { type: 'late', turn, bytes };
  }

  #sentence(text: string): SpeakEvent[] {
    this.#chunked = false;
    if (this.turn === undefined) return [note('dropped_sentence')];
    const throughChar = this.turn.text.spoken(text);
    if (throughChar === undefined) return [note('sentence', { text: oneLine(text) })];
    return [{ type: 'progress', turn: this.turn.id, throughChar }];
  }

  /**
   * It may come between sentences as well, the socket staying open. Behind `""` it is the turn's end where all that was
   * sent is known to be spoken; else it may be one of those others, on its way when `""` was sent, and the close that
   * follows the last one tells.
   */
  #isFinal(): SpeakEvent[] {
    const { turn } = this;
    this.#final = turn?.closing ?? false;
    return turn?.closing && turn.text.covered ? this.#done(turn) : [note('final')];
  }

  #done({ id, text, audio }: SpeakingTurn): SpeakEvent[] {
    this.turn = undefined;
    const progress: SpeakEvent = { type: 'progress', turn: id, throughChar: text.sentChar };
    return [...audio.end(), progress, { type: 'ended', turn: id, why: 'done' }];
  }

  /** A normal close behind `""` is the end where nothing says that something is missing; nothing says that it is whole. */
  closed(code: number): Out {
    const { turn } = this;
    if (!turn?.closing || (code !== 1000 && code !== 1005)) return reporting([]);
    if (this.#final || turn.text.covered) return reporting(this.#done(turn));
    if (!turn.audio.heard || turn.text.told) return reporting([]);
    return telling(unconfirmed, ...this.#done(turn));
  }
}
