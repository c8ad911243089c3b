import type { AudioFormat } from '../../audio/format.ts';
import { wavHeader } from '../../audio/wav-header.ts';
import type { Frame } from '../../transport/transport.ts';
import type { FaultOf } from './table.ts';

/** The connection on which a fault comes to act. */
export interface Acting {
  /** A status, a close code, or ms. */
  readonly value: number;
  /** Of the sound, or of what is listened to. */
  readonly format: AudioFormat;
  /** What is sent from here on waits for so long. */
  hold(ms: number): void;
  close(code: number): void;
  reset(): void;
  ping(): void;
  /** Sends it over and over until the connection has gone. */
  repeat(frame: Frame): void;
}

/** What is sent in place of a message; undefined where it is none of the kind that the fault waits for. */
type Act = (frame: Frame, acting: Acting) => readonly Frame[] | undefined;

const text = (words: string): Frame => ({ kind: 'text', text: words });
const megabyte = 1_000_000;
const floodCount = 1000;

type Fields = Record<string, unknown>;

/** Undefined also where another fault has broken the message. */
function fieldsOf(frame: Frame): Fields | undefined {
  if (frame.kind !== 'text') return undefined;
  const read = parsed(frame.text);
  return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : undefined;
}

function parsed(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}

/** Where JSON has its sound, in base64: SLNG's `data` or `audio`, Telnyx's `audio`. */
const audioFields = ['data', 'audio'] as const;

/** The same message with what is made of its sound; undefined where it has none. */
function withSound(frame: Frame, change: (bytes: Uint8Array) => Uint8Array): Frame | undefined {
  if (frame.kind === 'binary') return frame.bytes.length === 0 ? undefined : { ...frame, bytes: change(frame.bytes) };
  const fields = fieldsOf(frame);
  const name = audioFields.find((field) => typeof fields?.[field] === 'string' && fields[field] !== '');
  if (!fields || name === undefined) return undefined;
  const bytes = change(Buffer.from(String(fields[name]), 'base64'));
  return text(JSON.stringify({ ...fields, [name]: Buffer.from(bytes).toString('base64') }));
}

function withHeader(frame: Frame, format: AudioFormat): readonly Frame[] | undefined {
  const changed = withSound(frame, (bytes) => Buffer.concat([wavHeader(format, 'stream'), bytes]));
  return changed && [changed];
}

const isNumbered = (frame: Frame) => typeof fieldsOf(frame)?.sequence === 'number';

/** SLNG says it by the type, Deepgram and Telnyx by a field. */
function isInterim(frame: Frame): boolean {
  const fields = fieldsOf(frame);
  return fields?.type === 'partial_transcript' || fields?.is_final === false;
}

const hasSound = (frame: Frame) => withSound(frame, (bytes) => bytes) !== undefined;

/** What each fault makes of a message. */
export const acts: Readonly<Record<FaultOf<'message'>, Act>> = {
  unready: (frame, { hold }) => {
    hold(Number.POSITIVE_INFINITY);
    return [frame];
  },
  stall: (frame, { hold, value }) => {
    hold(value);
    return [frame];
  },
  cut: (_, { reset }) => {
    reset();
    return [];
  },
  close: (_, { close, value }) => {
    close(value);
    return [];
  },
  malformed: (frame) => [text('{"type":"fault'), frame],
  truncated: (frame) => (frame.kind === 'text' ? [text(frame.text.slice(0, frame.text.length >> 1))] : undefined),
  unknown: (frame) => [text('{"type":"fault_injected","by":"vox serve --faults"}'), frame],
  huge: (frame) => [text(JSON.stringify({ type: 'fault_injected', text: 'x'.repeat(megabyte) })), frame],
  pings: (frame, { ping }) => {
    for (let left = floodCount; left > 0; left--) ping();
    return [frame];
  },
  odd: (frame) => {
    const changed = withSound(frame, (bytes) => bytes.subarray(0, -1));
    return changed && [changed];
  },
  riff: (frame, { format }) => withHeader(frame, format),
  rate: (frame, { format }) => withHeader(frame, { ...format, sampleRateHz: 2 * format.sampleRateHz }),
  duplicate: (frame) => (isNumbered(frame) ? [frame, frame] : undefined),
  missing: (frame) => (isNumbered(frame) ? [] : undefined),
  flood: (frame) => (isInterim(frame) ? Array.from({ length: floodCount }, () => frame) : undefined),
  endless: (frame, { repeat }) => {
    if (!hasSound(frame) && !isInterim(frame)) return undefined;
    repeat(frame);
    return [frame];
  },
};
