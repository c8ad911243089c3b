import * as v from 'valibot';
import { baseUrlOf, socketUrl } from '../../../src/dialects/shapes/endpoint.ts';
import { oneLine } from '../../../src/dialects/shapes/faults.ts';
import { readObject } from '../../../src/dialects/shapes/messages.ts';
import { jsonFrame, malformed, note, nothing, reporting, sending, telling } from '../../../src/dialects/shapes/step.ts';
import { SpeechError } from '../../../src/errors.ts';
import type { Peer, SpeakService, Step } from '../../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings, WordTime } from '../../../src/speech/speak.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { type Context, Contexts } from './contexts.ts';

/**
 * ElevenLabs' multi-stream-input, the client's half: not shipped, only here to show that what is shipped is wide
 * enough. PROTOCOLS 5; the AsyncAPI document of elevenlabs.io, multi-context WebSocket.
 */
const alignment = v.pipe(
  v.object({ chars: v.array(v.string()), charStartTimesMs: v.array(v.number()), charDurationsMs: v.array(v.number()) }),
  v.check(
    ({ chars, charStartTimesMs: starts, charDurationsMs: durations }) =>
      chars.length === starts.length && chars.length === durations.length,
    'chars and times differ in length',
  ),
);
type Alignment = v.InferOutput<typeof alignment>;
const message = v.object({
  audio: v.nullish(v.string()),
  isFinal: v.nullish(v.boolean()),
  contextId: v.nullish(v.string()),
  alignment: v.nullish(alignment),
  error: v.nullish(v.string()),
  message: v.nullish(v.string()),
});

/** Characters with times into words. A word may go on in the next message: it is told when a blank ends it. */
class Spelling {
  #word: { text: string; startMs: number; endMs: number; char: number } | undefined;
  chars = 0;

  add({ chars, charStartTimesMs: starts, charDurationsMs: durations }: Alignment, beforeMs: number): WordTime[] {
    const words: WordTime[] = [];
    chars.forEach((sign, i) => {
      const startMs = beforeMs + (starts[i] ?? 0);
      const endMs = startMs + (durations[i] ?? 0);
      const char = this.chars;
      this.chars += sign.length;
      if (sign.trim() === '') words.push(...this.end());
      else if (this.#word) Object.assign(this.#word, { text: this.#word.text + sign, endMs });
      else this.#word = { text: sign, startMs, endMs, char };
    });
    return words;
  }

  end(): WordTime[] {
    const word = this.#word;
    this.#word = undefined;
    return word ? [word] : [];
  }
}

class ElevenLabsClient implements Peer<SpeakCommand, SpeakEvent> {
  readonly #settings: SpeakSettings;
  readonly #contexts: Contexts;
  readonly #spelling = new Map<string, Spelling>();
  #ready = false;

  constructor(settings: SpeakSettings) {
    this.#settings = settings;
    this.#contexts = new Contexts(settings.format);
  }

  opened(): Step<SpeakEvent> {
    return nothing;
  }

  encode(command: SpeakCommand): Step<SpeakEvent> {
    switch (command.type) {
      case 'begin':
        return this.#begin(command.turn);
      case 'text':
        this.#contexts.text(command.turn, command.text, command.throughChar);
        return sending({ text: command.text, context_id: command.turn });
      case 'flush':
        return sending({ context_id: command.turn, flush: true });
      case 'end':
        return sending({ context_id: command.turn, close_context: true });
      case 'interrupt':
        return {
          frames: [jsonFrame({ context_id: command.turn, close_context: true })],
          events: this.#contexts.end(command.turn, 'interrupted'),
        };
      case 'keepAlive':
        return sending(...this.#contexts.ids.map((id) => ({ text: '', context_id: id })));
      case 'close':
        return sending({ close_socket: true });
    }
  }

  #begin(id: string): Step<SpeakEvent> {
    this.#contexts.begin(id);
    this.#spelling.set(id, new Spelling());
    const { speed } = this.#settings;
    const first = { text: ' ', context_id: id, ...(speed !== undefined && { voice_settings: { speed } }) };
    const events: SpeakEvent[] = this.#ready ? [] : [{ type: 'ready' }];
    this.#ready = true;
    return { frames: [jsonFrame(first)], events };
  }

