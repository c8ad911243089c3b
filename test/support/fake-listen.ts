import type { AudioChunk, AudioFormat } from '../../src/audio/format.ts';
import { SpeechError } from '../../src/errors.ts';
import { hear } from '../../src/session/hearing.ts';
import type { Hearing, ListenOptions, ListenOutput } from '../../src/session/listen-options.ts';
import type { ListenCommand, ListenEvent, ListenSettings } from '../../src/speech/listen.ts';
import type { ListenService, ListenTraits, Peer, Step } from '../../src/speech/service.ts';
import { createMemoryPair } from '../../src/transport/memory.ts';
import type { CloseInfo, Connect, Frame, FrameHandler, Transport } from '../../src/transport/transport.ts';
import { ManualClock, settle } from './manual-clock.ts';

/** Eight samples a ms, sixteen bytes: figures that are easy to reckon with. */
export const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 };
export const bytesPerMs = 16;

export const traits: ListenTraits = {
  pace: 'fast',
  aheadMs: 10_000,
  words: true,
  diarize: false,
  encodings: ['linear16'],
  sampleRatesHz: [8000],
  defaults: { baseUrl: 'ws://fake', model: 'fake', format },
};

const nothing: Step<ListenEvent> = { frames: [], events: [] };

/** A codec whose messages are the neutral words themselves, as JSON; audio is binary. It speaks first. */
class FakeClient implements Peer<ListenCommand, ListenEvent> {
  opened(): Step<ListenEvent> {
    return { frames: [{ kind: 'text', text: '{"type":"init"}' }], events: [] };
  }

  encode(command: ListenCommand): Step<ListenEvent> {
    if (command.type === 'audio') return { frames: [{ kind: 'binary', bytes: command.chunk.bytes }], events: [] };
    return { frames: [{ kind: 'text', text: JSON.stringify(command) }], events: [] };
  }

  decode(frame: Frame): Step<ListenEvent> {
    if (frame.kind === 'binary') return { frames: [], events: [{ type: 'malformed', why: 'binary' }] };
    return { frames: [], events: [JSON.parse(frame.text)] };
  }

  closed(): Step<ListenEvent> {
    return nothing;
  }
}

/** A final, or an interim, as a service sends it. */
export function final(text: string, more: Partial<Extract<ListenEvent, { type: 'final' }>> = {}): ListenEvent {
  return { type: 'final', text, endOfUtterance: false, ...more };
}

export function interim(text: string, more: Partial<Extract<ListenEvent, { type: 'interim' }>> = {}): ListenEvent {
  return { type: 'interim', text, ...more };
}

/** How the fake server behaves by itself; what is switched off, a test does by hand. */
export interface Habits {
  ready: boolean;
  /** A finalize is answered with a final that says so. */
  answers: boolean;
  /** A close command is answered with close 1000. */
  closes: boolean;
  pongs: boolean;
  /** After each audio, an interim result that reaches to its end. */
  follows: boolean;
  /** Is told of all audio, and of each `finalize`. */
  hears?: (ear: FakeEar, what: Uint8Array | 'finalize') => void;
}

export const obliging: Habits = { ready: true, answers: true, closes: true, pongs: true, follows: false };

/** The server's end of one connection. */
export class FakeEar implements FrameHandler {
  /** What came: audio as `audio 50` with its ms, commands by their types, each with the time at which it came. */
  readonly log: { what: string; atMs: number }[] = [];
  readonly transport: Transport;
  readonly client: Transport;
  readonly habits: Habits;
  closedWith: CloseInfo | undefined;
  bytes = 0;
  audioMs = 0;
  paused = 0;
  resumed = 0;
  pings = 0;

  constructor(client: Transport, server: Transport, habits: Habits) {
    this.client = client;
    this.transport = server;
    this.habits = { ...habits };
    server.receive(this);
  }

