import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import { durationMs, frameBytes } from '../audio/format.ts';
import { OnsetDetector } from '../audio/onset.ts';
import { type ConnectionFacts, connectFigures, tidy } from './connect-figures.ts';
import { GapMeter } from './gaps.ts';
import { sinceMs } from './latency.ts';
import { percentiles, samplesWanted } from './quantile.ts';
import { Timeline } from './timeline.ts';
import type { TurnReport } from './turn-report.ts';

/** An onset is known at most this long after it, in ms of audio (10 ms window + 50 ms hold, and one to spare). */
const onsetReachMs = 100;

/** Clock ms; undefined for what has not happened. */
export interface TurnInstants {
  /** What `ttfbMs` and `ttfaMs` count from. */
  readonly t0Ms: number | undefined;
  /** When the first audible sample left a player that has no pre-roll and stalls when it is starved. */
  readonly audibleMs: number | undefined;
  readonly lastAudioMs: number | undefined;
}

/** Measures one turn as its frames arrive; see docs/metrics.md for every definition. */
export class TurnMeter {
  // What each frame changes comes first, and has its type from the start: of hundreds of turns at once each is cold.
  #chunks = 0;
  #bytes = 0;
  readonly #gaps = new GapMeter();
  #onset: OnsetDetector | undefined;
  #onsetAtMs: number | undefined;

  readonly timeline = new Timeline();
  /** What was asked for; once sound has come, what it is. */
  #format: AudioFormat;
  #firstBytes = 0;
  #chars = 0;
  /** When a player without pre-roll, which stalls when starved, would have played all that has come. */
  #playheadMs = Number.NEGATIVE_INFINITY;
  /** Where in the audio, and when, the latest chunks began to play; kept only until the onset is known. */
  #starts: { startsMs: number; fromMs: number }[] = [];

  #made: { readonly cached: boolean; readonly firstAudioMs?: number } | undefined;
  #waitedMs = 0;
  /** When the turn stood still, and for how long. */
  readonly #stands: { readonly endMs: number; readonly ms: number }[] = [];

  constructor(format: AudioFormat) {
    this.#format = format;
  }

  /** The service's own word about the turn. */
  made(how: { readonly cached: boolean; readonly firstAudioMs?: number }): void {
    this.#made = how;
  }

  /**
   * Text or a flush was held back from then to then, for the service's limits. That is in no figure: from the last sound
   * that came in that time to its end, the turn stood still.
   */
  waited(fromMs: number, toMs: number): void {
    const beganMs = Math.max(fromMs, this.#stands.at(-1)?.endMs ?? fromMs);
    this.#waitedMs += toMs - beganMs;
    const ms = toMs - Math.max(beganMs, this.#gaps.lastMs ?? beganMs);
    this.#stands.push({ endMs: toMs, ms });
    this.#gaps.stood(ms);
  }

  /** From then to then, without what was waited. */
  #spanMs(fromMs: number | undefined, toMs: number | undefined): number | undefined {
    const ms = sinceMs(fromMs, toMs);
    return ms === undefined ? undefined : ms - this.#stoodMs(fromMs, toMs);
  }

  #stoodMs(fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY): number {
    return this.#stands.reduce((sum, { endMs, ms }) => (endMs > fromMs && endMs <= toMs ? sum + ms : sum), 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How long so many bytes of this turn's sound last; undefined for compressed audio. */
  durationMs(byteCount: number): number | undefined {
    return durationMs(this.#format, byteCount);
  }

  /** How many samples so many bytes of it are; none, where it is compressed. */
  samples(byteCount: number): number {
    return byteCount / (frameBytes(this.#format) ?? Number.POSITIVE_INFINITY);
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
    this.#gaps.arrived(atMs);
    this.#chunks++;
    if (this.#onset && this.#onsetAtMs === undefined) this.#seekOnset(chunk, atMs);
    this.#bytes += chunk.bytes.length;
  }

  /**
   * So much of the sound is left, in bytes: what came behind it comes again. Where nothing audible had come yet, it is
   * looked for in what comes now.
   */
  takeBack(byteCount: number): void {
    this.#bytes = byteCount;
    if (this.#onsetAtMs !== undefined || byteCount > 0) return;
    this.#onset = new OnsetDetector(this.#format);
    this.#starts = [];
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

  get instants(): TurnInstants {
    const zero = zeroMark(this.timeline);
    return { t0Ms: zero && this.timeline.at(zero), audibleMs: this.#onsetAtMs, lastAudioMs: this.#gaps.lastMs };
  }

  #audioAfter(mark: 'firstFlush' | 'firstText'): number | undefined {
    const ms = this.#spanMs(this.timeline.at(mark), this.timeline.at('firstAudio'));
    return ms !== undefined && ms >= 0 ? ms : undefined;
  }

  /** As any percentile it wants samples above it: of few gaps it would be the longest under another name. */
  #gapP95Ms(): number | undefined {
    const isSupported = this.#gaps.count >= samplesWanted(percentiles.p95);
    return isSupported ? tidy(this.#gaps.percentileMs(percentiles.p95 / 100)) : undefined;
  }

  report(turn: string, ended: string, first: ConnectionFacts | undefined, connections: number): TurnReport {
    this.#onset?.end();
    if (this.#onsetAtMs === undefined) this.#noteOnset();
    const line = this.timeline;
    const zero = zeroMark(line);
    const zeroMs = zero && line.at(zero);
    const firstMs = line.at('firstAudio');
    const ttfbMs = this.#spanMs(zeroMs, firstMs);
    const leadingSilenceMs = this.#onset?.onsetMs;
    const ttfaMs = this.#spanMs(zeroMs, this.#onsetAtMs);
    const audioMs = this.durationMs(this.#bytes);
    const processingMs = this.#spanMs(zeroMs, this.#gaps.lastMs);
    const laterMs = this.durationMs(this.#bytes - this.#firstBytes);
    const arrivingMs = this.#spanMs(firstMs, this.#gaps.lastMs);
    const connect = first && connectFigures(first.timeline);
    return {
      turn,
      ended,
      ...connect,
      ttfbMs: tidy(ttfbMs),
      ttfbFlushMs: tidy(this.#audioAfter('firstFlush')),
      ttfbFirstTextMs: tidy(this.#audioAfter('firstText')),
      leadingSilenceMs: tidy(leadingSilenceMs),
      ttfaMs: tidy(ttfaMs),
      ttfaSumMs: tidy(plus(ttfbMs, leadingSilenceMs)),
      coldTtfaMs: tidy(plus(plus(connect?.connectMs, connect?.handshakeMs), ttfaMs)),
      audioMs: tidy(audioMs),
      processingMs: tidy(processingMs),
      rtf: tidy(audioMs ? over(processingMs, audioMs) : undefined),
      deliveryRate: tidy(arrivingMs ? over(laterMs, arrivingMs) : undefined),
      gapMaxMs: tidy(this.#gaps.maxMs),
      gapP95Ms: this.#gapP95Ms(),
      bytes: this.#bytes,
      chunks: this.#chunks,
      chars: this.#chars,
      connections,
      requestId: first?.requestId,
      ...(this.#made && { cached: this.#made.cached, vendorFirstAudioMs: this.#made.firstAudioMs }),
      ...(this.#waitedMs > 0 && { waitedMs: tidy(this.#waitedMs) }),
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

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function over(a: number | undefined, b: number): number | undefined {
  return a === undefined ? undefined : a / b;
}
