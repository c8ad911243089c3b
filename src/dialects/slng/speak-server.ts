import * as v from 'valibot';
import type { AudioFormat } from '../../audio/format.ts';
import { durationMs } from '../../audio/format.ts';
import type { Peer, ServerStyle, SpeakRequest, Step } from '../../speech/service.ts';
import type { PronunciationRef, SpeakEvent, SpeakSettings } from '../../speech/speak.ts';
import type { Frame } from '../../transport/transport.ts';
import { toBase64 } from './audio-data.ts';
import { isFields, oneLine } from './errors.ts';
import { modelOf } from './init.ts';
import type { ClientMessage, InitMessage, PronunciationObject } from './messages.ts';
import { clientMessage, clientTypes, complaint, typeOf } from './messages.ts';
import { ServerWords } from './server-words.ts';
import { jsonFrame } from './step.ts';

type Out = Step<SpeakRequest>;
type AudioEvent = Extract<SpeakEvent, { type: 'audio' }>;
type TextMessage = Extract<ClientMessage, { type: 'text' }>;
type InterruptWord = 'cancel' | 'clear';

const nothing: Out = { frames: [], events: [] };

function asking(...events: SpeakRequest[]): Out {
  return { frames: [], events };
}

function saying(...messages: object[]): Out {
  return { frames: messages.map(jsonFrame), events: [] };
}

/** A message that is not done; the handler tells the client so, and the session goes on. */
function rejecting(message: string): Out {
  return asking({ type: 'reject', fault: { code: 'E_REQUEST', message, detail: { vendorCode: 'config_error' } } });
}

function refOf(object: PronunciationObject): PronunciationRef {
  return object.name === undefined ? { id: object.dictionary_id } : { name: object.name };
}

function settingsOf(before: SpeakSettings, { voice, speaker, language, config }: InitMessage): SpeakSettings {
  const encoding = config?.encoding === 'pcm' ? 'linear16' : config?.encoding;
  const format: AudioFormat = {
    encoding: encoding ?? before.format.encoding,
    sampleRateHz: config?.sample_rate ?? before.format.sampleRateHz,
    channels: before.format.channels,
  };
  const speaks = voice ?? speaker;
  const inLanguage = config?.language ?? language;
  return {
    ...before,
    format,
    ...(speaks !== undefined && { voice: speaks }),
    ...(inLanguage !== undefined && { language: inLanguage }),
    ...(config?.speed !== undefined && { speed: config.speed }),
    ...(config?.pronunciation && { pronunciation: refOf(config.pronunciation) }),
  };
}

/**
 * The server's end of a speech-out connection. A turn begins with the first text or flush after the start or an
 * interruption; the protocol has no word for its end. Only a clear of nothing is answered here, for it needs no turn.
 */
export class SlngSpeakServer implements Peer<SpeakEvent, SpeakRequest> {
  readonly #style: ServerStyle;
  readonly #words: ServerWords;
  #settings: SpeakSettings;
  #initialised = false;
  #turns = 0;
  /** The turn that takes text; undefined before the first and after an interruption. */
  #turn: string | undefined;
  #chars = 0;
  /** Turns whose interruption the handler has not confirmed. */
  readonly #interrupting = new Set<string>();
  /** Interruptions of nothing that came between another and its answer: answered behind that one. */
  #emptyInterruptions = 0;
  /** The word of the interruption that the last message was. */
  #interruptWord: InterruptWord | undefined;
  /** Named by a text, and in force until another is (PROTOCOLS 1.4). */
  #pronunciation: PronunciationRef | undefined;
  #sequence = 0;
  #segment = 0;
  #inSegment = false;
  #bytesSinceAnswer = 0;

  constructor(settings: SpeakSettings, style: ServerStyle) {
    this.#settings = settings;
    this.#style = style;
    this.#words = new ServerWords(style);
  }

  opened(): Out {
    return nothing;
  }

  closed(): Out {
    return nothing;
  }

