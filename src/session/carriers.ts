import type { SpeakSettings } from '../speech/speak.ts';
import { type Age, Lifetime } from './lifetime.ts';
import type { SessionOptions } from './options.ts';
import { SpeakConnection, type SpeakConnectionOwner } from './speak-connection.ts';
import type { Turn } from './turn.ts';

/** A spare connection that was lost sooner than this is not opened again before it is next asked for. */
const shortLifeMs = 5_000;

export interface CarriersOwner extends SpeakConnectionOwner {
  /** Something is being said. */
  readonly speaking: boolean;
  /** The connection in use comes near the end of its time. */
  aged(): void;
  /** The connection has not acknowledged an interruption in time, and is of no more use. */
  replace(connection: SpeakConnection): void;
}

/** The connections of a session: the one in use, perhaps one warmed ahead, and those that are taking their leave. */
export class Carriers {
  readonly #options: SessionOptions;
  readonly #owner: CarriersOwner;
  readonly #lifetime: Lifetime;
  readonly #mayIdle: boolean;
  readonly #leaving = new Set<Promise<void>>();
  #settings: SpeakSettings;
  #current: SpeakConnection | undefined;
  #spare: { readonly connection: SpeakConnection; readonly sinceMs: number } | undefined;
  /** The last that was warmed ahead died before anything came: of the next one that is no excuse. */
  #metDead = false;
  #closed = false;

  constructor(options: SessionOptions, owner: CarriersOwner) {
    const { service, warmsAhead = true } = options;
    const { traits } = service;
    this.#options = options;
    this.#owner = owner;
    this.#settings = options.settings;
    this.#lifetime = new Lifetime(options.clock, traits.limits.sessionMs, () => owner.aged());
    // Where text must follow soon, a connection is opened when there is some.
    this.#mayIdle = warmsAhead && traits.textWithinMs === undefined;
  }

  get current(): SpeakConnection | undefined {
    return this.#current;
  }

  /** The connection for a turn, new where there is none. One that ends with its turn takes no other. */
  take(carrier: SpeakConnection | undefined): SpeakConnection {
    if (this.#current?.ends && this.#current !== carrier) this.retire(this.#current);
    this.#current ??= this.#takeSpare() ?? this.#open();
    return this.#current;
  }

  #takeSpare(): SpeakConnection | undefined {
    const connection = this.#spare?.connection;
    this.#spare = undefined;
    if (connection) connection.untried = !this.#metDead;
    this.#metDead = false;
    return connection;
  }

  #open(): SpeakConnection {
    return new SpeakConnection(this.#options, this.#settings, this.#owner);
  }

  /** Opens the next connection before it is needed, where the service lets it wait. */
  warmNext(): void {
    if (this.#spare || this.#closed || !this.#mayIdle || this.#options.signal?.aborted) return;
    this.#spare = { connection: this.#open(), sinceMs: this.#options.clock.now() };
  }

  /** A turn's `end` went out on it. Where it ends with its turn, the next one will be needed. */
  endSent(connection: SpeakConnection): void {
    if (!this.#options.service.traits.endsWithTurn) return;
    connection.ends = true;
    this.warmNext();
  }

  /** The next connection waits, with its socket open. */
  get nextIsOpen(): boolean {
    return this.#spare !== undefined && this.#spare.connection.state !== 'connecting';
  }

  /** It is gone, or of no more use. A spare one that is lost is nobody's fault, and replaced while something is said. */
  forget(connection: SpeakConnection): void {
    if (connection.untried) this.#metDead = true;
    if (this.#current === connection) {
      this.#current = undefined;
      this.#lifetime.watch(undefined);
    }
    if (this.#spare?.connection !== connection) return;
    const livedMs = this.#options.clock.now() - this.#spare.sinceMs;
    this.#options.log?.('session', () => 'the connection warmed ahead is gone');
    this.#spare = undefined;
    if (livedMs >= shortLifeMs && this.#owner.speaking) this.warmNext();
  }

  /** Says goodbye to it, and does not wait. What it still gives is read and dropped. */
  retire(connection: SpeakConnection): void {
    connection.untried = false;
    this.forget(connection);
    connection.acks.clear();
    connection.pause(false);
    const gone = connection.close();
    this.#leaving.add(gone);
    gone.then(() => this.#leaving.delete(gone));
  }

  /** Tells the service that a turn is over. One that never acknowledges that loses the connection at once. */
  abandon(turn: Turn, heardMs: number | undefined): void {
    const connection = turn.carrier;
    if (!connection || connection !== this.#current) return;
    connection.liveness.owe(false);
    const { interrupt } = this.#options.service.traits;
    if (!turn.live || !turn.text.left) {
      if (!turn.endSent) connection.command({ type: 'end', turn: turn.id });
      this.endSent(connection);
      return;
    }
    connection.command({ type: 'interrupt', turn: turn.id, ...(heardMs !== undefined && { heardMs }) });
    connection.spent = true;
    if (interrupt === 'swapSocket') this.retire(connection);
    if (interrupt === 'ack') connection.acks.expect(turn.id, () => this.#owner.replace(connection));
  }

  /** What a service taught us holds for the connections to come. */
  learn(learned: Partial<SpeakSettings>): void {
    this.#settings = { ...this.#settings, ...learned };
  }

  /** It is in use from here on. */
  watch(connection: SpeakConnection): void {
    if (this.#current === connection) this.#lifetime.watch(connection.timeline.at('open'));
  }

  /** Of the connection in use, when so many characters are still to be said on it. */
  age(pendingChars: number): Age {
    const openMs = this.#current?.timeline.at('open');
    return openMs === undefined ? 'young' : this.#lifetime.age(openMs, pendingChars);
  }

  /** Resolves when all sockets are gone. Nothing more is opened ahead. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = [this.#current, this.#spare?.connection].filter((connection) => connection !== undefined);
    for (const connection of open) this.retire(connection);
    await Promise.all(this.#leaving);
  }
}
