import type { Recogniser } from '../engine/recogniser.ts';
import { type ErrorCode, SpeechError, toSpeechError } from '../errors.ts';
import type { ListenEvent, ListenRequest, ListenSettings } from '../speech/listen.ts';
import type { ServerLimits } from './bounds.ts';
import type { Handler } from './connection.ts';
import { sampleReader } from './listen-audio.ts';
import { Listener } from './listener.ts';
import type { Counters } from './options.ts';
import type { Outlet } from './outlet.ts';
import { defaultEndpointingMs, utteranceEndMs } from './recognised.ts';

export interface ListenHandlerOptions {
  readonly recogniser: Recogniser;
  readonly outlet: Outlet<ListenEvent>;
  readonly sessionId: string;
  readonly counters: Counters;
  readonly limits: Pick<ServerLimits, 'listeners' | 'badMessages' | 'unansweredFinals'>;
}

type State = { readonly is: 'new' | 'opening' | 'stopped' } | { readonly is: 'listening'; readonly listener: Listener };

const notReady = new SpeechError('E_REQUEST', 'the session has no settings yet, so audio is ignored');
const hasSettings = new SpeechError('E_REQUEST', 'the session has its settings already');

/**
 * How a session that cannot begin ends, after an error that says why. 1013 asks to try again later, 1008 not to send
 * the same again; what is left is our own fault.
 */
const closeCodes: Partial<Record<ErrorCode, number>> = { E_RATE_LIMIT: 1013, E_UNSUPPORTED: 1008, E_REQUEST: 1008 };

/** The life of one speech-in connection: settings first, then audio, then the end. */
export class ListenHandler implements Handler<ListenRequest> {
  readonly #options: ListenHandlerOptions;
  #state: State = { is: 'new' };
  /** It counts among `limits.listeners`, until the recogniser has let go of it as well. */
  #counted = false;
  #opening = false;
  #untimely = 0;

  constructor(options: ListenHandlerOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#state.is === 'listening' && this.#state.listener.finishing;
  }

  handle(request: ListenRequest): Promise<void> | undefined {
    switch (request.type) {
      case 'configure':
        return this.#configure(request.settings);
      case 'audio':
        return this.#state.is === 'listening' ? this.#state.listener.audio(request.chunk) : this.#tooEarly();
      case 'finalize':
        return this.#state.is === 'listening' ? this.#state.listener.finalize() : this.#tooEarly();
      case 'close':
        if (this.#state.is === 'listening') this.#state.listener.end();
        else this.#options.outlet.hangUp(1000, '');
        return undefined;
      case 'reject':
        this.#options.outlet.event({ type: 'error', fault: request.fault });
        return undefined;
      case 'hangUp':
        this.#options.outlet.hangUp(request.code, request.reason);
        return undefined;
      case 'keepAlive':
        return undefined;
    }
  }

  async #configure(settings: ListenSettings): Promise<void> {
    if (this.#state.is !== 'new') {
      this.#fault(hasSettings);
      return;
    }
    this.#state = { is: 'opening' };
    try {
      await this.#open(settings);
    } catch (thrown) {
      const error = toSpeechError(thrown, 'E_ENGINE');
      this.#fault(error);
      this.#options.outlet.hangUp(closeCodes[error.code] ?? 1011, 'the session cannot begin');
    }
  }

  async #open(settings: ListenSettings): Promise<void> {
    const samplesOf = sampleReader(settings.format);
    this.#takePlace();
    this.#opening = true;
    try {
      await this.#begin(settings, samplesOf);
    } finally {
      this.#opening = false;
      if (this.#isStopped) this.#leavePlace();
    }
  }

  async #begin(settings: ListenSettings, samplesOf: ReturnType<typeof sampleReader>): Promise<void> {
    const { recogniser, outlet, sessionId, counters, limits } = this.#options;
    const silenceMs = utteranceEndMs(settings);
    const stream = await recogniser.open({
      sampleRateHz: settings.format.sampleRateHz,
      ...(settings.model !== undefined && { model: settings.model }),
      ...(settings.language !== undefined && { language: settings.language }),
      interim: settings.interim,
      endpointingMs: settings.endpointingMs ?? defaultEndpointingMs,
      ...(silenceMs !== undefined && { utteranceEndMs: silenceMs }),
    });
    // The client went while the recogniser made itself ready.
    if (this.#isStopped) {
      stream.close();
      return;
    }
    const language = languageOf(settings.language ?? '', recogniser.languages);
    this.#state = {
      is: 'listening',
      listener: new Listener({
        ...{ stream, settings, language, outlet, counters, samplesOf },
        mostUnanswered: limits.unansweredFinals,
      }),
    };
    const { warnings } = stream;
    outlet.event({ type: 'ready', sessionId, ...(warnings.length > 0 && { warnings }) });
  }

  #takePlace(): void {
    const { counters, limits } = this.#options;
    if (counters.listeners >= limits.listeners) {
      throw new SpeechError(
        'E_RATE_LIMIT',
        `this server listens to ${limits.listeners} at once, and has no place left`,
      );
    }
    counters.listeners++;
    this.#counted = true;
  }

  /** Told once, then ignored, and at last not put up with: audio comes in twenty frames a second. */
  #tooEarly(): undefined {
    if (this.#untimely++ === 0) this.#fault(notReady);
    if (this.#untimely > this.#options.limits.badMessages) {
      this.#options.outlet.hangUp(1008, 'audio before the settings');
    }
  }

  #fault({ code, message, detail }: SpeechError): void {
    this.#options.outlet.event({ type: 'error', fault: { code, message, detail } });
  }

  stop(): void {
    if (this.#state.is === 'listening') this.#state.listener.stop();
    this.#state = { is: 'stopped' };
    if (!this.#opening) this.#leavePlace();
  }

  get #isStopped(): boolean {
    return this.#state.is === 'stopped';
  }

  #leavePlace(): void {
    if (this.#counted) this.#options.counters.listeners--;
    this.#counted = false;
  }
}

/** The recogniser's own tag for what was asked for; its first where nothing was, or where it replaced that. */
function languageOf(asked: string, known: readonly string[]): string {
  const parts = (tag: string) => tag.toLowerCase().split(/[-_]/);
  const wanted = parts(asked);
  const same = known.find((tag) => parts(tag).join() === wanted.join());
  return same ?? known.find((tag) => parts(tag)[0] === wanted[0]) ?? known[0] ?? '';
}
