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
  /**
   * When its listener will have heard all that came before it, ms of the engine's clock; left out, at once. It decides
   * which of those that wait is made first, and nothing else.
   */
  readonly wantedAtMs?: number;
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

/** What a client asks for, in its own vendor's words. */
export interface VoiceWish {
  readonly model?: string;
  readonly voice?: string;
  readonly language?: string;
}

/** What a request is turned into where the engine lacks what was asked, and what to tell the user about it. */
export interface VoiceChoice {
  readonly voice: string;
  readonly language: string;
  readonly warnings: readonly string[];
}

/**
 * Text to sound on this machine. The same request always gives the same bytes, whatever came before. Chunks come
 * in order, `firstSample` from 0; text with nothing to speak gives none. Several requests may be under way at once.
 */
export interface Synthesizer {
  readonly name: string;
  voices(): Promise<readonly VoiceInfo[]>;
  /** Maps what a client asked for to what the engine has. Rejects with E_UNSUPPORTED for a language it cannot speak. */
  choose(wanted: VoiceWish): Promise<VoiceChoice>;
  /**
   * The work starts at the call, so that one sentence can be made while another plays: iterate the result once, or
   * abort. Aborting (or leaving the loop early) stops the work itself; the iteration then throws the signal's reason.
   * Throws SpeechError: E_UNSUPPORTED (encoding, rate, voice) at the call, E_ENGINE from the iteration.
   */
  synthesize(request: SynthesisRequest, signal: AbortSignal): AsyncIterable<SynthesisOutput>;
  /** The words of a text that a voice cannot say, and leaves out; missing where an engine says every word somehow. */
  unread?(request: Pick<SynthesisRequest, 'text' | 'voice'>): readonly string[];
  /** Ends every worker and child; requests under way fail with E_ENGINE. Safe to call twice. */
  close(): Promise<void>;
}
