import { type AudioFormat, durationMs } from '../audio/format.ts';
import { SpeechError } from '../errors.ts';
import { audibleBounds } from '../metrics/audible-bounds.ts';
import { bytesIn, clipMs, silence } from './clip-frames.ts';
import type { Clip } from './material.ts';

type Pause = NonNullable<Clip['pauses']>[number];

/** What the built-in clips say: everyday words, written for the purpose. A pause stands where the parts meet. */
const scripts: readonly { readonly id: string; readonly set: string; readonly parts: readonly string[] }[] = [
  { id: 'short-1', set: 'short', parts: ['good morning'] },
  { id: 'short-2', set: 'short', parts: ['yes that is all right'] },
  { id: 'short-3', set: 'short', parts: ['please call me back tomorrow'] },
  { id: 'short-4', set: 'short', parts: ['where is the station'] },
  { id: 'sentence-1', set: 'sentence', parts: ['the weather is very good today and we go for a long walk'] },
  { id: 'sentence-2', set: 'sentence', parts: ['my sister has a small garden near the river in the north'] },
  { id: 'sentence-3', set: 'sentence', parts: ['i would like to know when the next train leaves for the city'] },
  { id: 'sentence-4', set: 'sentence', parts: ['she will bring the letter to your office on monday morning'] },
  { id: 'pause-1', set: 'pause', parts: ['we want a room for two nights', 'and a table for dinner on friday'] },
  { id: 'pause-2', set: 'pause', parts: ['the first number is twenty four', 'the second number is thirty one'] },
  { id: 'pause-3', set: 'pause', parts: ['we can meet in the morning', 'or after lunch in the old garden'] },
  { id: 'pause-4', set: 'pause', parts: ['please give it to my mother', 'she lives in the white house'] },
];

/** A speaker who thinks, and is not done: from the last that is audible to the next. */
const pauseMs = 700;
/** Silence before speech, so that a first word is not cut off by who listens. */
const leadMs = 200;
/** What is kept of a voice before and behind what is audible of it: it begins and ends lower than that. */
const edgeMs = 50;

export const clipSets = [...new Set(scripts.map(({ set }) => set))];

export type Synthesize = (text: string) => Promise<Uint8Array>;

/** Made of the built-in texts, spoken by `synthesize` (linear16 mono of `format`). */
export async function builtInClips(
  sets: readonly string[],
  format: AudioFormat,
  synthesize: Synthesize,
): Promise<Clip[]> {
  const clips: Clip[] = [];
  for (const { id, set, parts } of scripts.filter((script) => sets.includes(script.set))) {
    const spoken: Uint8Array[] = [];
    for (const part of parts) spoken.push(await synthesize(part));
    clips.push({ id, set, format, reference: parts.join(' '), ...joined(spoken, format) });
  }
  return clips;
}

function joined(parts: readonly Uint8Array[], format: AudioFormat): Pick<Clip, 'bytes' | 'pauses'> {
  const pieces: Uint8Array[] = [silence(format, leadMs)];
  const pauses: Pause[] = [];
  for (const [at, part] of parts.map((spoken) => trimmed(spoken, format)).entries()) {
    if (at > 0) {
      const startMs = lengthMs(pieces, format) - edgeMs;
      pieces.push(silence(format, pauseMs - 2 * edgeMs));
      pauses.push({ startMs, endMs: startMs + pauseMs });
    }
    pieces.push(part);
  }
  return { bytes: Buffer.concat(pieces), ...(pauses.length > 0 && { pauses }) };
}

/** What is audible, with an edge of exactly that length around it. */
function trimmed(bytes: Uint8Array, format: AudioFormat): Uint8Array {
  const bounds = audibleBounds(format, bytes);
  if (!bounds) return bytes;
  const edge = silence(format, edgeMs);
  const padded = Buffer.concat([edge, bytes, edge]);
  return padded.subarray(bytesIn(format, bounds.startMs), bytesIn(format, bounds.endMs) + 2 * edge.length);
}

function lengthMs(pieces: readonly Uint8Array[], format: AudioFormat): number {
  const byteCount = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return durationMs(format, byteCount) ?? 0;
}

/** Each variation of a clip has so much more silence in front, and so is no audio that was sent before. */
const variationMs = 10;

export function varyClip(clip: Clip, variation: number): Clip {
  if (variation === 0) return clip;
  const byMs = variation * variationMs;
  const { bytes, pauses, format } = clip;
  const later = pauses?.map(({ startMs, endMs }) => ({ startMs: startMs + byMs, endMs: endMs + byMs }));
  return { ...clip, bytes: Buffer.concat([silence(format, byMs), bytes]), ...(later && { pauses: later }) };
}

export type Labels = Pick<Clip, 'reference' | 'pauses'>;

/** A recording with what is known of it. Throws E_AUDIO where there is none, E_FILE for a pause that it does not have. */
export function clipOfFile(recording: Omit<Clip, keyof Labels>, labels: Labels = {}): Clip {
  const clip = { ...recording, ...labels };
  if (clip.bytes.length === 0) throw new SpeechError('E_AUDIO', `there is no audio in ${clip.id}`);
  const beyond = clip.pauses?.find(({ endMs }) => endMs > clipMs(clip));
  if (beyond === undefined) return clip;
  const length = `${Math.round(clipMs(clip))} ms long`;
  throw new SpeechError('E_FILE', `a pause ends at ${beyond.endMs} ms, and ${clip.id} is ${length}`, {
    todo: 'count the pauses of a reference in ms from the beginning of its recording',
  });
}

/**
 * What a reference file says of a recording: its text; or, of a `.json`, `{ "text": …, "pauses": [{ "startMs",
 * "endMs" }] }` with the pauses at which the speaker is not done, in order. `name` is what errors call it. Throws
 * E_FILE.
 */
export function readLabels(content: string, name: string): Labels {
  const written = content.replace(/^\uFEFF/, '');
  if (!/\.json$/i.test(name)) return { reference: textFrom(written, name) };
  let parsed: unknown;
  try {
    parsed = JSON.parse(written);
  } catch {
    throw refusal(name, 'is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || !('text' in parsed) || typeof parsed.text !== 'string') {
    throw refusal(name, 'has no "text"');
  }
  const reference = textFrom(parsed.text, name);
  if (!('pauses' in parsed)) return { reference };
  if (!Array.isArray(parsed.pauses)) throw refusal(name, 'has "pauses" that are no list');
  const pauses = parsed.pauses.map((pause: unknown) => readPause(pause, name));
  if (pauses.some(({ startMs }, i) => startMs < (pauses[i - 1]?.endMs ?? 0))) {
    throw refusal(name, 'has pauses that are not one behind the other');
  }
  return { reference, pauses };
}

function textFrom(written: string, name: string): string {
  const text = written.trim();
  if (text === '') throw refusal(name, 'has an empty text');
  return text;
}

function readPause(pause: unknown, name: string): Pause {
  if (typeof pause === 'object' && pause !== null && 'startMs' in pause && 'endMs' in pause) {
    const { startMs, endMs } = pause;
    const numbers = typeof startMs === 'number' && typeof endMs === 'number';
    if (numbers && Number.isFinite(endMs) && startMs >= 0 && endMs > startMs) return { startMs, endMs };
  }
  throw refusal(name, 'has a pause that is no { "startMs", "endMs" } in order');
}

function refusal(name: string, what: string): SpeechError {
  return new SpeechError('E_FILE', `the reference ${name} ${what}`, {
    todo: 'a reference is a text, or JSON: {"text": "…", "pauses": [{"startMs": 1200, "endMs": 1900}]}',
  });
}
