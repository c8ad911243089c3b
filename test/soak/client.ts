// The process of the clients: so many sessions at once, each followed by another, until it is told to rest.
import { getEventListeners, setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import type * as Library from '../../src/index.ts';
import { randomFrom } from '../support/random.ts';
import { nearlySameWords, sameWords } from './comparing.ts';
import { expectedSounds, expectedTalks } from './expected.ts';
import { type Hears, listeningKinds } from './listening.ts';
import type { Order, Plan } from './plan.ts';
import { complain, emptyTally, type Tally } from './record.ts';
import { createSeat, type Seat, saboteur } from './seats.ts';
import { type Speaks, speakingKinds } from './speaking.ts';

const tally: Tally = emptyTally();
const never = new AbortController();
setMaxListeners(0, never.signal);

let seats: Seat[] = [];
let going = false;
let resting = new AbortController();
let running: Promise<unknown> = Promise.resolve();
/** The first round is the warm-up. */
let rounds = 0;

/** How many times as fast as it was said; the recogniser of real words has to keep up with four. */
const paces = { scripted: 2, local: 1.5 } as const;

async function prepare(plan: Plan): Promise<void> {
  const library: typeof Library = await import(plan.libraryUrl);
  const { seed, speak, listen, recogniser, folder, speakers, listeners } = plan;
  const spoils = saboteur(plan.sabotage);
  const onEnd = () => {
    if (rounds > 1) spoils.sessionEnded();
  };
  const seatOf = (number: number) => {
    const random = randomFrom(seed * 1000 + number);
    return { number, common: { library, tally, signal: never.signal, resting: () => resting.signal, random }, onEnd };
  };
  const speaks: Speaks = {
    endpoint: speak.proxyUrl,
    expected: speakers > 0 ? await expectedSounds(library, plan) : [],
    folder,
    look: (bytes) => (rounds > 1 ? spoils.look(bytes) : bytes),
  };
  const hears: Hears = {
    endpoint: listen.proxyUrl,
    talks: listeners > 0 ? await expectedTalks(library, plan) : [],
    compare: recogniser === 'scripted' ? sameWords : nearlySameWords,
    pace: paces[recogniser],
  };
  seats = [
    ...Array.from({ length: speakers }, (_, at) => createSeat({ kinds: speakingKinds, work: speaks, ...seatOf(at) })),
    ...Array.from({ length: listeners }, (_, at) => {
      return createSeat({ kinds: listeningKinds, work: hears, ...seatOf(speakers + at) });
    }),
  ];
}

async function occupy(seat: Seat): Promise<void> {
  while (going) {
    try {
      await seat.run();
    } catch (thrown) {
      complain(tally, inspect(thrown));
    }
  }
}

function begin(): void {
  rounds++;
  going = true;
  resting = new AbortController();
  setMaxListeners(0, resting.signal);
  running = Promise.all(seats.map(occupy));
}

/** Longer than every time limit of a session together. */
const mostRestMs = 120_000;

async function rest(): Promise<void> {
  going = false;
  resting.abort();
  const hung = new AbortController();
  const late = pause(mostRestMs, 'hung', { signal: hung.signal }).catch(() => undefined);
  if ((await Promise.race([running, late])) === 'hung') complain(tally, 'sessions that do not end');
  hung.abort();
  const left = getEventListeners(never.signal, 'abort').length;
  if (left > 0) complain(tally, `${left} listeners were left with a signal that all sessions share`);
}

async function obey(message: Order): Promise<void> {
  if (message.order === 'prepare') await prepare(message.plan);
  else if (message.order === 'begin') begin();
  else await rest();
  process.send?.({ done: message.order, tally, kinds: [...new Set(seats.flatMap(({ kinds }) => kinds))] });
}

// It lives as long as its parent wants it.
process.channel?.ref();
process.on('unhandledRejection', (reason) => complain(tally, `an unhandled rejection: ${inspect(reason)}`));
process.on('warning', (warning) => complain(tally, `a warning of Node: ${warning.message}`));
// Its parent is gone; at rest it ends by itself, or something was left that it waits for.
process.on('disconnect', () => {
  if (going) process.exit(1);
});
process.on('message', (message: Order | { ask: string }) => {
  // The probe has other questions to answer.
  if (!('order' in message)) return;
  obey(message).catch((thrown) => {
    console.error(thrown);
    process.exit(1);
  });
});
// What was sent before has been heard by the probe alone.
process.send?.({ hello: true });