  decode(frame: Frame): Out {
    if (frame.kind === 'binary') return rejecting('binary frames carry nothing here: send text as JSON');
    let fields: unknown;
    try {
      fields = JSON.parse(frame.text);
    } catch {
      return rejecting('the message is no JSON');
    }
    const type = isFields(fields) ? typeOf(fields) : undefined;
    if (!isFields(fields) || type === undefined) return rejecting('a message is an object with a type');
    const unknown = !clientTypes.includes(type) || (type === 'cancel' && this.#style.cancel === 'unknown');
    if (unknown) return rejecting(`unknown message type: ${oneLine(String(fields.type))}`);
    const parsed = v.safeParse(clientMessage, { ...fields, type });
    return parsed.success ? this.#message(parsed.output) : rejecting(`${type}: ${complaint(parsed.issues)}`);
  }

  #message(message: ClientMessage): Out {
    if (message.type === 'keepalive') return asking({ type: 'keepAlive' });
    if (message.type === 'close') return asking({ type: 'close' });
    if (message.type === 'init') return this.#init(message);
    if (!this.#initialised) return rejecting(`${message.type} came before init and is ignored`);
    if (message.type === 'cancel' || message.type === 'clear') return this.#interrupt(message.type);
    this.#interruptWord = undefined;
    return message.type === 'text' ? this.#text(message) : this.#flush();
  }

  #init(message: InitMessage): Out {
    if (this.#initialised) return rejecting('init was sent before: open a new connection for other settings');
    this.#initialised = true;
    this.#settings = settingsOf(this.#settings, message);
    return asking({ type: 'configure', settings: this.#settings });
  }

  #text({ text, flush, pronunciation }: TextMessage): Out {
    if (text === '') return flush ? this.#flush() : nothing;
    if (pronunciation) this.#pronunciation = refOf(pronunciation);
    const { turn, events } = this.#open(pronunciation !== undefined);
    this.#chars += text.length;
    events.push({ type: 'text', turn, text, throughChar: this.#chars });
    if (flush) events.push({ type: 'flush', turn });
    return asking(...events);
  }

  /** The turn that takes text, and what begins it, or (`anew`) tells it another dictionary. */
  #open(anew = false): { turn: string; events: SpeakRequest[] } {
    const turn = this.#turn ?? `t${++this.#turns}`;
    if (this.#turn !== undefined && !anew) return { turn, events: [] };
    if (this.#turn === undefined) this.#chars = 0;
    this.#turn = turn;
    const settings = this.#pronunciation && { pronunciation: this.#pronunciation };
    return { turn, events: [{ type: 'begin', turn, ...(settings && { settings }) }] };
  }

  /** Also of nothing: the handler answers in its turn, and hangs up where the style wants that. */
  #flush(): Out {
    const { turn, events } = this.#open();
    return asking(...events, { type: 'flush', turn });
  }

  /** `cancel` and `clear` mean the same. One right behind the other (seed 001) is one interruption, and answered once. */
  #interrupt(word: InterruptWord): Out {
    const before = this.#interruptWord;
    this.#interruptWord = undefined;
    if (before !== undefined && before !== word) return nothing;
    this.#interruptWord = word;
    const turn = this.#turn;
    if (turn !== undefined) {
      this.#turn = undefined;
      this.#interrupting.add(turn);
      return asking({ type: 'interrupt', turn });
    }
    if (this.#interrupting.size === 0) return saying(this.#words.cleared());
    this.#emptyInterruptions++;
    return nothing;
  }

  encode(event: SpeakEvent): Out {
    switch (event.type) {
      case 'ready':
        return saying(this.#words.ready(event, this.#settings.voice ?? modelOf(this.#settings)));
      case 'audio':
        return this.#audio(event);
      case 'progress':
        return saying(...this.#segmentEnd(), this.#answer());
      case 'ended':
        return this.#ended(event.turn, event.why === 'interrupted');
      case 'words':
        return saying(this.#words.words(event.items));
      case 'warning':
        return saying(this.#words.warning(event.code, event.message));
      case 'error':
        return saying(this.#words.error(event.fault));
      case 'note':
      case 'unknown':
      case 'malformed':
        return nothing;
    }
  }

  #audio({ chunk: { bytes } }: AudioEvent): Out {
    this.#bytesSinceAnswer += bytes.length;
    if (this.#style.audio === 'binary') return { frames: [{ kind: 'binary', bytes }], events: [] };
    const chunk = { type: 'audio_chunk', data: toBase64(bytes), sequence: ++this.#sequence };
    return saying(...this.#segmentStart(), chunk);
  }

  /** Segments frame what one flush gave, and only where audio itself is JSON: nothing then stands between frames. */
  #segmentStart(): object[] {
    if (this.#inSegment || this.#style.casing === 'deepgram') return [];
    this.#inSegment = true;
    this.#segment++;
    return [{ type: 'segment_start', segment_id: this.#segmentId() }];
  }

  #segmentEnd(): object[] {
    if (!this.#inSegment) return [];
    this.#inSegment = false;
    return [{ type: 'segment_end', segment_id: this.#segmentId() }];
  }

  #segmentId(): string {
    return `seg_${String(this.#segment).padStart(3, '0')}`;
  }

  #answer(): object {
    const ms = durationMs(this.#settings.format, this.#bytesSinceAnswer);
    this.#bytesSinceAnswer = 0;
    return this.#words.flushed(ms);
  }

  /** Only an interruption is told: the answer to the last flush was the end of what was said whole. */
  #ended(turn: string, interrupted: boolean): Out {
    if (!interrupted) return nothing;
    this.#interrupting.delete(turn);
    if (this.#turn === turn) this.#turn = undefined;
    this.#bytesSinceAnswer = 0;
    const empty = this.#interrupting.size === 0 ? this.#emptyInterruptions : 0;
    this.#emptyInterruptions -= empty;
    const answers = Array.from({ length: 1 + empty }, () => this.#words.cleared());
    return saying(...this.#segmentEnd(), ...answers);
  }
}
