import { AudibleStretches } from '../audio/audible.ts';
import { type AudioFormat, durationMs, frameBytes } from '../audio/format.ts';
import { OnsetDetector } from '../audio/onset.ts';
import type { Transcript } from '../speech/listen.ts';
import { type ConnectionFacts, connectFigures, tidy } from './connect-figures.ts';
import { median, sinceMs } from './latency.ts';
import type { ListenReport } from './listen-report.ts';
import { MediaClock } from './media-clock.ts';
import { WordWatch } from './word-watch.ts';

/** Of figures that are medians, so many of the newest count: a microphone may be open for days. */
const keptFigures = 10_000;

interface Place {
  readonly startMs: number;
  readonly endMs: number;
}

/** How a final came about. */
export interface FinalKind {
  /** It answers a `finalize`. */
  readonly forced: boolean;
  readonly endOfUtterance: boolean;
}

/** Measures one stream of speech in, as its audio goes out and its results come; docs/metrics.md has every definition. */
export class ListenMeter {
  readonly #format: AudioFormat;
  readonly #clock = new MediaClock();
  readonly #audible: AudibleStretches;
  readonly #onset: OnsetDetector;
  readonly #words = new WordWatch();
  #bytes = 0;
  #chunks = 0;
  #segments = 0;
  #firstSentMs: number | undefined;
  #lastResultMs: number | undefined;
  #onsetSentMs: number | undefined;
  #firstInterimMs: number | undefined;
  #finalizeSentMs: number[] = [];
  /** Of the utterance that has not been told to be over: when the end of its speech was sent, when its last final came. */
  #open: { readonly endSentMs: number; readonly finalMs: number } | undefined;
  readonly #ttfsMs: number[] = [];
  readonly #eotMs: number[] = [];
  readonly #finalizeMs: number[] = [];
  readonly #rttMs: number[] = [];

  constructor(format: AudioFormat) {
    this.#format = format;
    this.#audible = new AudibleStretches(format);
    this.#onset = new OnsetDetector(format);
  }

  /** Of the audio that was sent. */
  get bytes(): number {
    return this.#bytes;
  }

  get audioMs(): number {
    return durationMs(this.#format, this.#bytes) ?? 0;
  }

  sent(bytes: Uint8Array, atMs: number): void {
    this.#firstSentMs ??= atMs;
    this.#bytes += bytes.length;
    this.#chunks++;
    this.#clock.sent(this.#bytes / (frameBytes(this.#format) ?? 1), atMs);
    this.#audible.push(bytes);
    if (this.#onsetSentMs !== undefined) return;
    this.#onset.push(bytes);
    const { onsetMs } = this.#onset;
    if (onsetMs !== undefined) this.#onsetSentMs = this.#clock.sentAt(this.#sample(onsetMs));
  }

  #sample(ms: number): number {
    return Math.round((ms * this.#format.sampleRateHz) / 1000);
  }

  interim(transcript: Transcript, atMs: number): void {
    this.#lastResultMs = atMs;
    if (transcript.text.trim() !== '') this.#firstInterimMs ??= atMs;
    this.#words.interim(transcript, atMs);
  }

  /** Answers how long after the end of its speech it came, ms; undefined where none was audible in it. */
  final(transcript: Transcript & Place, kind: FinalKind, atMs: number): number | undefined {
    this.#lastResultMs = atMs;
    this.#words.final(transcript, atMs, (ms) => this.#clock.sentBefore(this.#sample(ms)));
    const said = transcript.text.trim() !== '';
    const endSentMs = said ? this.#endOfSpeech(transcript) : undefined;
    if (said) this.#segments++;
    if (endSentMs !== undefined) this.#open = { endSentMs, finalMs: atMs };
    if (kind.forced) this.#open = undefined;
    else if (kind.endOfUtterance) this.utteranceEnd(atMs);
    return tidy(sinceMs(endSentMs, atMs));
  }

  /** The first utterance behind that place, ms, in the audio sent so far; it ends with so long a pause. */
  utteranceAfter(ms: number, pauseMs: number): Place | undefined {
    const found = this.#audible.utterance(this.#sample(ms), this.#sample(pauseMs));
    return found && { startMs: this.#ms(found.startSample), endMs: this.#ms(found.endSample) };
  }

  /** How much can be heard behind that place, ms, in the audio sent so far. */
  audibleMsAfter(ms: number): number {
    return this.#ms(this.#audible.audibleFrom(this.#sample(ms)));
  }

  #ms(sample: number): number {
    return (sample * 1000) / this.#format.sampleRateHz;
  }

  /** When the last that can be heard in that place had been sent. */
  #endOfSpeech({ startMs, endMs }: Place): number | undefined {
    const endSample = this.#audible.lastEnd(this.#sample(startMs), this.#sample(endMs));
    return endSample === undefined ? undefined : this.#clock.sentBefore(endSample);
  }

  /** The speaker is done, of its own will: a final says so, or an event apart from any. */
  utteranceEnd(atMs: number): void {
    if (!this.#open) return;
    const { endSentMs, finalMs } = this.#open;
    keep(this.#ttfsMs, sinceMs(endSentMs, finalMs));
    keep(this.#eotMs, sinceMs(endSentMs, atMs));
    this.#open = undefined;
  }

  finalizeSent(atMs: number): void {
    keep(this.#finalizeSentMs, atMs);
  }

  /** A final that was asked for has come: it answers the oldest `finalize`. */
  finalized(atMs: number): void {
    keep(this.#finalizeMs, sinceMs(this.#finalizeSentMs.shift(), atMs));
  }

  pinged(rttMs: number): void {
    keep(this.#rttMs, rttMs);
  }

  /** The first interim cannot be about sound that had not been sent: then the speech was too low for the onset. */
  #ttfiMs(): number | undefined {
    const ttfiMs = sinceMs(this.#onsetSentMs, this.#firstInterimMs);
    return ttfiMs !== undefined && ttfiMs >= 0 ? ttfiMs : undefined;
  }

  report(ended: string, facts: ConnectionFacts | undefined): ListenReport {
    const { audioMs } = this;
    const processingMs = sinceMs(this.#firstSentMs, this.#lastResultMs);
    const { words, wordLatencyMs, revisions } = this.#words.figures();
    return {
      ended,
      ...(facts && connectFigures(facts.timeline)),
      audioMs: tidy(audioMs) ?? 0,
      processingMs: tidy(processingMs),
      rtf: processingMs === undefined || audioMs === 0 ? undefined : tidy(processingMs / audioMs),
      segments: this.#segments,
      words,
      ttfiMs: tidy(this.#ttfiMs()),
      ttfsMs: tidy(median(this.#ttfsMs)),
      eotMs: tidy(median(this.#eotMs)),
      finalizeMs: tidy(median(this.#finalizeMs)),
      wordLatencyMs: tidy(wordLatencyMs),
      revisions: tidy(revisions),
      rttMs: tidy(median(this.#rttMs)),
      bytes: this.#bytes,
      chunks: this.#chunks,
      requestId: facts?.requestId,
    };
  }
}

function keep(figures: number[], value: number | undefined): void {
  if (value === undefined) return;
  figures.push(value);
  if (figures.length > keptFigures) figures.shift();
}