  decode(frame: Frame): Step<SpeakEvent> {
    const read = frame.kind === 'text' ? readObject(frame.text) : { why: 'a binary frame' };
    if ('why' in read) return malformed(read.why);
    const parsed = v.safeParse(message, read.fields);
    if (!parsed.success) return malformed('the message is of no shape that is known');
    const { audio, isFinal, contextId, alignment: times, error, message: said } = parsed.output;
    if (error) {
      const fault = { code: 'E_PROVIDER', message: oneLine(said ?? error), detail: { vendorCode: error } } as const;
      return telling({ type: 'error', ...(contextId && { turn: contextId }), fault });
    }
    const context = this.#contexts.find(contextId);
    // The times count from this message's own sound.
    const beforeMs = ((context?.samples ?? 0) / this.#settings.format.sampleRateHz) * 1000;
    const events = audio ? [...this.#contexts.audio(contextId, audio).events] : [];
    if (context && times) events.push(...this.#spelt(context, times, beforeMs));
    if (isFinal) events.push(...this.#final(context));
    return reporting(events);
  }

  #spelt(context: Context, times: Alignment, beforeMs: number): SpeakEvent[] {
    const spelling = this.#spelling.get(context.id);
    if (spelling === undefined) return [];
    const events = this.#contexts.words(context, spelling.add(times, beforeMs));
    const open = context.pieces.findIndex(([chars]) => chars > spelling.chars);
    // The last stays: its end is that of the turn.
    const covered = context.pieces.splice(0, open < 0 ? context.pieces.length - 1 : open);
    const through = covered.at(-1)?.[1];
    return through === undefined ? events : [...events, { type: 'progress', turn: context.id, throughChar: through }];
  }

  #final(context: Context | undefined): SpeakEvent[] {
    if (context === undefined) return [note('final')];
    const last = this.#spelling.get(context.id)?.end() ?? [];
    return [...this.#contexts.words(context, last), ...this.#contexts.end(context.id, 'done')];
  }

  closed(): Step<SpeakEvent> {
    return nothing;
  }
}

const defaults = {
  baseUrl: 'wss://api.elevenlabs.io',
  model: 'eleven_flash_v2_5',
  voice: '21m00Tcm4TlvDq8ikWAM',
  format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
} as const;
const path = /^(?<prefix>.*)\/v1\/text-to-speech\/(?<voice>[^/]+)\/multi-stream-input$/;

export const elevenlabs: SpeakService = {
  name: 'elevenlabs',
  direction: 'speak',
  traits: {
    interrupt: 'id',
    startsWithoutFlush: false,
    contexts: true,
    keepAliveMs: 15_000,
    limits: {},
    turnSettings: [],
    encodings: ['linear16'],
    sampleRatesHz: [8000, 16_000, 22_050, 24_000, 44_100],
    namedPronunciation: false,
    defaults,
  },
  endpoint: {
    build(settings, { key }) {
      const { voice = defaults.voice, model = defaults.model, format } = settings;
      const url = socketUrl(settings.baseUrl, `/v1/text-to-speech/${voice}/multi-stream-input`, defaults.baseUrl);
      url.searchParams.set('model_id', model);
      url.searchParams.set('output_format', `pcm_${format.sampleRateHz}`);
      const headers: Record<string, string> = key === undefined ? {} : { 'xi-api-key': key };
      return { url: url.href, headers, subprotocols: [] };
    },
    match(url, headers) {
      const found = path.exec(url.pathname)?.groups;
      if (found?.voice === undefined) return undefined;
      const model = url.searchParams.get('model_id') ?? defaults.model;
      const settings = { baseUrl: baseUrlOf(url, found.prefix), model, voice: found.voice, format: defaults.format };
      const key = headers['xi-api-key'];
      return { settings, credentials: key === undefined ? {} : { key } };
    },
    refused: ({ status }) => new SpeechError('E_CONNECT', `the service answered ${status}`),
  },
  client: (settings) => new ElevenLabsClient(settings),
  server() {
    throw new Error('no server speaks ElevenLabs here');
  },
};
