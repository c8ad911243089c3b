import { SpeechError, toSpeechError } from '../errors.ts';
import type { ServiceFault } from '../speech/connect.ts';
import type { Span } from '../speech/span.ts';
import type { SpeakEvent } from '../speech/speak.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { Carriers, type CarriersOwner } from './carriers.ts';
import { closedFault, toldFault } from './closed.ts';
import type {
  ConnectionState,
  Heard,
  ReadyFacts,
  SessionOptions,
  SpeakSession,
  SpeakTurn,
  TurnOptions,
} from './options.ts';
import { Reconnects } from './reconnects.ts';
import { Sender } from './sender.ts';
import { tellTalk } from './service-talk.ts';
import type { SpeakConnection } from './speak-connection.ts';
import { Turn } from './turn.ts';
import { isOfTurn, type TurnOwner, turnEvent } from './turn-event.ts';
import { Warnings } from './warnings.ts';

/** Audio that nobody has taken, in bytes: above the first figure the socket stops reading, below the second it goes on. */
const pauseAboveBytes = 1024 * 1024;
const resumeBelowBytes = 256 * 1024;

export type { SpeakSession, SpeakTurn } from './options.ts';

export function openSpeakSession(options: SessionOptions): SpeakSession {
  return new Session(options);
}

class Session implements SpeakSession, CarriersOwner, TurnOwner {
  #active: Turn | undefined;
  /** The last that was: what still comes of it is for who measures that. */
  #interrupted: Turn | undefined;
  readonly #reconnects: Reconnects;
  readonly #options: SessionOptions;
  readonly #carriers: Carriers;
  readonly #sender: Sender;
  readonly #warnings: Warnings;
  #last: Promise<unknown> = Promise.resolve();
  #turns = 0;
  /** Audio of all turns that nobody has taken yet. */
  #heldBytes = 0;
  #closing: { connection: SpeakConnection | undefined; gone: Promise<void> } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#warnings = new Warnings((warning) => options.onWarning?.(warning));
    this.#reconnects = new Reconnects(options.reconnect);
    this.#carriers = new Carriers(options, this);
    this.#sender = new Sender(options, this.#carriers, (message) => this.#warnings.say('rate_wait', message));
  }

  get state(): ConnectionState | 'idle' {
    if (this.#closing) return this.#closing.connection?.state ?? 'closed';
    return this.#carriers.current?.state ?? 'idle';
  }

  get speaking(): boolean {
    return this.#active !== undefined;
  }

  aged(): void {
    this.#sender.renew(this.#active);
  }

  warm(): void {
    if (!this.#closing && !this.#options.signal?.aborted) this.#carriers.take(undefined);
  }

  speak(spans: AsyncIterable<Span> | Iterable<Span>, options: TurnOptions = {}): SpeakTurn {
    const turn: Turn = new Turn({
      id: options.id ?? `turn-${++this.#turns}`,
      options,
      format: this.#options.settings.format,
      traits: this.#options.service.traits,
      flush: this.#options.flush ?? 'sentence',
      onHeld: (change) => this.#weigh(change),
      onReturn: () => this.#interrupt(turn),
    });
    const before = this.#last;
    this.#last = turn.result;
    before.then(() => this.#run(turn, spans));
    return {
      id: turn.id,
      get progress() {
        return turn.progress;
      },
      get instants() {
        return turn.meter.instants;
      },
      result: turn.result,
      flush: () => this.#sender.flush(turn),
      end: () => turn.stopInput(),
      interrupt: () => this.#interrupt(turn),
      [Symbol.asyncIterator]: () => turn.output,
    };
  }

  #weigh(change: number): void {
    this.#heldBytes += change;
    if (this.#heldBytes > pauseAboveBytes) this.#carriers.current?.pause(true);
    else if (this.#heldBytes < resumeBelowBytes) this.#carriers.current?.pause(false);
  }

  async #run(turn: Turn, spans: AsyncIterable<Span> | Iterable<Span>): Promise<void> {
    if (turn.why !== undefined) return;
    const { signal } = this.#options;
    const onAbort = () => this.fail(turn, signal?.reason);
    this.#active = turn;
    try {
      if (this.#closing) throw new SpeechError('E_CLOSED', 'the session was closed');
      signal?.throwIfAborted();
      signal?.addEventListener('abort', onAbort, { once: true });
      turn.start();
      await this.#sender.feed(turn, spans);
      await this.#sender.finishInput(turn);
      await turn.result;
    } catch (thrown) {
      if (this.fail(turn, thrown)) this.#carriers.abandon(turn, undefined);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (this.#active === turn) {
        this.#active = undefined;
        this.#carriers.current?.liveness.owe(false);
        this.#sender.renew(undefined);
      }
    }
  }

  async ready(): Promise<ReadyFacts> {
    if (this.#closing) throw new SpeechError('E_CLOSED', 'the session was closed');
    const connection = this.#carriers.take(this.#active?.carrier);
    connection.awaitReady();
    if (this.#active === undefined) connection.greet();
    return connection.ready.then(() => connection);
  }

  ping = async (): Promise<number | undefined> => this.#carriers.current?.ping();

  event(connection: SpeakConnection, event: SpeakEvent, atMs: number): void {
    if (isOfTurn(event)) {
      this.#interrupted?.late(event, atMs);
      if (this.#active?.carrier === connection) turnEvent(this, this.#active, connection, event, atMs);
    } else if (event.type === 'error') {
      this.#fault(connection, event);
    } else {
      if (event.type === 'warning' && event.learned) this.#carriers.learn(event.learned);
      tellTalk(event, this.#warnings, this.#options.log);
    }
  }

  /** Its first sound: where an interruption costs the connection, the next one is made ready for that. */
  sounds(turn: Turn): void {
    this.#reconnects.borne();
    if (turn.meter.bytes === 0 && this.#options.service.traits.interrupt === 'swapSocket') this.#carriers.warmNext();
  }

  moved(turn: Turn): void {
    this.#sender.renew(turn);
  }

  #fault(
    connection: SpeakConnection,
    { turn: id, fault }: { readonly turn?: string; readonly fault: ServiceFault },
  ): void {
    const turn = this.#active;
    const error = toldFault(fault);
    this.#options.log?.('session', () => `error ${fault.code}: ${fault.message}`);
    const carried = turn?.carrier === connection ? turn : undefined;
    if (carried && connection.forgives(fault)) {
      this.replace(connection);
    } else if (carried && id !== undefined && id !== carried.id) {
      this.#warnings.say(fault.code, fault.message);
    } else {
      if (carried) this.fail(carried, error);
      this.#carriers.forget(connection);
      connection.fail(error);
    }
  }

  ended(connection: SpeakConnection, info: CloseInfo, error: SpeechError | undefined): void {
    const turn = this.#active;
    if (connection.timeline.at('ready') !== undefined) this.#reconnects.established();
    this.#carriers.forget(connection);
    if (turn?.carrier !== connection) return;
    if (connection.mayGo(info, error)) {
      turn.putDown();
      this.#goOn(turn);
    } else {
      this.#lost(turn, error ?? closedFault(info));
    }
  }

  /** The connection broke under the turn: it goes on over another, after a while, where that may help. */
  #lost(turn: Turn, error: SpeechError): void {
    const waitMs = turn.why === undefined ? this.#reconnects.next(error) : undefined;
    if (waitMs === undefined || !turn.takeBack()) {
      this.fail(turn, error);
      return;
    }
    this.#warnings.say('reconnect', `${error.message}: going on over another connection`);
    turn.restFor(this.#options.clock, waitMs);
    this.#goOn(turn);
  }

  /** Drops a connection that is of no use any more; the turn it carries goes on with another. */
  replace(connection: SpeakConnection): void {
    const turn = this.#active?.carrier === connection ? this.#active : undefined;
    turn?.putDown();
    this.#carriers.forget(connection);
    connection.drop();
    if (turn) this.#goOn(turn);
  }

  #goOn(turn: Turn): void {
    this.#sender.goOn(turn).catch((thrown) => this.fail(turn, thrown));
  }

  /** False where the turn had ended before. */
  fail(turn: Turn, thrown: unknown): boolean {
    if (turn.why !== undefined) return false;
    const { signal, clock } = this.#options;
    const error = toSpeechError(thrown, signal?.aborted ? 'E_INTERRUPTED' : 'E_UNEXPECTED');
    turn.finish('failed', clock.now(), error, signal?.aborted ? signal.reason : error);
    return true;
  }

  #interrupt(turn: Turn): Heard {
    const heard = turn.heard();
    if (turn.started) turn.options.sink?.abort();
    // What was received and not taken must not be heard either, also when the service had said all.
    turn.output.clear();
    if (turn.why === undefined) {
      turn.finish('interrupted', this.#options.clock.now());
      this.#interrupted = turn;
      this.#carriers.abandon(turn, heard.heardMs);
    }
    return heard;
  }

  close(): Promise<void> {
    if (!this.#closing) {
      if (this.#active) this.#interrupt(this.#active);
      const { current } = this.#carriers;
      this.#closing = { connection: current, gone: this.#carriers.close() };
    }
    return this.#closing.gone;
  }
}
