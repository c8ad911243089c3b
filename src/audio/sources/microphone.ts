import type { Clock, Timer } from '../../clock.ts';
import { SpeechError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { Chunker } from '../chunker.ts';
import type { AudioChunk, AudioFormat } from '../format.ts';
import { linear16 } from '../linear16.ts';
import type { Resampler } from '../resample.ts';
import { createResampler } from '../resample.ts';
import type { AudioSource } from '../source.ts';
import type { RecorderProcess } from './recorder-process.ts';
import { startRecorder } from './recorder-process.ts';
import type { RecorderName, RecorderProgram } from './recorders.ts';
import { pickRecorders } from './recorders.ts';

export interface MicrophoneOptions {
  /** Of what comes out, 16000 by default. */
  readonly sampleRateHz?: number;
  /** 20 to 100, 50 by default. */
  readonly chunkMs?: number;
  /** The first that is there, by default. */
  readonly recorder?: RecorderName;
  /** In the recorder's own words: `hw:1` for arecord; for rec and sox what SoX takes as AUDIODEV. */
  readonly device?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the wait for the first audio. */
  readonly signal?: AbortSignal;
}

export interface Microphone extends AudioSource {
  readonly recorder: RecorderName;
  /** How much audio the recorder delivers at a time, ms: the mean of what has come so far. */
  readonly blockMs: number;
  /** Ends the recording: `chunks` gives what was heard up to now, then ends. */
  stop(): void;
  /** After `close`, or a `chunks` that was left early: what was recorded and nobody read. Gives it once. */
  rest(): AudioChunk[];
  close(): Promise<void>;
}

/** A recorder that delivers nothing for so long has lost its microphone. */
const silenceMs = 5000;

/** What is kept for a reader that does not come: beyond it the recording ends, with an error. Nothing is dropped. */
const keptMs = 60_000;

/** As for files. */
const resampleQuality = 5;

/**
 * Starts a recorder; resolves when its first audio is there, all of which the source will give. Where no recorder is
 * named, one that fails at once is followed by the next. Rejects with SpeechError E_RECORDER, or the signal's reason.
 */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  let first: unknown;
  for (const program of pickRecorders(options.recorder)) {
    const microphone = await RecordedMicrophone.start(program, options);
    try {
      await microphone.started(options.signal);
      return microphone;
    } catch (thrown) {
      await microphone.close();
      options.signal?.throwIfAborted();
      options.log('audio', () => `${program.name}: ${thrown instanceof Error ? thrown.message : thrown}`);
      first ??= thrown;
    }
  }
  throw first;
}

class RecordedMicrophone implements Microphone {
  readonly name = 'microphone';
  readonly live = true;
  readonly recorder: RecorderName;
  readonly format: AudioFormat;
  readonly #recordedHz: number;
  readonly #clock: Clock;
  readonly #resampler: Resampler;
  readonly #chunker: Chunker;
  #process: RecorderProcess | undefined;
  #ready: AudioChunk[] = [];
  #readyBytes = 0;
  /** Blocks and samples that came from the recorder, and the byte that the last one ended with. */
  #blocks = 0;
  #samples = 0;
  #odd: Uint8Array = new Uint8Array();
  #ended = false;
  #failure: SpeechError | undefined;
  #watchdog: Timer | undefined;
  #wake = () => {};

  static async start(program: RecorderProgram, options: MicrophoneOptions): Promise<RecordedMicrophone> {
    const { sampleRateHz = 16_000, chunkMs = 50, device, clock } = options;
    const recordedHz = program.recordsAtHz ?? sampleRateHz;
    const rates = { fromHz: recordedHz, toHz: sampleRateHz };
    const resampler = await createResampler({ ...rates, channels: 1, quality: resampleQuality });
    const chunker = new Chunker(sampleRateHz, chunkMs);
    const microphone = new RecordedMicrophone(program.name, recordedHz, resampler, chunker, clock);
    const onBytes = (bytes: Uint8Array) => microphone.#take(bytes);
    microphone.#begin(await startRecorder({ program, sampleRateHz: recordedHz, device, clock, onBytes }));
    return microphone;
  }