  /** What came but the init, in order; audio as one word however much in a row. */
  get words(): string {
    const words = this.log.map(({ what }) => what.split(' ')[0] ?? '').filter((word) => word !== 'init');
    return words.filter((word, i) => word !== 'audio' || words[i - 1] !== 'audio').join(' ');
  }

  /** When audio came, and how many ms of it. */
  get audio(): [atMs: number, ms: number][] {
    return this.log.flatMap(({ what, atMs }): [number, number][] =>
      what.startsWith('audio ') ? [[atMs, Number(what.slice(6))]] : [],
    );
  }

  say(...events: ListenEvent[]): void {
    for (const event of events) this.transport.send({ kind: 'text', text: JSON.stringify(event) });
  }

  close(code: number, reason = ''): void {
    this.transport.close(code, reason);
  }

  frame(frame: Frame, atMs: number): void {
    if (frame.kind === 'binary') {
      const ms = frame.bytes.length / bytesPerMs;
      this.bytes += frame.bytes.length;
      this.audioMs += ms;
      this.log.push({ what: `audio ${ms}`, atMs });
      this.habits.hears?.(this, frame.bytes);
      if (this.habits.follows) this.say(interim('so', { startMs: 0, endMs: this.audioMs }));
      return;
    }
    const { type }: { type: string } = JSON.parse(frame.text);
    this.log.push({ what: type, atMs });
    const { ready, answers, closes } = this.habits;
    if (type === 'init' && ready) this.say({ type: 'ready', sessionId: 'session-1' });
    if (type === 'finalize') this.habits.hears?.(this, 'finalize');
    if (type === 'finalize' && answers) this.say(final('', { fromFinalize: true, startMs: 0, endMs: this.audioMs }));
    if (type === 'close' && closes) this.close(1000);
  }

  closed(info: CloseInfo): void {
    this.closedWith = info;
  }
}

/** A source that a test feeds by hand. */
export class AudioFeed implements AsyncIterable<AudioChunk> {
  left = false;
  taken = 0;
  #samples = 0;
  #queue: (AudioChunk | Error | undefined)[] = [];
  #waiting: (() => void) | undefined;

