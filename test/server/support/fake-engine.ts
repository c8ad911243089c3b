import type { AudioChunk, AudioFormat } from '../../../src/audio/format.ts';
import type {
  SynthesisOutput,
  SynthesisRequest,
  Synthesizer,
  VoiceChoice,
  VoiceInfo,
  VoiceWish,
} from '../../../src/engine/engine.ts';
import { SpeechError } from '../../../src/errors.ts';

/** A request that the engine was given, and what became of it. */
export interface Requested {
  readonly request: SynthesisRequest;
  aborted: boolean;
  finished: boolean;
}

/**
 * An engine whose sound can be read: every character of a text is one sample, its UTF-16 code. `heard` turns the
 * audio of linear16 back into text. A gate holds a text back until the test opens it.
 */
export class FakeEngine implements Synthesizer {
  readonly name = 'fake';
  readonly requested: Requested[] = [];
  chunkSamples = 16;
  /** Sounds so many times, for tests that need much audio from little text. */
  repeats = 1;
  speaksWords = false;
  closed = false;
  /** Asked for every text: what it returns must resolve before the first chunk. */
  gate: (text: string) => Promise<void> | undefined = () => undefined;
  wishes: VoiceWish[] = [];

  get texts(): string[] {
    return this.requested.map(({ request }) => request.text);
  }

  get underWay(): number {
    return this.requested.filter(({ aborted, finished }) => !aborted && !finished).length;
  }

  get aborted(): number {
    return this.requested.filter((requested) => requested.aborted).length;
  }

  async voices(): Promise<readonly VoiceInfo[]> {
    return [
      { id: 'ada', language: 'en', gender: 'female', description: 'Ada, calm' },
      { id: 'bo', language: 'sv', description: 'Bo' },
    ];
  }

  async choose(wish: VoiceWish): Promise<VoiceChoice> {
    this.wishes.push(wish);
    if (wish.language === 'xx') throw new SpeechError('E_UNSUPPORTED', 'no voice speaks xx');
    const known = wish.voice === 'ada' || wish.voice === 'bo';
    const warnings = known || wish.voice === undefined ? [] : [`no voice ${wish.voice}: ada speaks`];
    return { voice: known ? (wish.voice ?? 'ada') : 'ada', language: wish.language ?? 'en', warnings };
  }

  /** It says all, but says that it leaves out what is in capitals of other scripts. */
  unread({ text }: Pick<SynthesisRequest, 'text'>): readonly string[] {
    return text.match(/[Α-ΩА-Я]+/g) ?? [];
  }

  synthesize(request: SynthesisRequest, signal: AbortSignal): AsyncIterable<SynthesisOutput> {
    if (request.speed > 4) throw new SpeechError('E_UNSUPPORTED', `cannot speak at speed ${request.speed}`);
    const requested: Requested = { request, aborted: false, finished: false };
    this.requested.push(requested);
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        requested.aborted = !requested.finished;
        reject(signal.reason);
      });
    });
    stopped.catch(() => {});
    return this.#speak(requested, stopped, this.gate(request.text));
  }

  async *#speak(
    requested: Requested,
    stopped: Promise<never>,
    gate: Promise<void> | undefined,
  ): AsyncGenerator<SynthesisOutput> {
    const { text, format } = requested.request;
    await Promise.race([gate, stopped]);
    if (text.includes('FAIL')) {
      requested.finished = true;
      throw new Error('the engine stumbled');
    }
    if (this.speaksWords) yield { word: text, startMs: 0, endMs: 10 };
    for (const chunk of soundOf(text.repeat(this.repeats), format, this.chunkSamples)) {
      if (requested.aborted) await stopped;
      yield chunk;
    }
    requested.finished = true;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function* soundOf(text: string, format: AudioFormat, chunkSamples: number): Generator<AudioChunk> {
  const sound = format.encoding === 'linear16' ? Buffer.from(text, 'utf16le') : Buffer.from(text, 'latin1');
  const bytesEach = chunkSamples * (format.encoding === 'linear16' ? 2 : 1);
  for (let at = 0; at < sound.length; at += bytesEach) {
    const firstSample = (at / bytesEach) * chunkSamples;
    yield { format, bytes: sound.subarray(at, at + bytesEach), firstSample };
  }
}

export function heard(audio: Uint8Array): string {
  return Buffer.from(audio).toString('utf16le');
}

/** A promise and what resolves it. */
export function gate(): { promise: Promise<void>; open: () => void } {
  let open = () => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
