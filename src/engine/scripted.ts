import type { AudioFormat } from '../audio/format.ts';
import { alawToLinear, mulawToLinear } from '../audio/g711.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { SynthesisRequest, Synthesizer, VoiceWish } from './engine.ts';
import { primaryLanguage } from './language.ts';
import { checkRequest, type PcmEncoding, pcmEncoding } from './request.ts';
import { encode } from './shape.ts';
import { type SliceQueue, streamOf } from './stream.ts';
import { defaultMsPerChar, level, nibbleOf } from './tones.ts';

export interface ScriptedOptions {
  /** How long each byte of the text (in UTF-8) sounds at speed 1, in ms; at least 1. */
  readonly msPerChar?: number;
  /** The wait before each word, in ms by the clock; none by default. */
  readonly delayMs?: number;
  /** Needed with `delayMs`. */
  readonly clock?: Clock;
  /** The words that make a request fail with E_ENGINE, once the words before have been spoken. */
  readonly failAt?: RegExp;
  /** What it can speak; by default English. */
  readonly languages?: readonly string[];
}

/** Requests so far. Those that were started and are in none of the others are under way. */
export interface ScriptedCounts {
  started: number;
  finished: number;
  aborted: number;
  failed: number;
}

export interface ScriptedEngine extends Synthesizer {
  readonly counts: Readonly<ScriptedCounts>;
}

/** Samples from one change of sign to the next. */
const halfWave = 4;

/**
 * A synthesizer for tests, with no worker and no real speech: each byte of the text becomes a tone whose loudness tells
 * its two halves, so that `scriptedText` reads from the audio what was said. A mark and a slice for each word. `close`
 * makes what is under way fail.
 */
export function createScriptedEngine(options: ScriptedOptions = {}): ScriptedEngine {
  const { languages = ['en'] } = options;
  const counts: ScriptedCounts = { started: 0, finished: 0, aborted: 0, failed: 0 };
  const underWay: UnderWay = { counts, requests: new Set(), closed: false };
  return {
    name: 'scripted',
    counts,
    voices: async () => [{ id: 'scripted', language: languages[0] ?? 'en', description: 'tones, for tests' }],
    choose: async (wish) => choose(wish, languages),
    synthesize(request, signal) {
      checkRequest(request);
      return streamOf([(queue) => start(request, options, underWay, queue)], request.format, signal);
    },
    async close() {
      underWay.closed = true;
      for (const stop of underWay.requests) stop.abort(closedFault());
    },
  };
}

function choose({ model, voice, language = 'en' }: VoiceWish, languages: readonly string[]) {
  if (!languages.includes(primaryLanguage(language))) {
    throw new SpeechError('E_UNSUPPORTED', `the scripted engine does not speak "${language}"`);
  }
  const warnings: string[] = [];
  if (model !== undefined && model !== 'scripted') warnings.push(`no model "${model}" here: speaking with scripted`);
  if (voice !== undefined && voice !== 'scripted') warnings.push(`no voice "${voice}" here: speaking with "scripted"`);
  return { voice: 'scripted', language, warnings };
}

/** Held here, and not as signals that hang on one of the engine's: Node keeps a reference of each of those for ever. */
interface UnderWay {
  readonly counts: ScriptedCounts;
  readonly requests: Set<AbortController>;
  closed: boolean;
}

const calledOff = new DOMException('the request was called off', 'AbortError');
const closedFault = () => new SpeechError('E_ENGINE', 'the engine was closed');

/** Starts one request and counts how it ends. */
function start(
  request: SynthesisRequest,
  options: ScriptedOptions,
  { counts, requests, closed }: UnderWay,
  queue: SliceQueue,
): () => void {
  const stop = new AbortController();
  if (closed) stop.abort(closedFault());
  requests.add(stop);
  counts.started += 1;
  speak(request, options, queue, stop.signal)
    .then(
      () => {
        counts.finished += 1;
        queue.end();
      },
      (error) => {
        if (stop.signal.reason === calledOff) counts.aborted += 1;
        else counts.failed += 1;
        queue.fail(error);
      },
    )
    .finally(() => requests.delete(stop));
  return () => stop.abort(calledOff);
}

async function speak(
  request: SynthesisRequest,
  { msPerChar = defaultMsPerChar, delayMs = 0, clock, failAt }: ScriptedOptions,
  queue: SliceQueue,
  signal: AbortSignal,
): Promise<void> {
  const msPerByte = msPerChar / request.speed;
  let atByte = 0;
  for (const [spaced] of request.text.matchAll(/\S+\s*/gu)) {
    const word = spaced.trimEnd();
    if (clock && delayMs > 0) await pause(clock, delayMs, signal);
    await Promise.resolve();
    signal.throwIfAborted();
    if (failAt?.test(word)) throw new SpeechError('E_ENGINE', `told to fail at "${word}"`);
    const bytes = new TextEncoder().encode(spaced);
    const endByte = atByte + bytes.length;
    queue.push({ word, startMs: atByte * msPerByte, endMs: endByte * msPerByte });
    queue.push(tones(bytes, atByte, request.format, msPerByte));
    atByte = endByte;
  }
}

function samplesPerByte(format: AudioFormat, msPerByte: number): number {
  return (format.sampleRateHz * msPerByte) / 1000;
}

/** The tones of a word's bytes, the first of which is the text's byte number `atByte`. */
function tones(bytes: Uint8Array, atByte: number, format: AudioFormat, msPerByte: number): Uint8Array {
  const perByte = samplesPerByte(format, msPerByte);
  const first = Math.round(atByte * perByte);
  const samples = new Int16Array(Math.round((atByte + bytes.length) * perByte) - first);
  for (let i = 0; i < samples.length; i++) {
    const place = Math.max(0, (first + i) / perByte - atByte);
    const byte = bytes[Math.floor(place)] ?? 0;
    const loudness = level(place % 1 < 0.5 ? byte >> 4 : byte & 15);
    samples[i] = Math.floor((first + i) / halfWave) % 2 === 0 ? loudness : -loudness;
  }
  return encode(samples, pcmEncoding(format));
}

const decoders: Record<PcmEncoding, (bytes: Uint8Array) => Int16Array> = {
  linear16: (bytes) => new Int16Array(new Uint8Array(bytes).buffer),
  mulaw: mulawToLinear,
  alaw: alawToLinear,
};

/** What the scripted engine said in this audio (whole, from a request's first sample, at speed 1). */
export function scriptedText(audio: Uint8Array, format: AudioFormat, msPerChar = defaultMsPerChar): string {
  const perByte = samplesPerByte(format, msPerChar);
  const samples = decoders[pcmEncoding(format)](audio);
  const nibbleAt = (byte: number) => nibbleOf(samples[Math.floor(byte * perByte)] ?? 0);
  const bytes = Uint8Array.from({ length: Math.round(samples.length / perByte) }, (_, i) => {
    return (nibbleAt(i + 0.25) << 4) | nibbleAt(i + 0.75);
  });
  return new TextDecoder().decode(bytes);
}
