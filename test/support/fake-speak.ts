import type { AudioFormat } from '../../src/audio/format.ts';
import { frameBytes } from '../../src/audio/format.ts';
import { SpeechError } from '../../src/errors.ts';
import type { SessionOptions, SpeakOutput } from '../../src/session/options.ts';
import { openSpeakSession, type SpeakSession, type SpeakTurn } from '../../src/session/speak-session.ts';
import type { Peer, SpeakService, SpeakTraits, Step } from '../../src/speech/service.ts';
import type { Boundary, Span } from '../../src/speech/span.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../src/speech/speak.ts';
import { createMemoryPair } from '../../src/transport/memory.ts';
import type { CloseInfo, Connect, Frame, FrameHandler, Transport } from '../../src/transport/transport.ts';
import { ManualClock, settle } from './manual-clock.ts';

/** Eight samples a ms, sixteen bytes: figures that are easy to reckon with. */
export const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 };
export const bytesPerMs = 16;

export const traits: SpeakTraits = {
  interrupt: 'ack',
  startsWithoutFlush: false,
  contexts: false,
  limits: {},
  turnSettings: [],
  encodings: ['linear16'],
  sampleRatesHz: [8000],
  namedPronunciation: false,
  defaults: { baseUrl: 'ws://fake', model: 'fake', format },
};

/** What the fake server sends: any event of the codec's, or audio of so many ms, which can be heard where it is loud. */
export type Said = SpeakEvent | { type: 'sound'; turn: string; ms: number; loud?: boolean };

const nothing: Step<SpeakEvent> = { frames: [], events: [] };

/** A codec whose messages are the neutral words themselves, as JSON. It counts samples from its own start. */
class FakeClient implements Peer<SpeakCommand, SpeakEvent> {
  readonly #settings: SpeakSettings;
  readonly #onClosed: (info: CloseInfo) => readonly SpeakEvent[];
  readonly #samples = new Map<string, number>();

  constructor(settings: SpeakSettings, onClosed: (info: CloseInfo) => readonly SpeakEvent[]) {
    this.#settings = settings;
    this.#onClosed = onClosed;
  }

  opened(): Step<SpeakEvent> {
    return nothing;
  }

  encode(command: SpeakCommand): Step<SpeakEvent> {
    if (command.type === 'begin' && this.#settings.voice === 'unspeakable') {
      throw new SpeechError('E_USAGE', 'no such voice');
    }
    return { frames: [{ kind: 'text', text: JSON.stringify(command) }], events: [] };
  }

