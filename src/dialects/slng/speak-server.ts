import type { AudioFormat } from '../../audio/format.ts';
import { durationMs } from '../../audio/format.ts';
import type { Peer, ServerStyle, Step } from '../../speech/service.ts';
import type { PronunciationRef, SpeakEvent, SpeakRequest, SpeakSettings } from '../../speech/speak.ts';
import type { Frame } from '../../transport/transport.ts';
import { toBase64 } from '../shapes/base64.ts';
import { readClientMessage } from '../shapes/messages.ts';
import { ServedTurns } from '../shapes/served-turns.ts';
import { nothing, sending, telling } from '../shapes/step.ts';
import { rejecting } from './errors.ts';
import { errorMessage, ServerWords } from './server-words.ts';
import { modelOf } from './speak-init.ts';
import type { ClientMessage, InitMessage, PronunciationObject } from './speak-messages.ts';
import { clientMessage, clientTypes } from './speak-messages.ts';

type Out = Step<SpeakRequest>;
type AudioEvent = Extract<SpeakEvent, { type: 'audio' }>;
type TextMessage = Extract<ClientMessage, { type: 'text' }>;
type InterruptWord = 'cancel' | 'clear';

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

/** The server's end of a speech-out connection. Only a clear of nothing is answered here, for it needs no turn. */
export class SlngSpeakServer implements Peer<SpeakEvent, SpeakRequest> {
  readonly #style: ServerStyle;
  readonly #words: ServerWords;
  #settings: SpeakSettings;
  #initialised = false;
  readonly #turns = new ServedTurns();
  /** The word of the interruption that the last message was. */
  #interruptWord: InterruptWord | undefined;
  /** Named by a text, and in force until another is (PROTOCOLS 1.4). */
  #pronunciation: PronunciationRef | undefined;
  #sequence = 0;
  #segment = 0;
  #inSegment = false;
  #bytesSinceAnswer = 0;

  readonly #knows = (type: string) =>
    clientTypes.includes(type) && (type !== 'cancel' || this.#style.cancel === 'known');

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
    const read = readClientMessage(clientMessage, this.#knows, frame.text);
    return 'why' in read ? rejecting(read.why) : this.#message(read.message);
  }

  #message(message: ClientMessage): Out {
    if (message.type === 'keepalive') return telling({ type: 'keepAlive' });
    if (message.type === 'close') return telling({ type: 'close' });
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
    return telling({ type: 'configure', settings: this.#settings });
  }

  #text({ text, flush, pronunciation }: TextMessage): Out {
    if (text === '') return flush ? this.#flush() : nothing;
    if (pronunciation) this.#pronunciation = refOf(pronunciation);
    const asked = this.#turns.text(text, this.#turnSettings, pronunciation !== undefined);
    return telling(...asked, ...(flush ? this.#turns.flush() : []));
  }

  get #turnSettings() {
    return this.#pronunciation && { pronunciation: this.#pronunciation };
  }

  #flush(): Out {
    return telling(...this.#turns.flush(this.#turnSettings));
  }

  /** `cancel` and `clear` mean the same. One right behind the other (seed 001) is one interruption, and answered once. */
  #interrupt(word: InterruptWord): Out {
    const before = this.#interruptWord;
    this.#interruptWord = undefined;
    if (before !== undefined && before !== word) return nothing;
    this.#interruptWord = word;
    const asked = this.#turns.interrupt();
    return asked === undefined ? sending(this.#words.cleared()) : telling(...asked);
  }

  encode(event: SpeakEvent): Out {
    switch (event.type) {
      case 'ready':
        return sending(this.#words.ready(event, this.#settings.voice ?? modelOf(this.#settings)));
      case 'audio':
        return this.#audio(event);
      case 'progress':
        return sending(...this.#segmentEnd(), this.#answer());
      case 'ended':
        return this.#ended(event.turn, event.why === 'interrupted');
      case 'words':
        return sending(this.#words.words(event.items));
      case 'warning':
        return sending(this.#words.warning(event.code, event.message));
      case 'error':
        return sending(errorMessage(event.fault));
      case 'made':
      case 'late':
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
    return sending(...this.#segmentStart(), chunk);
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
    this.#bytesSinceAnswer = 0;
    const answers = Array.from({ length: this.#turns.interrupted(turn) }, () => this.#words.cleared());
    return sending(...this.#segmentEnd(), ...answers);
  }
}
