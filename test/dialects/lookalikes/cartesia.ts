import * as v from 'valibot';
import { baseUrlOf, socketUrl } from '../../../src/dialects/shapes/endpoint.ts';
import { errorCodeOfStatus, oneLine } from '../../../src/dialects/shapes/faults.ts';
import { toMs } from '../../../src/dialects/shapes/fields.ts';
import { readObject } from '../../../src/dialects/shapes/messages.ts';
import { jsonFrame, malformed, note, nothing, reporting, sending, telling } from '../../../src/dialects/shapes/step.ts';
import { SpeechError } from '../../../src/errors.ts';
import type { Peer, SpeakService, Step } from '../../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../../src/speech/speak.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { Contexts } from './contexts.ts';

/**
 * Cartesia's contexts, the client's half: not shipped, only here to show that what is shipped is wide enough.
 * PROTOCOLS 5; docs.cartesia.ai/2026-03-01/api-reference/tts/websocket.
 */
const context_id = v.optional(v.string());
const numbers = v.array(v.number());
const message = v.variant('type', [
  v.object({ type: v.literal('chunk'), context_id, data: v.string() }),
  v.object({
    type: v.literal('timestamps'),
    context_id,
    word_timestamps: v.pipe(
      v.object({ words: v.array(v.string()), start: numbers, end: numbers }),
      v.check(({ words, start, end }) => words.length === start.length && words.length === end.length),
    ),
  }),
  v.object({ type: v.literal('flush_done'), context_id, flush_id: v.number() }),
  v.object({ type: v.literal('done'), context_id }),
  v.object({
    type: v.literal('error'),
    context_id,
    error: v.optional(v.string()),
    message: v.optional(v.string()),
    title: v.optional(v.string()),
    error_code: v.optional(v.string()),
    status_code: v.optional(v.number()),
  }),
]);
type Message = v.InferOutput<typeof message>;

const defaults = {
  baseUrl: 'wss://api.cartesia.ai',
  model: 'sonic-3.5',
  voice: 'a0e99841-438c-4a64-b679-ae501e7d6091',
  format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
} as const;

class CartesiaClient implements Peer<SpeakCommand, SpeakEvent> {
  readonly #settings: SpeakSettings;
  readonly #contexts: Contexts;

  constructor(settings: SpeakSettings) {
    this.#settings = settings;
    this.#contexts = new Contexts(settings.format);
  }

  /** The socket needs no first message, and answers none. */
  opened(): Step<SpeakEvent> {
    return telling({ type: 'ready' });
  }

  encode(command: SpeakCommand): Step<SpeakEvent> {
    switch (command.type) {
      case 'begin':
        this.#contexts.begin(command.turn);
        return nothing;
      case 'text':
        this.#contexts.text(command.turn, command.text, command.throughChar);
        return sending(this.#input(command.turn, { transcript: command.text, continue: true }));
      case 'flush': {
        const context = this.#contexts.find(command.turn);
        context?.flushes.push(context.pieces.at(-1)?.[1] ?? 0);
        return sending(this.#input(command.turn, { transcript: '', continue: true, flush: true }));
      }
      case 'end':
        return sending(this.#input(command.turn, { transcript: '', continue: false }));
      case 'interrupt':
        return {
          frames: [jsonFrame({ context_id: command.turn, cancel: true })],
          events: this.#contexts.end(command.turn, 'interrupted'),
        };
      case 'keepAlive':
      case 'close':
        return nothing;
    }
  }

  /** All inputs of a context have the same fields but for these. */
  #input(turn: string, input: object): object {
    const { model = defaults.model, voice = defaults.voice, language = 'en', format } = this.#settings;
    return {
      model_id: model,
      voice: { mode: 'id', id: voice },
      language,
      context_id: turn,
      output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: format.sampleRateHz },
      add_timestamps: true,
      ...input,
    };
  }

  decode(frame: Frame): Step<SpeakEvent> {
    const read = frame.kind === 'text' ? readObject(frame.text) : { why: 'a binary frame' };
    if ('why' in read) return malformed(read.why);
    const parsed = v.safeParse(message, read.fields);
    if (parsed.success) return this.#understood(parsed.output);
    return telling({ type: 'unknown', name: oneLine(String(read.fields.type)) });
  }

  #understood(got: Message): Step<SpeakEvent> {
    const context = this.#contexts.find(got.context_id);
    if (got.type === 'chunk') return this.#contexts.audio(got.context_id, got.data);
    if (got.type === 'error') return telling(this.#error(got));
    if (context === undefined) return telling(note(got.type));
    if (got.type === 'done') return reporting(this.#contexts.end(context.id, 'done'));
    if (got.type === 'flush_done') {
      const throughChar = context.flushes.shift();
      return throughChar === undefined
        ? telling(note('flush_done'))
        : telling({ type: 'progress', turn: context.id, throughChar });
    }
    const { words, start, end } = got.word_timestamps;
    const items = words.map((text, i) => ({ text, startMs: toMs(start[i] ?? 0), endMs: toMs(end[i] ?? 0) }));
    return reporting(this.#contexts.words(context, items));
  }

  /** Of 2024-11 `{error, status_code}`, of 2026-03 `{title, message, error_code, status_code}`. */
  #error({ context_id: turn, status_code: status = 500, ...told }: Extract<Message, { type: 'error' }>): SpeakEvent {
    const said = told.message ?? told.error ?? told.title ?? 'the service gave no reason';
    const detail = { status, ...(told.error_code !== undefined && { vendorCode: told.error_code }) };
    const fault = { code: errorCodeOfStatus(status), message: oneLine(said), detail };
    return { type: 'error', ...(turn !== undefined && { turn }), fault };
  }

  closed(): Step<SpeakEvent> {
    return nothing;
  }
}

const path = '/tts/websocket';

export const cartesia: SpeakService = {
  name: 'cartesia',
  direction: 'speak',
  traits: {
    interrupt: 'id',
    startsWithoutFlush: true,
    contexts: true,
    limits: {},
    turnSettings: [],
    encodings: ['linear16'],
    sampleRatesHz: [8000, 16_000, 22_050, 24_000, 44_100, 48_000],
    namedPronunciation: false,
    defaults,
  },
  endpoint: {
    build({ baseUrl }, { key }) {
      const { href } = socketUrl(baseUrl, path, defaults.baseUrl);
      const version = { 'Cartesia-Version': '2026-03-01' };
      return { url: href, headers: key === undefined ? version : { ...version, 'X-API-Key': key }, subprotocols: [] };
    },
    match(url, headers) {
      if (!url.pathname.endsWith(path)) return undefined;
      const { model, format } = defaults;
      const settings = { baseUrl: baseUrlOf(url, url.pathname.slice(0, -path.length)), model, format };
      const key = headers['x-api-key'];
      return { settings, credentials: key === undefined ? {} : { key } };
    },
    refused: ({ status }) => new SpeechError('E_CONNECT', `the service answered ${status}`),
  },
  client: (settings) => new CartesiaClient(settings),
  server() {
    throw new Error('no server speaks Cartesia here');
  },
};
