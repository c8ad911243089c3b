import type { Peer, Step } from '../../speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../speech/speak.ts';
import type { CloseInfo, Frame } from '../../transport/transport.ts';
import { jsonFrame, malformed, note, nothing, sending, telling } from '../shapes/step.ts';
import { TurnAudio } from './speak-audio.ts';
import { SpokenText } from './speak-progress.ts';
import { speakParams } from './speak-query.ts';
import { type SpeakingTurn, SpeakReader } from './speak-reader.ts';

type Out = Step<SpeakEvent>;
type TextCommand = Extract<SpeakCommand, { type: 'text' }>;

/**
 * The first frame of a connection. Telnyx's name for the speed is `voice_speed`; whatever else its provider has goes
 * beside it (`--param voice_settings.name=value`).
 */
export function handshake(settings: SpeakSettings): object {
  const { voiceSettings } = speakParams(settings);
  const { speed } = settings;
  const all = { ...(speed !== undefined && { voice_speed: speed }), ...voiceSettings };
  return { text: ' ', ...(Object.keys(all).length > 0 && { voice_settings: all }) };
}

/**
 * The client's end of a speech-out connection. A connection carries one text: its end is `""`, upon which the service
 * says the rest, tells that this was all, and closes (PROTOCOLS 3.2). So the first turn that ends with something said,
 * or is interrupted, is the connection's last; what is said to it afterwards goes nowhere, and the close sends the
 * session to another. docs/protocols/telnyx.md says what is made of every message.
 */
export class TelnyxSpeakClient implements Peer<SpeakCommand, SpeakEvent> {
  readonly #settings: SpeakSettings;
  readonly #reader = new SpeakReader();
  #initialised = false;
  /** `""` or `force` was sent: nothing follows it. */
  #over = false;
  /** Blanks that wait for the next words: alone they would look like the handshake. */
  #blanks = '';

  constructor(settings: SpeakSettings) {
    this.#settings = settings;
  }

  /** Nothing: a connection that idles is closed after 20 s, and the handshake is sent with the first turn. */
  opened(): Out {
    return nothing;
  }

  encode(command: SpeakCommand): Out {
    switch (command.type) {
      case 'begin':
        return this.#begin(command.turn);
      case 'text':
        return this.#text(command);
      case 'flush':
        // Blanks: a text is wanted, `""` would end all, and `" "` is the handshake.
        return this.#open(command.turn)?.text.said ? sending({ text: '\n', flush: true }) : nothing;
      case 'end':
        return this.#end(command.turn);
      case 'interrupt':
        return this.#interrupt(command.turn);
      case 'keepAlive':
        return nothing;
      case 'close':
        return this.#initialised ? this.#last({ text: '' }) : nothing;
    }
  }

  #open(id: string): SpeakingTurn | undefined {
    const { turn } = this.#reader;
    return turn?.id === id && !turn.closing ? turn : undefined;
  }

  /** Telnyx does not answer the handshake: once it is sent, the session may be used. */
  #begin(id: string): Out {
    if (this.#over || this.#open(id)) return nothing;
    // One text, one turn: the sound of a second could not be told from the first's.
    if (this.#reader.turn?.text.said) return telling(note('turn_too_early', { turn: id }));
    this.#blanks = '';
    this.#reader.turn = { id, text: new SpokenText(), audio: new TurnAudio(id, this.#settings.format), closing: false };
    if (this.#initialised) return nothing;
    this.#initialised = true;
    return { frames: [jsonFrame(handshake(this.#settings))], events: [{ type: 'ready' }] };
  }

  #text({ turn: id, text, throughChar }: TextCommand): Out {
    const turn = this.#open(id);
    if (turn === undefined) return telling(note('text_of_no_turn', { turn: id }));
    turn.text.add(text, throughChar);
    const words = this.#blanks + text;
    const isBlank = words.trim() === '';
    this.#blanks = isBlank ? words : '';
    return isBlank ? nothing : sending({ text: words });
  }

  #end(id: string): Out {
    const turn = this.#open(id);
    if (turn === undefined) return nothing;
    if (!turn.text.said) {
      this.#reader.turn = undefined;
      return telling({ type: 'ended', turn: id, why: 'done' });
    }
    turn.closing = true;
    return this.#last({ text: '' });
  }

  /**
   * Nothing acknowledges `force`, so what comes after it cannot be told to be of the old text or of a new one: no text
   * of ours follows it here.
   */
  #interrupt(id: string): Out {
    const { turn } = this.#reader;
    if (turn?.id !== id) return nothing;
    this.#reader.turn = undefined;
    const ended: SpeakEvent = { type: 'ended', turn: id, why: 'interrupted' };
    if (!turn.text.said) return telling(ended);
    this.#reader.interrupted = id;
    this.#over = true;
    return { frames: [jsonFrame({ force: true })], events: [ended] };
  }

  #last(message: object): Out {
    if (this.#over) return nothing;
    this.#over = true;
    return sending(message);
  }

  decode(frame: Frame): Out {
    return frame.kind === 'text' ? this.#reader.text(frame.text) : malformed('a binary frame, where only text is sent');
  }

  closed(info: CloseInfo): Out {
    return this.#reader.closed(info.code);
  }
}
