import type { AudioChunk, AudioFormat } from './format.ts';

/** How far the sound has really come: samples that left the device, and when that was read (clock ms). */
export interface PlayPosition {
  readonly playedSamples: number;
  readonly atMs: number;
}

/**
 * Where audio goes: a speaker, a file, a pipe, nowhere. The caller awaits `write` (back-pressure), calls `drain`
 * once when all is written, or `abort` to stop at once. `abort` may come at any time, also during a `write` or
 * `drain`, which then resolve; it is safe to call twice.
 */
export interface AudioSink {
  /** Undefined if the sink takes this format, else the reason why not, in words. */
  refuses(format: AudioFormat): string | undefined;
  write(chunk: AudioChunk): Promise<void> | void;
  /** All that was written has been heard or stored whole. Rejects with a SpeechError where it could not be. */
  drain(): Promise<void>;
  abort(): void;
  position(): PlayPosition;
  /** All that was written so far is whole: `takeBack` does not reach further back. Only beside `takeBack`. */
  readonly checkpoint?: (() => Promise<void> | void) | undefined;
  /**
   * What was written since the last checkpoint (or the beginning) comes again. One that has stored it removes it, one
   * that has played it leaves out as much of what comes next. Missing where neither can be done.
   */
  readonly takeBack?: (() => Promise<void> | void) | undefined;
}
