import type { Resampler } from '../audio/resample.ts';
import type { SpeechTracker } from '../audio/speech-tracker.ts';
import { vadFrameMs } from '../audio/vad.ts';
import { type Decoder, decoderRateHz } from './decoder.ts';
import type { RecognisedWord, RecogniserSettings, Recognition } from './recogniser.ts';
import { type Ending, Results } from './results.ts';

/** The decoder, the detector and every rule here work in frames of this length, counted from the stream's start. */
const frameSamples = (decoderRateHz * vadFrameMs) / 1000;

/** Audio in front of the first speech that the decoder hears too: soft beginnings, and the silence that it expects. */
const preRollMs = 300;

/** Less silence than this ends no utterance: it is found within words. */
export const shortestEndpointMs = 200;

/** How often the decoder is asked what it has so far, ms of audio. */
const askMs = 100;

/** An utterance longer than this is cut at the next short pause, and past the second in the middle, ms. */
const longUtterance = { patientMs: 20_000, pauseMs: 150, mostMs: 30_000 };

export interface HearingParts {
  readonly decoder: Decoder;
  /** For 16 kHz. */
  readonly tracker: SpeechTracker;
  /** From the stream's rate to 16 kHz. */
  readonly resampler: Resampler;
}

/**
 * One stream of audio on its way through a decoder: finds where utterances begin and end, and turns what is found in
 * them into results. Results depend on the samples alone, not on how they were cut. After a `finalize` everything is
 * as at a stream's start, but for the time.
 */
export class Hearing {
  readonly #parts: HearingParts;
  readonly #settings: RecogniserSettings;
  readonly #results: Results;
  readonly #frame = new Int16Array(frameSamples);
  #filled = 0;
  /** Samples of the stream's own rate that were given. */
  #taken = 0;
  /** Where the whole frames began to be counted: at the last `finalize`. */
  #baseMs = 0;
  #frames = 0;
  /** While no utterance is open: the last frames, for the decoder to hear should one begin. */
  #preRoll: Int16Array[] = [];
  /** The open utterance's first frame. */
  #began: number | undefined;
  /** Of the utterance before. */
  #speechEndMs = 0;

  constructor(parts: HearingParts, settings: RecogniserSettings, emit: (result: Recognition) => void) {
    this.#parts = parts;
    this.#settings = settings;
    this.#results = new Results(settings, emit);
  }

  push(samples: Int16Array): void {
    this.#taken += samples.length;
    this.#cut(this.#parts.resampler.process(samples));
  }

  finalize(): void {
    this.#drain();
    this.#final(this.#heardMs, { fromFinalize: true });
    this.#baseMs = this.#heardMs;
    this.#frames = 0;
  }

  /** What is open is finished. Nothing may be pushed afterwards. */
  end(): void {
    this.#drain();
    if (this.#began !== undefined) this.#final(this.#heardMs, {});
  }

  /** Ends what is open without a result. */
  discard(): void {
    if (this.#began !== undefined) this.#parts.decoder.end();
    this.#began = undefined;
  }

  /** The end of a frame, counted as `#frames` is. */
  #msAt(frames: number): number {
    return this.#baseMs + frames * vadFrameMs;
  }

  get #nowMs(): number {
    return this.#msAt(this.#frames);
  }

  /** The end of all audio that was given, also that which fills no frame yet. */
  get #heardMs(): number {
    return (this.#taken * 1000) / this.#settings.sampleRateHz;
  }

  #cut(samples: Int16Array): void {
    let from = 0;
    while (from < samples.length) {
      const part = samples.subarray(from, from + frameSamples - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled < frameSamples) return;
      this.#filled = 0;
      this.#hear(this.#frame.slice());
    }
  }

  #hear(frame: Int16Array): void {
    const { decoder, tracker } = this.#parts;
    this.#frames += 1;
    tracker.push(frame);
    if (this.#began === undefined) this.#wait(frame);
    else decoder.push(frame);
    if (this.#began !== undefined) this.#follow(this.#began);
  }

  /** No utterance is open. */
  #wait(frame: Int16Array): void {
    const { tracker } = this.#parts;
    this.#preRoll.push(frame);
    if (tracker.speechStartMs !== undefined) {
      this.#begin(tracker.speechStartMs + this.#nowMs - tracker.heardMs);
      return;
    }
    const keptFrames = (preRollMs + tracker.runMs) / vadFrameMs;
    if (this.#preRoll.length > keptFrames) this.#preRoll = this.#preRoll.slice(-keptFrames);
    if (tracker.runMs === 0) this.#results.quiet(this.#speechEndMs, this.#nowMs);
    this.#results.soFar([], this.#nowMs);
  }

  #begin(speechMs: number): void {
    const { decoder } = this.#parts;
    this.#results.speechStarted(speechMs);
    this.#began = this.#frames - this.#preRoll.length;
    decoder.begin();
    for (const frame of this.#preRoll) decoder.push(frame);
    this.#preRoll = [];
  }

  /** An utterance is open. */
  #follow(began: number): void {
    const { tracker } = this.#parts;
    const lengthMs = (this.#frames - began) * vadFrameMs;
    if (lengthMs % askMs === 0)
      this.#results.soFar(this.#placed(this.#parts.decoder.words(), began, this.#nowMs), this.#nowMs);
    const { endpointingMs } = this.#settings;
    if (endpointingMs === false) this.#results.quiet(this.#nowMs - tracker.quietMs, this.#nowMs);
    else if (tracker.runMs === 0 && tracker.quietMs >= Math.max(endpointingMs, shortestEndpointMs)) {
      this.#final(this.#nowMs, { endOfUtterance: true });
      return;
    }
    if (lengthMs < longUtterance.patientMs) return;
    if (tracker.runMs === 0 && tracker.quietMs >= longUtterance.pauseMs) this.#final(this.#nowMs, {});
    else if (lengthMs >= longUtterance.mostMs) this.#split(began);
  }

  /** Ends the stretch, and the utterance if one is open. */
  #final(nowMs: number, how: Ending): void {
    const began = this.#began;
    const words = began === undefined ? [] : this.#placed(this.#parts.decoder.end(), began, nowMs);
    this.#began = undefined;
    this.#preRoll = [];
    if (began !== undefined) this.#speechEndMs = this.#nowMs - this.#parts.tracker.quietMs;
    this.#parts.tracker.reset();
    this.#results.final(words, nowMs, how);
  }

  /** In the middle of speech: what follows is another utterance for the decoder, and for nobody else. */
  #split(began: number): void {
    const { decoder } = this.#parts;
    this.#results.final(this.#placed(decoder.end(), began, this.#nowMs), this.#nowMs, {});
    this.#began = this.#frames;
    decoder.begin();
  }

  /** Brings the decoder everything that was given, the resampler's last samples and the piece of a frame among it. */
  #drain(): void {
    this.#cut(this.#parts.resampler.flush());
    if (this.#began !== undefined && this.#filled > 0) {
      this.#parts.decoder.push(this.#frame.slice(0, this.#filled));
    }
    this.#filled = 0;
  }

  #placed(words: readonly RecognisedWord[], began: number, nowMs: number): RecognisedWord[] {
    const beganMs = this.#msAt(began);
    return words.map((word) => ({
      ...word,
      startMs: beganMs + word.startMs,
      endMs: Math.min(beganMs + word.endMs, nowMs),
    }));
  }
}
