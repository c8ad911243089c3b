import type { AudioChunk, AudioFormat } from '../audio/format.ts';

/** One sentence (or clause) to speak. `format` is linear16, mulaw or alaw, mono, at a rate of `sampleRatesHz`. */
export interface SynthesisRequest {
  readonly text: string;
  readonly voice: string;
  /** 1 is the voice's own pace, 2 twice as fast. */
  readonly speed: number;
  /** BCP 47 or ISO 639-1. */
  readonly language: string;
  readonly format: AudioFormat;
}

/** When a word is spoken, in ms from the start of the request's audio. */
export interface WordMark {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
}

export type SynthesisOutput = AudioChunk | WordMark;

export interface VoiceInfo {
  readonly id: string;
  readonly language: string;
  readonly gender?: 'female' | 'male';
  readonly description: string;
}

/** What a request is turned into where the engine lacks what was asked, and what to tell the user about it. */
export interface VoiceChoice {
  readonly voice: string;
  readonly language: string;
  readonly warnings: readonly string[];
}

/**
 * Text to sound on this machine. The same request always gives the same bytes, whatever came before. Chunks come
 * in order, `firstSample` from 0. Aborting stops the work itself and ends the iteration with the signal's reason.
 * Several requests may be under way at once. Throws SpeechError (E_ENGINE, E_UNSUPPORTED).
 */
export interface Synthesizer {
  readonly name: string;
  voices(): Promise<readonly VoiceInfo[]>;
  /** Maps what a client asked for to what the engine has. Throws E_UNSUPPORTED for a language it cannot speak. */
  choose(wanted: { model?: string; voice?: string; language?: string }): VoiceChoice;
  synthesize(request: SynthesisRequest, signal: AbortSignal): AsyncIterable<SynthesisOutput>;
  close(): Promise<void>;
}
