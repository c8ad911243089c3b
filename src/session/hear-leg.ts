import { deferred } from '../deferred.ts';
import type { SpeechError } from '../errors.ts';
import type { ListenMeter } from '../metrics/listen-meter.ts';
import type { ListenCommand, ListenEvent, ListenSettings, Transcript, TranscriptWord } from '../speech/listen.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { lateFault } from './closed.ts';
import { Connection } from './connection.ts';
import { Ending } from './ending.ts';
import type { ListenOptions } from './listen-options.ts';
import type { News } from './news.ts';
import type { SessionTimeouts } from './options.ts';

/** While the network has not taken so much, bytes, nothing more is sent. */
const crowdedBytes = 64 * 1024;

/** What a leg tells the stream that it is of. */
export interface LegOwner {
  event(leg: Leg, event: ListenEvent, atMs: number): void;
  ended(leg: Leg, info: CloseInfo, error: SpeechError | undefined): void;
}

/** What has come of a stream's audio. */
interface Told {
  readonly news: News;
  readonly isPartial: boolean;
}

/** One connection of a stream of audio, and how far it is on the way to its end. */
export class Leg {
  readonly connection: Connection<ListenCommand, ListenEvent, ListenSettings>;
  readonly ending = new Ending();
  /** Whether the service became ready, before the connection was gone. */
  readonly ready: Promise<boolean>;
  /** The connection is gone: with what went wrong, where something did. */
  readonly gone = deferred<SpeechError | undefined>();
  failed = false;
  /** The service said what is wrong: another connection would hear the same. */
  told = false;
  readonly openedMs: number;
  /** How much of the stream's audio went out on the connections before this one. */
  #fromBytes = 0;
  #fromMs = 0;

  constructor(options: ListenOptions, owner: LegOwner) {
    let made = false;
    this.openedMs = options.clock.now();
    this.connection = new Connection(options, options.settings, {
      event: (event, atMs) => {
        this.connection.liveness.advancedMs = atMs;
        owner.event(this, event, atMs);
      },
      ended: (info, error) => {
        // One that was aborted before is gone before it is made.
        if (made) owner.ended(this, info, error);
        else Promise.resolve().then(() => owner.ended(this, info, error));
      },
    });
    made = true;
    this.connection.awaitReady();
    this.ready = this.connection.ready.then(
      () => true,
      () => false,
    );
  }

  get isReady(): boolean {
    return this.connection.state === 'ready';
  }

  beginsAt(fromBytes: number, fromMs: number): void {
    this.#fromBytes = fromBytes;
    this.#fromMs = fromMs;
  }

  /** Whether a `finalize` is to go out, when so much of the stream's audio has. */
  asks(sentBytes: number): boolean {
    return this.isReady && this.ending.ask(sentBytes - this.#fromBytes);
  }

  /** Up to that byte of the stream all was told, as far as answers to `finalize` say. */
  get toldByte(): number {
    return this.#fromBytes + this.ending.toldBytes;
  }

  ping(meter: ListenMeter): void {
    this.connection.ping().then((rttMs) => meter.pinged(rttMs));
  }

  get isCrowded(): boolean {
    return this.connection.bufferedBytes > crowdedBytes;
  }

  /** Resolves when the network has taken all; until then the service owes a sign of life. */
  async drained(): Promise<void> {
    this.connection.liveness.owe(true);
    await this.connection.drained();
    this.connection.liveness.owe(false);
  }

  /** Waits for the final that was asked for, and says that it was all. Each step is bounded by how long nothing is new. */
  async hearOut(news: News, timeouts: SessionTimeouts): Promise<void> {
    const { ending, connection } = this;
    const { frameMs } = timeouts;
    ending.reach('finishing');
    let whole = await news.unlessQuiet(patienceMs(timeouts), ending.whole);
    if (ending.over) return;
    ending.reach('leaving');
    connection.leave();
    whole ||= await news.unlessQuiet(frameMs, ending.whole);
    if (!whole)
      throw lateFault('E_TIMEOUT', 'the service has not answered `finalize`, and said nothing new for', frameMs);
  }

  /** Waits for the service's own close; false where it does not come, though all was told, as far as one can know. */
  async isLeft(results: Told, timeouts: SessionTimeouts): Promise<boolean> {
    const { ending, gone } = this;
    if (ending.over) return true;
    // Where the answer did not say that it is one, another final may be on its way: a recogniser on a busy machine is slow.
    const withinMs = ending.complete ? timeouts.closeMs : Math.max(timeouts.frameMs, timeouts.closeMs);
    if (await results.news.unlessQuiet(withinMs, gone.promise)) return true;
    if (ending.complete || !results.isPartial) return false;
    throw lateFault('E_TIMEOUT', 'the service has told only a part of what was said, and not closed for', withinMs);
  }

  /** Its service counts from the first audio that it got; the event with the times of the stream. */
  inStream(event: ListenEvent): ListenEvent {
    if (this.#fromMs === 0) return event;
    switch (event.type) {
      case 'interim':
      case 'final':
        return { ...event, ...shifted(event, this.#fromMs) };
      case 'speechStarted':
        return { ...event, ...(event.atMs !== undefined && { atMs: event.atMs + this.#fromMs }) };
      case 'utteranceEnd': {
        const { lastWordEndMs } = event;
        return { ...event, ...(lastWordEndMs !== undefined && { lastWordEndMs: lastWordEndMs + this.#fromMs }) };
      }
      default:
        return event;
    }
  }
}

/** How long a service may keep us waiting before it is told that there is no more. */
export function patienceMs({ finalMs, frameMs }: SessionTimeouts): number {
  return Math.min(finalMs, frameMs);
}

function shifted({ startMs, endMs, words }: Transcript, byMs: number): Partial<Transcript> {
  const later = (word: TranscriptWord) => ({ ...word, startMs: word.startMs + byMs, endMs: word.endMs + byMs });
  return {
    ...(startMs !== undefined && { startMs: startMs + byMs }),
    ...(endMs !== undefined && { endMs: endMs + byMs }),
    ...(words && { words: words.map(later) }),
  };
}
