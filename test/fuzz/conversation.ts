import type { IncomingMessage } from 'node:http';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { createScriptedRecogniser } from '../../src/engine/scripted-recogniser.ts';
import { defaultLimits } from '../../src/server/bounds.ts';
import { DictionaryStore } from '../../src/server/dictionary-store.ts';
import type { Counters } from '../../src/server/options.ts';
import { openSession } from '../../src/server/sessions.ts';
import type { Admitted } from '../../src/server/upgrade.ts';
import type { ListenService, ServerStyle, SpeakService } from '../../src/speech/service.ts';
import { FakeSocket } from '../support/fake-socket.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { Ledger } from './ledger.ts';
import { must } from './reader.ts';
import type { Deed, Talk } from './talk.ts';

/** Small enough to be reached. No encoder is started: it would be a program for each case. */
const limits = {
  ...defaultLimits,
  encoders: 0,
  waitingChars: 2000,
  unsentBytes: 4096,
  unreadReplies: 20,
  unansweredFinals: 4,
  badMessages: 10,
  stalledMs: 4000,
};

const engine = createScriptedEngine({ msPerChar: 1, failAt: /FAIL/ });
const recogniser = createScriptedRecogniser({ msPerChar: 1, failAt: /FAIL/ });

/** So many turns of the loop without a word are rest, and so many in all are none. */
const restTurns = 6;
const mostTurns = 50_000;

/** A talk with the server's own connection and handler, over a socket that is none. */
class Conversation {
  readonly #socket = new FakeSocket();
  readonly #clock = new ManualClock();
  readonly #ledger = new Ledger();
  readonly #counters = new Proxy<Partial<Counters>>(
    {},
    { get: (of, name: keyof Counters) => of[name] ?? 0 },
  ) as Counters;
  readonly #log: string[] = [];
  readonly #talk: Talk;
  #isGone = false;

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  async hold(admitted: Admitted): Promise<void> {
    const [socket, clock, counters, { random }] = [this.#socket, this.#clock, this.#counters, this.#talk];
    let names = 0;
    const ids = () => String(names++);
    const style: ServerStyle = {
      audio: random.below(2) === 0 ? 'binary' : 'json',
      casing: random.below(2) === 0 ? 'slng' : 'deepgram',
      end: (['flushed', 'audioEnd', 'close'] as const)[random.below(3)] ?? 'close',
      cancel: random.below(2) === 0 ? 'known' : 'unknown',
    };
    const dictionaries = new DictionaryStore({ most: 10, mostBytes: 1000, ids, today: () => new Date(0) });
    const log = (_: string, text: () => string) => void this.#log.push(text());
    const means = { clock, limits, style, counters, dictionaries, log, watch: () => this.#ledger };
    const session = openSession(socket.socket, admitted, means);
    session.gone.then(() => {
      this.#isGone = true;
    });
    await this.#say();
    await this.#end();
  }

  /** The network brings several at once, and what it has brought comes also when nothing more is wanted. */
  async #say(): Promise<void> {
    const { deeds, random } = this.#talk;
    const left = [...deeds];
    while (left.length > 0 && !this.#socket.isGone) {
      if (this.#socket.isPaused) await this.#rest();
      if (this.#socket.isPaused && !this.#socket.closedWith) {
        // What stands in the network stays there, but a client can begin to read at any time.
        this.#socket.reads = true;
        await this.#rest();
        if (this.#socket.isPaused) break;
      }
      for (const deed of left.splice(0, 1 + random.below(4))) this.#do(deed);
      if (random.below(2) === 0) await turn(this.#socket);
    }
  }

  #do(deed: Deed): void {
    const socket = this.#socket;
    if (socket.isGone) return;
    switch (deed.does) {
      case 'text':
        socket.emit('message', Buffer.from(deed.text), false);
        return;
      case 'binary':
        socket.emit('message', Buffer.from(deed.bytes), true);
        return;
      case 'ping':
        socket.emit('ping', Buffer.from(deed.bytes));
        return;
      case 'stopReading':
        socket.reads = false;
        return;
      case 'read':
        socket.reads = true;
        return;
      case 'breakFrame':
        socket.breakFrame();
        return;
      case 'leave':
        socket.leave(1005);
    }
  }

  /** Until nothing more comes. */
  async #rest(): Promise<void> {
    let quiet = 0;
    for (let turns = 0; quiet < restTurns; turns++) {
      must(turns < mostTurns, 'a server comes to rest');
      const { sent } = this.#socket;
      await turn(this.#socket);
      quiet = this.#socket.sent === sent ? quiet + 1 : 0;
    }
  }

  async #end(): Promise<void> {
    const [socket, clock] = [this.#socket, this.#clock];
    await this.#rest();
    // What ends like a sentence is spoken after a while; who reads nothing is closed after another.
    for (const ms of [500, 2.5 * limits.stalledMs]) {
      await clock.advance(ms);
      await this.#rest();
    }
    const isEnded = socket.closedWith !== undefined || socket.isGone;
    must(isEnded || this.#ledger.owes <= 0, `all is answered, but ${this.#ledger.owes}`);
    must(isEnded || !this.#ledger.mustEnd, 'who has said all is let go');
    if (socket.closedWith) {
      // It is dropped where the client does not answer the goodbye.
      if (this.#talk.random.below(2) === 0) socket.leave(socket.closedWith.code ?? 1005);
      else if (socket.listenerCount('close') > 0) await clock.advance(limits.closeMs);
    }
    socket.leave(1006);
    await this.#rest();
    this.#judge();
  }

  #judge(): void {
    const { closedWith, sentAfterClose, mostHeldBytes, largestBytes } = this.#socket;
    must(closedWith?.reason !== 'internal error', `nothing is thrown: ${this.#log.join('\n')}`);
    must(sentAfterClose === 0, 'nothing is sent behind a goodbye');
    // Sound and answers, as much of each, and what was one frame when there was room.
    must(mostHeldBytes <= 2 * limits.unsentBytes + 4 * largestBytes, `so much is held at most: ${mostHeldBytes}`);
    must(this.#isGone, 'a connection ends with its socket');
    must(this.#clock.pending === 0, `no timer is left, but ${this.#clock.pending}`);
    const { listeners, encoders } = this.#counters;
    must(listeners === 0 && encoders === 0, 'all places are given back');
    const { started, finished, aborted, failed } = engine.counts;
    must(started === finished + aborted + failed, 'no work goes on for nobody');
  }
}

/** The network takes what it can, and everybody else has had a turn. */
async function turn(socket: FakeSocket): Promise<void> {
  socket.drain();
  await new Promise((resolve) => setImmediate(resolve));
}

/** An upgrade that the dialect takes; undefined for any other. */
export function admittedBy(service: SpeakService | ListenService, target: string): Admitted | undefined {
  const url = `http://localhost${target}`;
  if (!URL.canParse(url)) return undefined;
  const request = { url: target, headers: {} } as IncomingMessage;
  if (service.direction === 'speak') {
    const matched = service.endpoint.match(new URL(url), {}, []);
    if (matched === undefined || 'status' in matched) return undefined;
    return { direction: 'speak', service, matched, engine, request, sessionId: 's' };
  }
  const matched = service.endpoint.match(new URL(url), {}, []);
  if (matched === undefined || 'status' in matched) return undefined;
  return { direction: 'listen', service, matched, recogniser, request, sessionId: 's' };
}

export async function converse(admitted: Admitted, talk: Talk): Promise<void> {
  await new Conversation(talk).hold(admitted);
}
