import type { AudioChunk, Hearing, ListenOutput } from '../../src/index.ts';
import { hearRateHz } from './material.ts';
import type { DialectName } from './record.ts';
import type { Common, Kinds } from './seats.ts';
import { formatOf, pick } from './speaking.ts';

export interface Heard {
  readonly text: string;
  /** Of each word, where there are any, else of the stretch. */
  readonly timesMs: readonly number[];
}

export interface Talk {
  readonly audio: Uint8Array;
  readonly heard: Readonly<Record<DialectName, readonly Heard[]>>;
}

/** What a session of speech in has to work with. */
export interface Hears {
  readonly endpoint: string;
  readonly talks: readonly Talk[];
  readonly pace: number;
  /** Throws where what was heard is not what is expected, or, with `begun`, a beginning of it. */
  readonly compare: (got: readonly Heard[], expected: readonly Heard[], begun: boolean) => void;
}

type Listening = Hears & Common;

/** Audio goes out in frames of 20 ms. */
export const frameMs = 20;

export function* framesOf(audio: Uint8Array): Iterable<AudioChunk> {
  const frameBytes = (hearRateHz * 2 * frameMs) / 1000;
  for (let at = 0; at < audio.length; at += frameBytes) {
    yield { format: formatOf(hearRateHz), bytes: audio.subarray(at, at + frameBytes), firstSample: at / 2 };
  }
}

/** All of it, or what was sent when all came to rest. */
async function* frames({ resting }: Listening, audio: Uint8Array): AsyncIterable<AudioChunk> {
  const signal = resting();
  for (const frame of framesOf(audio)) {
    if (signal.aborted) return;
    yield frame;
  }
}

export function heardOf({ text, startMs, endMs, words = [] }: Extract<ListenOutput, { type: 'final' }>): Heard {
  const places = words.length > 0 ? words : [{ startMs, endMs }];
  return { text, timesMs: places.flatMap((place) => [place.startMs, place.endMs]) };
}

function open(work: Listening, { audio }: Talk, signal = work.signal): Hearing {
  const { library, endpoint, dialect, random, pace, watcher } = work;
  const session = { signal, watcher, reconnect: { max: 50, random } };
  return library.hearSpeech(frames(work, audio), { provider: dialect, endpoint, key: 'soak', pace, session });
}

async function count({ tally }: Listening, hearing: Hearing): Promise<void> {
  const { report } = await hearing.result;
  tally.words += report.words ?? 0;
  tally.reconnects += report.reconnects ?? 0;
}

async function whole(work: Listening): Promise<void> {
  const talk = pick(work.talks, work.random);
  const signal = work.resting();
  const hearing = open(work, talk);
  const got: Heard[] = [];
  try {
    for await (const output of hearing) if (output.type === 'final') got.push(heardOf(output));
  } finally {
    await count(work, hearing);
  }
  work.compare(got, talk.heard[work.dialect], signal.aborted);
}

/** Reads some finals, and then does something else. */
async function some(
  work: Listening,
  enough: (hearing: Hearing) => 'goOn' | 'leave',
  signal?: AbortSignal,
): Promise<void> {
  const talk = pick(work.talks, work.random);
  const expected = talk.heard[work.dialect];
  const wanted = 1 + Math.floor(work.random() * expected.length);
  const hearing = open(work, talk, signal);
  const got: Heard[] = [];
  try {
    for await (const output of hearing) {
      if (output.type !== 'final') continue;
      got.push(heardOf(output));
      if (got.length === wanted && enough(hearing) === 'leave') break;
    }
  } finally {
    await count(work, hearing);
    work.compare(got, expected, true);
  }
}

async function calledOff(work: Listening): Promise<void> {
  const controller = new AbortController();
  const reason = new Error('called off');
  try {
    await some(
      work,
      () => {
        controller.abort(reason);
        return 'goOn';
      },
      controller.signal,
    );
  } catch (thrown) {
    if (thrown !== reason) throw thrown;
  }
}

export const listeningKinds: Kinds<Listening> = {
  heard: whole,
  'heard, left': (work) => some(work, () => 'leave'),
  'heard, finished': (work) =>
    some(work, (hearing) => {
      hearing.finish();
      return 'goOn';
    }),
  'heard, aborted': calledOff,
};
