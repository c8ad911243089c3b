import type { AudioFormat } from '../../../src/audio/format.ts';
import { PcmStream } from '../../../src/audio/pcm-stream.ts';
import { fromBase64 } from '../../../src/dialects/shapes/base64.ts';
import { malformed, note, reporting } from '../../../src/dialects/shapes/step.ts';
import type { Step } from '../../../src/speech/service.ts';
import type { SpeakEvent, WordTime } from '../../../src/speech/speak.ts';

/** A turn that is a context of its own on the connection: what comes for it says so. */
export interface Context {
  readonly id: string;
  readonly audio: PcmStream;
  /** Samples that have come. */
  samples: number;
  /** How far into the source the text reaches, after each piece of it: [characters sent, throughChar]. */
  readonly pieces: [number, number][];
  sentChars: number;
  /** What each flush that is not answered covers. */
  readonly flushes: number[];
}

/** The contexts of a connection, as many at once as there are turns: none has to wait for another. */
export class Contexts {
  readonly #format: AudioFormat;
  readonly #open = new Map<string, Context>();

  constructor(format: AudioFormat) {
    this.#format = format;
  }

  get ids(): string[] {
    return [...this.#open.keys()];
  }

  find(id: unknown): Context | undefined {
    return typeof id === 'string' ? this.#open.get(id) : undefined;
  }

  begin(id: string): void {
    const audio = new PcmStream(this.#format);
    this.#open.set(id, { id, audio, samples: 0, pieces: [], sentChars: 0, flushes: [] });
  }

  text(id: string, text: string, throughChar: number): void {
    const context = this.#open.get(id);
    if (context === undefined) return;
    context.sentChars += text.length;
    context.pieces.push([context.sentChars, throughChar]);
  }

  /** Base64 of a context that is open; of any other (interrupted, over) it is dropped, by its id. */
  audio(id: unknown, data: string): Step<SpeakEvent> {
    const bytes = fromBase64(data);
    if (bytes === undefined) return malformed('the audio is not base64');
    const context = this.find(id);
    if (context === undefined) return reporting([note('dropped_audio', { bytes: bytes.length })]);
    const chunk = context.audio.push(bytes);
    if (chunk === undefined) return reporting([]);
    context.samples = (chunk.firstSample ?? 0) + chunk.bytes.length / 2;
    return reporting([{ type: 'audio', turn: context.id, chunk }]);
  }

  words(context: Context, items: readonly WordTime[]): SpeakEvent[] {
    return items.length === 0 ? [] : [{ type: 'words', turn: context.id, items }];
  }

  end(id: string, why: 'done' | 'interrupted'): SpeakEvent[] {
    const context = this.#open.get(id);
    if (context === undefined) return [];
    this.#open.delete(id);
    const through = context.pieces.at(-1)?.[1];
    const progress: SpeakEvent[] =
      why === 'done' && through !== undefined ? [{ type: 'progress', turn: id, throughChar: through }] : [];
    return [...progress, { type: 'ended', turn: id, why }];
  }
}