  decode(frame: Frame): Step<SpeakEvent> {
    if (frame.kind === 'binary') return { frames: [], events: [{ type: 'malformed', why: 'binary' }] };
    const said: Said = JSON.parse(frame.text);
    return { frames: [], events: [said.type === 'sound' ? this.#sound(said) : said] };
  }

  #sound({ turn, ms, loud = false }: Extract<Said, { type: 'sound' }>): SpeakEvent {
    const firstSample = this.#samples.get(turn) ?? 0;
    // A constant is silence; what is loud is a square wave.
    const bytes = new Uint8Array(ms * bytesPerMs).map((_, i) =>
      loud && i % 4 === 3 ? 0xc0 : loud && i % 4 === 1 ? 0x40 : 1,
    );
    this.#samples.set(turn, firstSample + bytes.length / (frameBytes(format) ?? 1));
    return { type: 'audio', turn, chunk: { format: this.#settings.format, bytes, firstSample } };
  }

  closed(info: CloseInfo): Step<SpeakEvent> {
    return { frames: [], events: this.#onClosed(info) };
  }
}

/** How the fake server behaves by itself; what is switched off, a test does by hand. */
export interface Habits {
  ready: boolean;
  /** On a flush: so many ms of sound for each character, then progress. Undefined: nothing. */
  msPerChar: number | undefined;
  ended: boolean;
  acknowledges: boolean;
  pongs: boolean;
}

export const obliging: Habits = { ready: true, msPerChar: 10, ended: true, acknowledges: true, pongs: true };

/** The server's end of one connection. */
export class FakeLink implements FrameHandler {
  readonly commands: SpeakCommand[] = [];
  readonly transport: Transport;
  readonly client: Transport;
  readonly habits: Habits;
  closedWith: CloseInfo | undefined;
  paused = 0;
  resumed = 0;
  #ready = false;
  readonly #sent = new Map<string, { throughChar: number; chars: number }>();

  constructor(client: Transport, server: Transport, habits: Habits) {
    this.client = client;
    this.transport = server;
    this.habits = { ...habits };
    server.receive(this);
  }

  /** The types of what came, in order, one word each. */
  get words(): string {
    return this.commands.map(({ type }) => type).join(' ');
  }

  get texts(): string[] {
    return this.commands.flatMap((command) => (command.type === 'text' ? [command.text] : []));
  }

  say(said: Said): void {
    this.transport.send({ kind: 'text', text: JSON.stringify(said) });
  }

  sound(turn: string, ms: number, loud = false): void {
    this.say({ type: 'sound', turn, ms, ...(loud && { loud }) });
  }

  progress(turn: string, throughChar: number): void {
    this.say({ type: 'progress', turn, throughChar });
  }

  close(code: number, reason = ''): void {
    this.transport.close(code, reason);
  }

  frame(frame: Frame): void {
    if (frame.kind !== 'text') return;
    const command: SpeakCommand = JSON.parse(frame.text);
    this.commands.push(command);
    this.#react(command);
  }

  #react(command: SpeakCommand): void {
    const { habits } = this;
    if (command.type === 'begin' && habits.ready && !this.#ready) {
      this.#ready = true;
      this.say({ type: 'ready', sessionId: 'session-1' });
    }
    if (command.type === 'text') {
      const chars = (this.#sent.get(command.turn)?.chars ?? 0) + command.text.length;
      this.#sent.set(command.turn, { throughChar: command.throughChar, chars });
    }
    if (command.type === 'flush' && habits.msPerChar !== undefined) {
      const sent = this.#sent.get(command.turn) ?? { throughChar: 0, chars: 0 };
      this.sound(command.turn, sent.chars * habits.msPerChar);
      this.progress(command.turn, sent.throughChar);
      this.#sent.set(command.turn, { ...sent, chars: 0 });
    }
    if (command.type === 'end' && habits.ended) this.say({ type: 'ended', turn: command.turn, why: 'done' });
    if (command.type === 'interrupt' && habits.acknowledges) {
      this.say({ type: 'ended', turn: command.turn, why: 'interrupted' });
    }
  }

  closed(info: CloseInfo): void {
    this.closedWith = info;
  }
}

/** A place to connect to, and all that connected. */
export class FakeHub {
  readonly links: FakeLink[] = [];
  readonly attempts: { signal: AbortSignal; url: string }[] = [];
  habits: Habits = obliging;
  /** While set, a connection attempt waits for `open`. */
  holds = false;
  /** What the next attempts fail with. */
  failure: SpeechError | undefined;
  readonly #clock: ManualClock;
  #waiting: (() => void)[] = [];

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** The newest link. */
  get link(): FakeLink {
    const link = this.links.at(-1);
    if (!link) throw new Error('nothing has connected');
    return link;
  }

  at(index: number): FakeLink {
    const link = this.links[index];
    if (!link) throw new Error(`there is no connection ${index}`);
    return link;
  }

  open(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  readonly connect: Connect = async ({ url }, { signal }) => {
    const startMs = this.#clock.now();
    this.attempts.push({ signal, url });
    if (this.holds) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    if (this.failure) throw this.failure;
    const [client, server] = createMemoryPair(this.#clock);
    const link = new FakeLink(client, server, this.habits);
    this.links.push(link);
    return { transport: watched(client, link), times: { startMs, openMs: this.#clock.now() }, headers: {} };
  };
}

/** Counts pauses, and loses pings where the habits say so. */
function watched(client: Transport, link: FakeLink): Transport {
  const ping = client.ping.bind(client);
  const pause = client.pause.bind(client);
  const resume = client.resume.bind(client);
  client.ping = () => (link.habits.pongs ? ping() : new Promise(() => {}));
  client.pause = () => {
    link.paused++;
    pause();
  };
  client.resume = () => {
    link.resumed++;
    resume();
  };
  return client;
}

export interface FakeSession {
  clock: ManualClock;
  hub: FakeHub;
  session: SpeakSession;
  warnings: { code: string; message: string }[];
  /** The settings that each connection's codec was made with. */
  learned: SpeakSettings[];
}

export type FakeOptions = Partial<Omit<SessionOptions, 'service' | 'settings'>> & {
  traits?: Partial<SpeakTraits>;
  habits?: Partial<Habits>;
  settings?: Partial<SpeakSettings>;
  onClosed?: (info: CloseInfo) => readonly SpeakEvent[];
};

/** A session over the fake service, in memory, on a clock that stands still. */
export function openFake(options: FakeOptions = {}): FakeSession {
  const { options: made, ...fake } = fakeOptions(options);
  return { ...fake, session: openSpeakSession(made) };
}

/** What such a session is opened with, for who opens it himself. */
export function fakeOptions(options: FakeOptions = {}): Omit<FakeSession, 'session'> & { options: SessionOptions } {
  const clock = new ManualClock();
  const hub = new FakeHub(clock);
  hub.habits = { ...obliging, ...options.habits };
  const warnings: { code: string; message: string }[] = [];
  const learned: SpeakSettings[] = [];
  const { traits: ownTraits, habits: _, settings, onClosed = () => [], ...rest } = options;
  const service: SpeakService = {
    name: 'fake',
    direction: 'speak',
    traits: { ...traits, ...ownTraits },
    endpoint: {
      build: () => ({ url: 'ws://fake/speak', headers: {}, subprotocols: [] }),
      match: () => undefined,
      refused: ({ status }) => new SpeechError('E_REQUEST', `status ${status}`),
    },
    client: (wanted) => {
      learned.push(wanted);
      return new FakeClient(wanted, onClosed);
    },
    server: () => {
      throw new Error('the fake has no server half');
    },
  };
  const made: SessionOptions = {
    service,
    settings: { format, baseUrl: 'ws://fake', ...settings },
    credentials: {},
    connect: hub.connect,
    clock,
    onWarning: (warning) => warnings.push(warning),
    ...rest,
  };
  return { clock, hub, options: made, warnings, learned };
}

/** Spans one after another, each of which ends as said (a sentence). */
export function spansOf(texts: readonly string[], ends: Boundary = 'sentence', from = 0): Span[] {
  let at = from;
  return texts.map((text) => {
    const fromChar = at;
    at += text.length;
    return { text, fromChar, toChar: at, ends };
  });
}

/** A source of spans that a test feeds by hand. */
export class SpanFeed implements AsyncIterable<Span> {
  left = false;
  taken = 0;
  #queue: (Span | Error | undefined)[] = [];
  #waiting: (() => void) | undefined;

  push(...spans: Span[]): void {
    this.#put(...spans);
  }

  end(): void {
    this.#put(undefined);
  }

  fail(error: Error): void {
    this.#put(error);
  }

  #put(...items: (Span | Error | undefined)[]): void {
    this.#queue.push(...items);
    this.#waiting?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<Span> {
    return {
      next: async () => {
        while (this.#queue.length === 0) {
          await new Promise<void>((resolve) => {
            this.#waiting = resolve;
          });
        }
        const item = this.#queue.shift();
        if (item instanceof Error) throw item;
        if (item === undefined) return { value: undefined, done: true };
        this.taken++;
        return { value: item, done: false };
      },
      return: async () => {
        this.left = true;
        return { value: undefined, done: true };
      },
    };
  }
}

export interface Collected {
  outputs: SpeakOutput[];
  /** Of the audio, in ms. */
  ms: number;
  /** `firstSample` of each chunk. */
  numbers: (number | undefined)[];
  error: unknown;
  over: boolean;
}

/** Reads a turn to its end, as a consumer that keeps up does. What came so far can be looked at any time. */
export function collect(turn: SpeakTurn): Collected {
  const collected: Collected = { outputs: [], ms: 0, numbers: [], error: undefined, over: false };
  const read = async () => {
    for await (const output of turn) {
      collected.outputs.push(output);
      if (output.type !== 'audio') continue;
      collected.ms += output.chunk.bytes.length / bytesPerMs;
      collected.numbers.push(output.chunk.firstSample);
    }
  };
  read()
    .catch((thrown) => {
      collected.error = thrown;
    })
    .finally(() => {
      collected.over = true;
    });
  return collected;
}

/** A sink that a test says the position of. */
export class FakeSink {
  playedSamples = 0;
  readonly log: string[] = [];
  onAbort: (() => void) | undefined;

  position() {
    return { playedSamples: this.playedSamples, atMs: 0 };
  }

  abort(): void {
    this.log.push('abort');
    this.onAbort?.();
  }
}

export { settle };
