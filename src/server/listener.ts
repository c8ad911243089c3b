import type { AudioChunk } from '../audio/format.ts';
import type { RecogniserStream, Recognition } from '../engine/recogniser.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import type { ListenEvent, ListenSettings } from '../speech/listen.ts';
import type { Counters } from './options.ts';
import type { Outlet } from './outlet.ts';
import { eventOf } from './recognised.ts';

export interface ListenerOptions {
  readonly stream: RecogniserStream;
  readonly settings: ListenSettings;
  /** What is recognised, as results name it. */
  readonly language: string;
  readonly outlet: Outlet<ListenEvent>;
  readonly counters: Counters;
  /** Finals that may be asked for and not have come: a client can ask faster than any engine answers. */
  readonly mostUnanswered: number;
  /** Makes linear16 mono samples of a chunk's bytes. */
  readonly samplesOf: (bytes: Uint8Array) => Int16Array;
}

/** A message may hold minutes of audio: so much is given to the recogniser before its results are waited for. */
const sliceMs = 1000;

/** Brings a client's audio to the recogniser, and the results back, until it is stopped. */
export class Listener {
  readonly #options: ListenerOptions;
  #samples = 0;
  #unanswered = 0;
  #answered: () => void = () => {};
  #ended = false;
  #stopped = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#report().catch((thrown) => this.#fail(thrown));
  }

  /** The client has said all, and its last results are being made. */
  get finishing(): boolean {
    return this.#ended;
  }

  /**
   * With a promise, no more audio should be read until that resolves: the recogniser has enough for now, or the client
   * does not read its results, which would pile up.
   */
  audio({ bytes }: AudioChunk): Promise<void> | undefined {
    if (this.#ended) return undefined;
    const { samplesOf, settings } = this.#options;
    const samples = samplesOf(bytes);
    this.#samples += samples.length;
    const most = (settings.format.sampleRateHz * sliceMs) / 1000;
    return samples.length <= most ? this.#give(samples) : this.#giveAll(samples, most);
  }

  #give(samples: Int16Array): Promise<void> | undefined {
    const { stream, outlet } = this.#options;
    const taken = stream.write(samples)?.catch((thrown) => this.#fail(thrown));
    const room = outlet.room();
    return taken && room ? taken.then(() => room) : (taken ?? room);
  }

  /** Its results are told between two slices. */
  async #giveAll(samples: Int16Array, most: number): Promise<void> {
    for (let at = 0; at < samples.length && !this.#stopped; at += most) {
      await this.#give(samples.subarray(at, at + most));
    }
  }

  finalize(): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#options.stream.finalize();
    this.#unanswered++;
    if (this.#unanswered < this.#options.mostUnanswered) return undefined;
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  /** No more audio. When the last results have been sent, the connection is closed. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.stream.end();
  }

  stop(): void {
    this.#stopped = true;
    this.#options.stream.close();
    this.#answered();
  }

  async #report(): Promise<void> {
    const { stream, outlet, settings } = this.#options;
    for await (const recognition of stream.results) {
      // A client that reads nothing gets nothing more, until it is disconnected.
      await outlet.room();
      if (this.#stopped) return;
      this.#tell(recognition);
    }
    if (this.#stopped) return;
    if (!this.#ended) throw new SpeechError('E_ENGINE', 'the recogniser stopped before the audio ended');
    outlet.event({ type: 'ended', audioMs: (this.#samples / settings.format.sampleRateHz) * 1000 });
    outlet.hangUp(1000, '');
  }

  #tell(recognition: Recognition): void {
    const { outlet, settings, language, counters } = this.#options;
    const event = eventOf(recognition, settings, language);
    if (event) outlet.event(event);
    if (recognition.type !== 'final') return;
    if (recognition.text !== '') counters.utterances++;
    if (!recognition.fromFinalize) return;
    this.#unanswered--;
    this.#answered();
  }

  #fail(thrown: unknown): void {
    if (this.#stopped) return;
    const { code, message } = toSpeechError(thrown, 'E_ENGINE');
    this.#options.outlet.event({ type: 'error', fault: { code, message } });
    this.#options.outlet.hangUp(1011, 'the recogniser failed');
  }
}
