import type { AudioFormat } from '../audio/format.ts';
import type { Clock } from '../clock.ts';
import type { Synthesizer } from '../engine/engine.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import type { SpeakEvent, SpeakRequest } from '../speech/speak.ts';
import { type AudioChain, audioChain } from './audio-stage.ts';
import type { ServerLimits } from './bounds.ts';
import type { Handler } from './connection.ts';
import type { DictionaryStore } from './dictionary-store.ts';
import type { Counters } from './options.ts';
import type { Outlet } from './outlet.ts';
import { Speaker } from './speaker.ts';

export interface SpeakHandlerOptions {
  readonly engine: Synthesizer;
  readonly dictionaries: DictionaryStore;
  readonly outlet: Outlet<SpeakEvent>;
  readonly clock: Clock;
  readonly sessionId: string;
  readonly counters: Counters;
  readonly limits: Pick<ServerLimits, 'waitingChars' | 'encoders'>;
  /** A flush is answered, and then the connection is closed (`style.end` is `close`). */
  readonly closesAfterFlush: boolean;
}

type State = { readonly is: 'new' | 'stopped' } | { readonly is: 'ready'; readonly speaker: Speaker };

type Configure = Extract<SpeakRequest, { type: 'configure' }>;

/** The other format is for what this machine has no program for. */
async function chainOf(format: AudioFormat, elseFormat: AudioFormat | undefined): Promise<AudioChain> {
  try {
    return await audioChain(format);
  } catch (thrown) {
    if (elseFormat === undefined || toSpeechError(thrown).code !== 'E_FFMPEG') throw thrown;
    return audioChain(elseFormat);
  }
}

const notReady = new SpeechError('E_REQUEST', 'the session has no valid settings, so this is ignored');
const hasSettings = new SpeechError('E_REQUEST', 'the session has its settings already');

/** The life of one speech-out connection: settings first, then what is to be said. */
export class SpeakHandler implements Handler<SpeakRequest> {
  readonly #options: SpeakHandlerOptions;
  #state: State = { is: 'new' };
  /** It counts among `limits.encoders`. */
  #counted = false;

  constructor(options: SpeakHandlerOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#state.is === 'ready' && this.#state.speaker.busy;
  }

  handle(request: SpeakRequest): Promise<void> | undefined {
    switch (request.type) {
      case 'configure':
        return this.#configure(request);
      case 'close':
        this.#close();
        return undefined;
      case 'reject':
        this.#options.outlet.event({ type: 'error', fault: request.fault });
        return undefined;
      case 'hangUp':
        this.#options.outlet.hangUp(request.code, request.reason);
        return undefined;
      case 'keepAlive':
        return undefined;
      default:
        if (this.#state.is === 'ready') return this.#state.speaker.command(request);
        if (request.type === 'text' || request.type === 'flush') this.#fault(notReady);
        return undefined;
    }
  }

  async #configure(request: Configure): Promise<void> {
    try {
      if (this.#state.is === 'ready') throw hasSettings;
      await this.#prepare(request);
    } catch (thrown) {
      this.#fault(toSpeechError(thrown, 'E_ENGINE'));
    }
  }

  async #prepare({ settings, elseFormat, markdown = false, sentences = false }: Configure): Promise<void> {
    const { engine, dictionaries, outlet, sessionId } = this.#options;
    const dictionary = settings.pronunciation && dictionaries.get(settings.pronunciation);
    const { voice, language, warnings } = await engine.choose(settings);
    const { stage, made, encodes } = await chainOf(settings.format, elseFormat);
    if (this.#state.is === 'stopped') return;
    if (encodes) this.#takePlace();
    const request = { voice, language, speed: settings.speed ?? 1, format: made };
    const how = { request, stage, markdown, sentences, ...(dictionary && { dictionary }) };
    const speaker = new Speaker({ ...this.#options, ...how });
    this.#state = { is: 'ready', speaker };
    outlet.event({ type: 'ready', sessionId, ...(warnings.length > 0 && { warnings }) });
  }

  #takePlace(): void {
    const { counters, limits } = this.#options;
    if (counters.encoders >= limits.encoders) {
      const message = `this server compresses for ${limits.encoders} at once, and has no place left`;
      throw new SpeechError('E_RATE_LIMIT', message);
    }
    counters.encoders++;
    this.#counted = true;
  }

  #fault({ code, message, detail }: SpeechError): void {
    this.#options.outlet.event({ type: 'error', fault: { code, message, detail } });
  }

  /** At once, with what is being said stopped (SLNG's `close`); after an `end`, when that has been said. */
  #close(): void {
    const finishing = this.#state.is === 'ready' && this.#state.speaker.hangUpAfterEnd();
    if (!finishing) this.#options.outlet.hangUp(1000, '');
  }

  stop(): void {
    if (this.#state.is === 'ready') this.#state.speaker.stop();
    this.#state = { is: 'stopped' };
    if (this.#counted) this.#options.counters.encoders--;
    this.#counted = false;
  }
}