  private constructor(name: RecorderName, recordedHz: number, resampler: Resampler, chunker: Chunker, clock: Clock) {
    this.recorder = name;
    this.#recordedHz = recordedHz;
    this.#resampler = resampler;
    this.#chunker = chunker;
    this.#clock = clock;
    this.format = chunker.format;
  }

  get blockMs(): number {
    return this.#blocks === 0 ? 0 : ((this.#samples / this.#recordedHz) * 1000) / this.#blocks;
  }

  /** Resolves when audio has come. */
  async started(signal: AbortSignal | undefined): Promise<void> {
    while (this.#blocks === 0) {
      if (this.#ended) throw this.#failure ?? new SpeechError('E_RECORDER', `${this.recorder} recorded nothing`);
      await this.#news(signal);
    }
  }

  async *chunks(signal: AbortSignal): AsyncGenerator<AudioChunk> {
    try {
      for (;;) {
        signal.throwIfAborted();
        const chunk = this.#ready.shift();
        if (chunk) {
          this.#readyBytes -= chunk.bytes.length;
          yield chunk;
        } else if (!this.#ended) await this.#news(signal);
        else if (this.#failure) throw this.#failure;
        else return;
      }
    } finally {
      await this.close();
    }
  }

  stop(): void {
    this.#process?.stop();
  }

  rest(): AudioChunk[] {
    this.#readyBytes = 0;
    return this.#ready.splice(0);
  }

  async close(): Promise<void> {
    this.stop();
    await this.#process?.ended;
  }

  #begin(process: RecorderProcess): void {
    this.#process = process;
    this.#watch();
    void process.ended.then((failure) => this.#end(failure));
  }

  /** Resolves at the next thing that happens; rejects with the signal's reason. */
  async #news(signal: AbortSignal | undefined): Promise<void> {
    const onAbort = () => this.#wake();
    signal?.addEventListener('abort', onAbort, { once: true });
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (signal?.aborted) resolve();
    });
    signal?.removeEventListener('abort', onAbort);
    signal?.throwIfAborted();
  }

  #take(bytes: Uint8Array): void {
    const all = this.#odd.length === 0 ? bytes : Buffer.concat([this.#odd, bytes]);
    const samples = linear16(all);
    this.#odd = new Uint8Array(all.subarray(2 * samples.length));
    this.#blocks += 1;
    this.#samples += samples.length;
    this.#watch();
    this.#keep(this.#resampler.process(samples));
    if (this.#readyBytes / 2 > (this.format.sampleRateHz * keptMs) / 1000) this.#overflow();
    this.#wake();
  }

  #keep(samples: Int16Array): void {
    for (const chunk of this.#chunker.push(samples)) this.#add(chunk);
  }

  #add(chunk: AudioChunk): void {
    this.#ready.push(chunk);
    this.#readyBytes += chunk.bytes.length;
  }

  #watch(): void {
    this.#watchdog?.cancel();
    if (this.#ended) return;
    const { recorder } = this;
    const text = `${recorder} has delivered nothing for ${silenceMs / 1000} s: the microphone may be gone`;
    this.#watchdog = this.#clock.after(silenceMs, () => this.#fail(new SpeechError('E_RECORDER', text)), {
      background: true,
    });
  }

  #overflow(): void {
    const todo = 'see what holds up the service or the program that reads; what was heard before is kept';
    const text = `nobody took what was recorded for ${keptMs / 1000} s, and no more can be kept`;
    this.#fail(new SpeechError('E_RECORDER', text, { todo }));
  }

  /** Ends the recorder, and the source when it is gone. */
  #fail(failure: SpeechError): void {
    this.#failure ??= failure;
    this.#process?.stop();
  }

  #end(failure: SpeechError | undefined): void {
    this.#ended = true;
    this.#watchdog?.cancel();
    this.#failure ??= failure;
    this.#keep(this.#resampler.flush());
    for (const chunk of this.#chunker.end()) this.#add(chunk);
    this.#resampler.close();
    this.#wake();
  }
}
