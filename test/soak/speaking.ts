import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AudioFormat, SpeakSession, SpeakTurn, TurnResult } from '../../src/index.ts';
import type { Said } from './material.ts';
import type { Common, Kinds } from './seats.ts';
import { Comparison, filing, forgetting, holding, type Look, plain, type Taker } from './sound.ts';

export interface Expected {
  readonly said: Said;
  readonly sound: Uint8Array;
}

/** What a session of speech out has to work with. */
export interface Speaks {
  readonly endpoint: string;
  readonly expected: readonly Expected[];
  readonly folder: string;
  readonly look: Look;
}

type Speaking = Speaks & Common;

const bytesPerSample = 2;

export const formatOf = (sampleRateHz: number): AudioFormat => ({ encoding: 'linear16', sampleRateHz, channels: 1 });

export function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function connect(work: Speaking, { voice, sampleRateHz }: Said, signal = work.signal): SpeakSession {
  const { library, endpoint, dialect, random, watcher } = work;
  const flush = pick(['clause', 'sentence', 'paragraph', 'end'] as const, random);
  const session = { flush, limits: 'off' as const, signal, watcher, reconnect: { max: 50, random } };
  return library.connectSpeech({
    provider: dialect,
    endpoint,
    key: 'soak',
    voice,
    format: formatOf(sampleRateHz),
    session,
  });
}

const textOptions = (takesBack: boolean) => ({ takesBack, eager: false });

/** Waits until so much sound would have been heard since then: nobody speaks faster than somebody listens. */
async function heard({ resting }: Speaking, startMs: number, bytes: number, sampleRateHz: number): Promise<void> {
  const lengthMs = (bytes / bytesPerSample / sampleRateHz) * 1000;
  const signal = resting();
  await pause(Math.max(0, startMs + lengthMs - performance.now()), undefined, { signal }).catch((thrown) => {
    if (!signal.aborted) throw thrown;
  });
}

function count({ tally }: Speaking, { report }: TurnResult): void {
  tally.turns++;
  tally.audioBytes += report.bytes;
  tally.reconnects += report.reconnects ?? 0;
}

/** Says a text to its end, and hears it out. */
async function whole(work: Speaking, session: SpeakSession, { said }: Expected, taker: Taker): Promise<void> {
  const startMs = performance.now();
  const turn = work.library.speakText(session, said.text, textOptions(taker.takesBack));
  try {
    for await (const output of turn) await taker.take(output);
    await taker.end();
  } finally {
    turn.interrupt();
    count(work, await turn.result);
  }
  await heard(work, startMs, (await turn.result).report.bytes, said.sampleRateHz);
}

/** One to three turns in a session, each in its own way. */
async function turns(work: Speaking, takerOf: (expected: Expected) => Taker): Promise<void> {
  const first = pick(work.expected, work.random);
  const alike = work.expected.filter(({ said }) => said.voice === first.said.voice);
  const fitting = alike.filter(({ said }) => said.sampleRateHz === first.said.sampleRateHz);
  const session = connect(work, first.said);
  try {
    for (let left = 1 + Math.floor(work.random() * 3); left > 0 && !work.resting().aborted; left--) {
      const expected = pick(fitting, work.random);
      await whole(work, session, expected, takerOf(expected));
    }
  } finally {
    await session.close();
  }
}

/** Begins a text, and once some of it has come, does something else; what has come is a beginning of what was expected. */
async function some(
  work: Speaking,
  expected: Expected,
  session: SpeakSession,
  enough: (turn: SpeakTurn) => 'goOn' | 'leave',
): Promise<void> {
  const { said, sound } = expected;
  const startMs = performance.now();
  const comparison = new Comparison(sound, work.look);
  const taker = forgetting(comparison);
  const leastBytes = Math.floor(work.random() * sound.length);
  const turn = work.library.speakText(session, said.text, textOptions(true));
  try {
    for await (const output of turn) {
      await taker.take(output);
      if (comparison.bytes >= leastBytes && enough(turn) === 'leave') break;
    }
  } finally {
    count(work, await turn.result);
  }
  await heard(work, startMs, comparison.bytes, said.sampleRateHz);
}

/** Cut short at any byte; what is said next must have nothing of it. */
async function interrupted(work: Speaking): Promise<void> {
  const expected = pick(work.expected, work.random);
  const session = connect(work, expected.said);
  try {
    await some(work, expected, session, (turn) => {
      turn.interrupt();
      return 'goOn';
    });
    await whole(work, session, expected, forgetting(new Comparison(expected.sound, work.look)));
  } finally {
    await session.close();
  }
}

/** The reader leaves its loop. */
async function left(work: Speaking): Promise<void> {
  const expected = pick(work.expected, work.random);
  const session = connect(work, expected.said);
  try {
    await some(work, expected, session, () => 'leave');
  } finally {
    await session.close();
  }
}

/** The session is closed under its turn, which is an interruption. */
async function closed(work: Speaking): Promise<void> {
  const expected = pick(work.expected, work.random);
  const session = connect(work, expected.said);
  let closing: Promise<void> | undefined;
  try {
    await some(work, expected, session, () => {
      closing ??= session.close();
      return 'goOn';
    });
  } finally {
    await (closing ?? session.close());
  }
}

/** Everything is called off by a signal of the session's own. */
async function aborted(work: Speaking): Promise<void> {
  const expected = pick(work.expected, work.random);
  const calledOff = new AbortController();
  const reason = new Error('called off');
  const session = connect(work, expected.said, calledOff.signal);
  try {
    await some(work, expected, session, () => {
      calledOff.abort(reason);
      return 'goOn';
    });
  } catch (thrown) {
    if (thrown !== reason) throw thrown;
  } finally {
    await session.close();
  }
}

async function file(work: Speaking): Promise<void> {
  const { library, folder, random, look } = work;
  const container = 'raw';
  const expected = pick(work.expected, random);
  const path = join(folder, `${Math.floor(random() * 2 ** 32)}-${performance.now()}.pcm`);
  const sink = await library.createFileSink({ path, container });
  const check = async () => {
    const comparison = new Comparison(expected.sound, look);
    comparison.take(await readFile(path));
    comparison.end();
    await unlink(path);
  };
  const session = connect(work, expected.said);
  try {
    await whole(work, session, expected, filing(sink, check));
  } finally {
    await session.close();
    await sink.discard();
  }
}

/** Without a way to take sound back, a loss in the middle is an error said aloud, and what came is a beginning. */
async function unguarded(work: Speaking): Promise<void> {
  try {
    await turns(work, ({ sound }) => plain(new Comparison(sound, work.look)));
  } catch (thrown) {
    if (!(thrown instanceof work.library.SpeechError && thrown.retryable)) throw thrown;
    work.tally.lostAloud++;
  }
}

export const speakingKinds: Kinds<Speaking> = {
  turns: (work) => turns(work, ({ sound }) => forgetting(new Comparison(sound, work.look))),
  pipe: (work) => turns(work, ({ sound }) => holding(new Comparison(sound, work.look))),
  file,
  unguarded,
  interrupted,
  left,
  closed,
  aborted,
};
