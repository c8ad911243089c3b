import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import { durationMs, frameBytes } from '../audio/format.ts';
import { OnsetDetector } from '../audio/onset.ts';
import { type ConnectionFacts, connectFigures, tidy } from './connect-figures.ts';
import { GapMeter } from './gaps.ts';
import { betweenMs, sinceMs } from './latency.ts';
import { Timeline } from './timeline.ts';
import type { TurnReport } from './turn-report.ts';

/** An onset is known at most this long after it, in ms of audio (10 ms window + 50 ms hold, and one to spare). */
const onsetReachMs = 100;

/** Measures one turn as its frames arrive; see docs/metrics.md for every definition. */
export class TurnMeter {
  readonly timeline = new Timeline();
  /** What was asked for; once sound has come, what it is. */
  #format: AudioFormat;
  readonly #gaps = new GapMeter();
  #onset: OnsetDetector | undefined;
  #bytes = 0;
  #firstBytes = 0;
  #chunks = 0;
  #chars = 0;
  #lastMs: number | undefined;
  #onsetAtMs: number | undefined;
  /** When a player without pre-roll, which stalls when starved, would have played all that has come. */
  #playheadMs = Number.NEGATIVE_INFINITY;
  /** Where in the audio, and when, the latest chunks began to play; kept only until the onset is known. */
  #starts: { startsMs: number; fromMs: number }[] = [];

  constructor(format: AudioFormat) {
    this.#format = format;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How long so many bytes of this turn's sound last; undefined for compressed audio. */
  durationMs(byteCount: number): number | undefined {
    return durationMs(this.#format, byteCount);
  }

  textSent(atMs: number, chars: number): void {
    this.timeline.mark('firstText', atMs);
    this.#chars += chars;
  }

  flushSent(atMs: number): void {
    this.timeline.mark('firstFlush', atMs);
  }

  /** One chunk of this turn, with samples in it; `atMs` is when its frame came to the socket. */
  audio(chunk: AudioChunk, atMs: number): void {
    if (this.#chunks === 0) {
      this.timeline.mark('firstAudio', atMs);
      this.#firstBytes = chunk.bytes.length;
      this.#format = chunk.format;
      if (frameBytes(chunk.format) !== undefined) this.#onset = new OnsetDetector(chunk.format);
    }
    this.#lastMs = atMs;
    this.#gaps.arrived(atMs);
    this.#chunks++;
    if (this.#onset && this.#onsetAtMs === undefined) this.#seekOnset(chunk, atMs);
    this.#bytes += chunk.bytes.length;
  }

  #seekOnset(chunk: AudioChunk, atMs: number): void {
    const startsMs = this.durationMs(this.#bytes) ?? 0;
    const lastsMs = this.durationMs(chunk.bytes.length) ?? 0;
    const fromMs = Math.max(this.#playheadMs, atMs);
    this.#starts.push({ startsMs, fromMs });
    while ((this.#starts[1]?.startsMs ?? startsMs) < startsMs - onsetReachMs) this.#starts.shift();
    this.#playheadMs = fromMs + lastsMs;
    this.#onset?.push(chunk.bytes);
    this.#noteOnset();
  }

  #noteOnset(): void {
    const onsetMs = this.#onset?.onsetMs;
    if (onsetMs === undefined) return;
    const holds = this.#starts.findLast((start) => start.startsMs <= onsetMs);
    this.#onsetAtMs = holds ? holds.fromMs + (onsetMs - holds.startsMs) : undefined;
    this.#starts = [];
  }

  report(turn: string, ended: string, first: ConnectionFacts | undefined, connections: number): TurnReport {
    this.#onset?.end();
    if (this.#onsetAtMs === undefined) this.#noteOnset();
    const line = this.timeline;
    const zero = zeroMark(line);
    const ttfbMs = zero && betweenMs(line, zero, 'firstAudio');
    const leadingSilenceMs = this.#onset?.onsetMs;
    const ttfaMs = zero && sinceMs(line.at(zero), this.#onsetAtMs);
    const audioMs = this.durationMs(this.#bytes);
    const processingMs = zero && sinceMs(line.at(zero), this.#lastMs);
    const laterMs = this.durationMs(this.#bytes - this.#firstBytes);
    const arrivingMs = sinceMs(line.at('firstAudio'), this.#lastMs);
    const connect = first && connectFigures(first.timeline);
    return {
      turn,
      ended,
      ...connect,
      ttfbMs: tidy(ttfbMs),
      ttfbFlushMs: tidy(after(line, 'firstFlush')),
      ttfbFirstTextMs: tidy(after(line, 'firstText')),
      leadingSilenceMs: tidy(leadingSilenceMs),
      ttfaMs: tidy(ttfaMs),
      ttfaSumMs: tidy(plus(ttfbMs, leadingSilenceMs)),
      coldTtfaMs: tidy(plus(plus(connect?.connectMs, connect?.handshakeMs), ttfaMs)),
      audioMs: tidy(audioMs),
      processingMs: tidy(processingMs),
      rtf: tidy(audioMs ? over(processingMs, audioMs) : undefined),
      deliveryRate: tidy(arrivingMs ? over(laterMs, arrivingMs) : undefined),
      gapMaxMs: tidy(this.#gaps.maxMs),
      gapP95Ms: tidy(this.#gaps.percentileMs(0.95)),
      bytes: this.#bytes,
      chunks: this.#chunks,
      chars: this.#chars,
      connections,
      requestId: first?.requestId,
    };
  }
}

/** t0: the first flush where the service waited for one, else the first text (docs/metrics.md). */
function zeroMark(line: Timeline): 'firstFlush' | 'firstText' | undefined {
  const flushMs = line.at('firstFlush');
  const audioMs = line.at('firstAudio');
  if (flushMs !== undefined && (audioMs === undefined || flushMs <= audioMs)) return 'firstFlush';
  return line.at('firstText') === undefined ? undefined : 'firstText';
}

function after(line: Timeline, mark: 'firstFlush' | 'firstText'): number | undefined {
  const ms = betweenMs(line, mark, 'firstAudio');
  return ms !== undefined && ms >= 0 ? ms : undefined;
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function over(a: number | undefined, b: number): number | undefined {
  return a === undefined ? undefined : a / b;
}