  /** So many ms, of a level that is heard or of silence. */
  push(ms: number, sample = 0): void {
    this.put(chunkOf(ms, sample, this.#samples));
    this.#samples += ms * 8;
  }

  end(): void {
    this.put(undefined);
  }

  fail(error: Error): void {
    this.put(error);
  }

  put(item: AudioChunk | Error | undefined): void {
    this.#queue.push(item);
    this.#waiting?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<AudioChunk> {
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

/** A square wave of that height, without a mean. */
export function samplesOf(ms: number, sample: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 8 }, (_, i) => (i % 2 === 0 ? sample : -sample));
  return new Uint8Array(samples.buffer);
}

export function chunkOf(ms: number, sample = 0, firstSample = 0): AudioChunk {
  return { format, bytes: samplesOf(ms, sample), firstSample };
}

/** So many chunks of so many ms, of silence. */
export async function* chunks(count: number, ms = 50): AsyncGenerator<AudioChunk> {
  for (let i = 0; i < count; i++) yield chunkOf(ms, 0, i * ms * 8);
}

export interface Collected {
  outputs: ListenOutput[];
  /** Of the finals. */
  texts: string[];
  error: unknown;
  over: boolean;
}

/** Reads to the end, as one who keeps up does. What came so far can be looked at any time. */
export function collect(hearing: Hearing): Collected {
  const collected: Collected = { outputs: [], texts: [], error: undefined, over: false };
  const read = async () => {
    for await (const output of hearing) {
      collected.outputs.push(output);
      if (output.type === 'final') collected.texts.push(output.text);
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

export interface FakeHearing {
  clock: ManualClock;
  hearing: Hearing;
  heard: Collected;
  warnings: { code: string; message: string }[];
  /** The server's end; it is there once the connection is open. */
  readonly ear: FakeEar;
  /** Of all connections, in order. */
  readonly ears: readonly FakeEar[];
  /** Lets a connection attempt that `holds` go on. */
  open(): void;
  attempts: AbortSignal[];
}

export type FakeOptions = Partial<Omit<ListenOptions, 'service' | 'settings'>> & {
  traits?: Partial<ListenTraits>;
  habits?: Partial<Habits>;
  settings?: Partial<ListenSettings>;
  /** A connection attempt waits for `open`. */
  holds?: boolean;
  /** What a connection attempt fails with. */
  failure?: SpeechError;
  /** Nobody reads. */
  unread?: boolean;
};

export function fakeService(own: Partial<ListenTraits> = {}): ListenService {
  return {
    name: 'fake',
    direction: 'listen',
    traits: { ...traits, ...own },
    endpoint: {
      build: () => ({ url: 'ws://fake/hear', headers: {}, subprotocols: [] }),
      match: () => undefined,
      refused: ({ status }) => new SpeechError('E_REQUEST', `status ${status}`),
    },
    client: () => new FakeClient(),
    server: () => {
      throw new Error('the fake has no server half');
    },
  };
}

/** A stream to the fake service, in memory, on a clock that stands still. */
export function hearFake(source: AsyncIterable<AudioChunk>, options: FakeOptions = {}): FakeHearing {
  const { unread = false } = options;
  const { options: made, ears, ...fake } = fakeOptions(options);
  const hearing = hear(made, source);
  const heard = unread ? { outputs: [], texts: [], error: undefined, over: false } : collect(hearing);
  return {
    ...fake,
    ears,
    hearing,
    heard,
    get ear() {
      return newest(ears);
    },
  };
}

export function newest(ears: readonly FakeEar[]): FakeEar {
  const ear = ears.at(-1);
  if (!ear) throw new Error('nothing has connected');
  return ear;
}

type FakeEnds = Pick<FakeHearing, 'clock' | 'warnings' | 'ears' | 'attempts' | 'open'>;

/** What such a stream is made with, for who makes it himself. */
export function fakeOptions(options: FakeOptions = {}): FakeEnds & { options: ListenOptions } {
  const { traits: own, habits, settings, holds = false, failure, unread: _, ...rest } = options;
  const clock = options.clock instanceof ManualClock ? options.clock : new ManualClock();
  const ears: FakeEar[] = [];
  const attempts: AbortSignal[] = [];
  const warnings: { code: string; message: string }[] = [];
  let open = () => {};
  const connect: Connect = async (_, { signal }) => {
    attempts.push(signal);
    const startMs = clock.now();
    if (holds) {
      await new Promise<void>((resolve, reject) => {
        open = resolve;
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    if (failure) throw failure;
    const [client, server] = createMemoryPair(clock);
    const ear = new FakeEar(client, server, { ...obliging, ...habits });
    ears.push(ear);
    return { transport: watched(client, ear), times: { startMs, openMs: clock.now() }, headers: {} };
  };
  const made: ListenOptions = {
    service: fakeService(own),
    settings: { format, baseUrl: 'ws://fake', interim: true, ...settings },
    credentials: {},
    connect,
    clock,
    onWarning: (warning) => warnings.push(warning),
    ...rest,
  };
  return { clock, ears, attempts, warnings, open: () => open(), options: made };
}

/** Counts pauses and pings, and loses pongs where the habits say so. */
function watched(client: Transport, ear: FakeEar): Transport {
  const ping = client.ping.bind(client);
  const pause = client.pause.bind(client);
  const resume = client.resume.bind(client);
  client.ping = () => {
    ear.pings++;
    return ear.habits.pongs ? ping() : new Promise(() => {});
  };
  client.pause = () => {
    ear.paused++;
    pause();
  };
  client.resume = () => {
    ear.resumed++;
    resume();
  };
  return client;
}

export { settle };
