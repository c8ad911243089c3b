import * as v from 'valibot';
import type { AudioFormat } from '../../audio/format.ts';
import { wavHeader } from '../../audio/wav-header.ts';
import type { HangUp } from '../../speech/connect.ts';
import type { Peer, Step } from '../../speech/service.ts';
import type { SpeakEvent, SpeakRequest, SpeakSettings } from '../../speech/speak.ts';
import type { Frame } from '../../transport/transport.ts';
import { toBase64 } from '../shapes/base64.ts';
import { complaint, readObject } from '../shapes/messages.ts';
import { jsonFrame, nothing, rejecting, sending, telling } from '../shapes/step.ts';
import { speakError } from './errors.ts';

type Out = Step<SpeakRequest>;
type AudioEvent = Extract<SpeakEvent, { type: 'audio' }>;

/** A client's only frame: any of its members may be missing, and unknown ones are ignored. */
const clientMessage = v.object({
  text: v.optional(v.string()),
  flush: v.optional(v.boolean(), false),
  force: v.optional(v.boolean(), false),
  voice_settings: v.nullish(v.object({ voice_speed: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))) })),
});
type ClientMessage = v.InferOutput<typeof clientMessage>;

/** What a client may say, by the members that say it. */
export const speakClientMembers: readonly string[] = Object.keys(clientMessage.entries);

const otherwise: AudioFormat['encoding'] = 'linear16';
const final = { type: 'final', audio: null, text: '', isFinal: true };

/** Telnyx's own close codes are not documented; these are what the codes mean elsewhere. */
const done: HangUp = { type: 'hangUp', code: 1000, reason: '' };
const refused: HangUp = { type: 'hangUp', code: 1008, reason: 'see the error' };
const failed: HangUp = { type: 'hangUp', code: 1011, reason: 'see the error' };

/**
 * The server's end of a speech-out connection. The handshake gives the settings; texts are one turn until `""` or
 * `force`. Sentences are cut, and markdown is stripped, behind this: each sentence is told with its text when its sound
 * is complete. The settings' `params` are the query, as the upgrade had it.
 */
export class TelnyxSpeakServer implements Peer<SpeakEvent, SpeakRequest> {
  readonly #settings: SpeakSettings;
  readonly #query: Readonly<Record<string, string>>;
  #initialised = false;
  #turns = 0;
  /** The turn that takes text; undefined before the first and after an interruption. */
  #turn: string | undefined;
  #chars = 0;
  /** `""` came: what comes after it is nothing to us. */
  #ending = false;
  /** The next sound is a stream's first: where WAV was asked for, a header goes before it. */
  #headerDue: boolean;

  constructor({ params = {}, ...settings }: SpeakSettings) {
    this.#settings = settings;
    this.#query = params;
    this.#headerDue = params.audio_format === 'wav';
  }

  opened(): Out {
    return nothing;
  }

  closed(): Out {
    return nothing;
  }

  decode(frame: Frame): Out {
    if (frame.kind === 'binary') return rejecting('binary frames carry nothing here: send text as JSON', '400');
    const read = readObject(frame.text);
    if ('why' in read) return rejecting(read.why, '400');
    const parsed = v.safeParse(clientMessage, read.fields);
    if (!parsed.success) return rejecting(complaint(parsed.issues), '400');
    if (this.#ending) return nothing;
    return this.#initialised ? this.#message(parsed.output) : this.#handshake(parsed.output);
  }

  #handshake({ text, voice_settings: voice }: ClientMessage): Out {
    if (text === undefined || text === '' || text.trim() !== '') {
      return rejecting('the first frame is the handshake, {"text": " "}', '400');
    }
    this.#initialised = true;
    const speed = voice?.voice_speed;
    const settings: SpeakSettings = { ...this.#settings, ...(speed !== undefined && { speed }) };
    const { format } = settings;
    const isChosen = this.#query.audio_format !== undefined;
    return telling({
      type: 'configure',
      settings,
      ...(!isChosen && { elseFormat: { ...format, encoding: otherwise } }),
      markdown: true,
      sentences: true,
    });
  }

  #message({ text, flush, force }: ClientMessage): Out {
    const events: SpeakRequest[] = force ? this.#interrupt() : [];
    if (text === '') events.push(...this.#end());
    else if (text !== undefined) events.push(...this.#text(text));
    if (flush && text !== '' && this.#turn !== undefined) events.push({ type: 'flush', turn: this.#turn });
    return telling(...events);
  }

  #interrupt(): SpeakRequest[] {
    const turn = this.#turn;
    this.#turn = undefined;
    return turn === undefined ? [] : [{ type: 'interrupt', turn }];
  }

  #begin(): { turn: string; events: SpeakRequest[] } {
    if (this.#turn !== undefined) return { turn: this.#turn, events: [] };
    const turn = `t${++this.#turns}`;
    this.#turn = turn;
    this.#chars = 0;
    return { turn, events: [{ type: 'begin', turn }] };
  }

  /** Blanks begin nothing. */
  #text(text: string): SpeakRequest[] {
    if (this.#turn === undefined && text.trim() === '') return [];
    const { turn, events } = this.#begin();
    this.#chars += text.length;
    return [...events, { type: 'text', turn, text, throughChar: this.#chars }];
  }

  /** Also of nothing: the client waits for the last frame. */
  #end(): SpeakRequest[] {
    this.#ending = true;
    const { turn, events } = this.#begin();
    return [...events, { type: 'end', turn }];
  }

  encode(event: SpeakEvent): Out {
    switch (event.type) {
      case 'audio':
        return sending(this.#audio(event));
      case 'progress':
        return this.#progress(event.text);
      case 'ended':
        return this.#ended(event.turn, event.why);
      case 'error':
        return {
          frames: [jsonFrame(speakError(event.fault))],
          events: [event.fault.code === 'E_REQUEST' ? refused : failed],
        };
      default:
        return nothing;
    }
  }

  #audio({ chunk: { bytes, format } }: AudioEvent): object {
    if (!this.#headerDue) return this.#chunk(toBase64(bytes), null);
    this.#headerDue = false;
    return this.#chunk(toBase64(Buffer.concat([wavHeader(format, 'stream'), bytes])), null);
  }

  /** `type` is what the SDK tells frames apart by; no example has it. */
  #chunk(audio: string | null, text: string | null): object {
    return { type: 'audio_chunk', audio, text, isFinal: false, cached: false };
  }

  /**
   * A sentence; or that all which came so far is spoken. The last frame of a text says that as well, and the connection
   * stays open for more (API reference, "Final Frame"); once `""` has come, it is said at the end of all only.
   */
  #progress(sentence: string | undefined): Out {
    if (sentence !== undefined) return sending(this.#chunk(null, sentence));
    return this.#ending ? nothing : sending(final);
  }

  /** An interruption is not told. The last frame is followed by the close. */
  #ended(turn: string, why: 'done' | 'interrupted' | 'failed'): Out {
    if (why === 'interrupted') {
      this.#headerDue = this.#query.audio_format === 'wav';
      return nothing;
    }
    if (!this.#ending || turn !== this.#turn) return nothing;
    return { frames: [jsonFrame(final)], events: [done] };
  }
}
