import { SpeechError, toSpeechError } from '../errors.ts';
import type { Span } from '../speech/span.ts';
import type { ServiceFault, SpeakEvent } from '../speech/speak.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { closedFault, closedWell } from './closed.ts';
import type { Connection, ConnectionOwner } from './connection.ts';
import type { ConnectionState, Heard, SessionOptions, SpeakSession, SpeakTurn, TurnOptions } from './options.ts';
import { Sender } from './sender.ts';
import { Turn } from './turn.ts';
import { Warnings } from './warnings.ts';

/** Audio that nobody has taken, in bytes: above the first figure the socket stops reading, below the second it goes on. */
const pauseAboveBytes = 1024 * 1024;
const resumeBelowBytes = 256 * 1024;

/** Faults that a new connection would meet again. */
const final: ReadonlySet<string> = new Set(['E_AUTH', 'E_RATE_LIMIT', 'E_PRONUNCIATION']);

export type { SpeakSession, SpeakTurn } from './options.ts';

export function openSpeakSession(options: SessionOptions): SpeakSession {
  return new Session(options);
}

class Session implements SpeakSession, ConnectionOwner {
  readonly #options: SessionOptions;
  readonly #sender: Sender;
  readonly #warnings: Warnings;
  #active: Turn | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #turns = 0;
  /** Audio of all turns that nobody has taken yet. */
  #heldBytes = 0;
  #closing: { connection: Connection | undefined; gone: Promise<void> } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#sender = new Sender(options, this);
    this.#warnings = new Warnings((warning) => options.onWarning?.(warning));
  }

  get state(): ConnectionState | 'idle' {
    if (this.#closing) return this.#closing.connection?.state ?? 'closed';
    return this.#sender.connection?.state ?? 'idle';
  }

  warm(): void {
    if (!this.#closing && !this.#options.signal?.aborted) this.#sender.current();
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
      result: turn.result,
      flush: () => this.#sender.flush(turn),
      end: () => turn.stopInput(),
      interrupt: () => this.#interrupt(turn),
      [Symbol.asyncIterator]: () => turn.output,
    };
  }

  #weigh(change: number): void {
    this.#heldBytes += change;
    if (this.#heldBytes > pauseAboveBytes) this.#sender.connection?.pause(true);
    else if (this.#heldBytes < resumeBelowBytes) this.#sender.connection?.pause(false);
  }

  async #run(turn: Turn, spans: AsyncIterable<Span> | Iterable<Span>): Promise<void> {
    if (turn.why !== undefined) return;
    const { signal } = this.#options;
    const onAbort = () => this.#fail(turn, signal?.reason);
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
      if (this.#fail(turn, thrown)) this.#abandon(turn, undefined);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (this.#active === turn) {
        this.#active = undefined;
        this.#sender.connection?.owe(false);
      }
    }
  }

  event(connection: Connection, event: SpeakEvent, atMs: number): void {
    switch (event.type) {
      case 'audio':
      case 'words':
      case 'progress':
      case 'ended':
        if (this.#active?.carrier === connection) this.#turnEvent(this.#active, connection, event, atMs);
        return;
      case 'ready':
        for (const message of event.warnings ?? []) this.#warnings.say('service', message);
        return;
      case 'warning':
        if (event.learned) this.#sender.learn(event.learned);
        this.#warnings.say(event.code, event.message);
        return;
      case 'error':
        this.#fault(connection, event);
        return;
      case 'malformed':
        this.#warnings.say('malformed', `the service sent a message that cannot be read (${event.why})`);
        return;
      case 'unknown':
      case 'note':
        this.#options.log?.('session', () => `${event.type} ${event.name}`);
    }
  }

  #turnEvent(
    turn: Turn,
    connection: Connection,
    event: Extract<SpeakEvent, { type: 'audio' | 'words' | 'progress' | 'ended' }>,
    atMs: number,
  ): void {
    if (event.turn !== turn.id || turn.why !== undefined) return;
    switch (event.type) {
      case 'audio':
        connection.spent = false;
        turn.audio(event.chunk, atMs);
        return;
      case 'words':
        turn.words(event.items);
        return;
      case 'progress':
        if (turn.checkpoint(event.throughChar)) connection.spent = true;
        connection.owe(turn.text.owed || turn.inputEnded);
        return;
      case 'ended':
        connection.spent = true;
        if (event.why === 'done') turn.finish('done', atMs);
        else this.#fail(turn, new SpeechError('E_PROVIDER', `the service ended the turn (${event.why})`));
    }
  }

  #fault(connection: Connection, { turn: id, fault }: { readonly turn?: string; readonly fault: ServiceFault }): void {
    const turn = this.#active;
    const error = new SpeechError(fault.code, fault.message, fault.detail && { detail: { ...fault.detail } });
    this.#options.log?.('session', () => `error ${fault.code}: ${fault.message}`);
    const carried = turn?.carrier === connection ? turn : undefined;
    if (carried && (connection.spent || connection.acks.open) && !final.has(fault.code)) {
      // Some routes take one turn a connection, and answer the next with an error (soniox, PROTOCOLS 1.5).
      this.#replace(connection);
    } else if (carried && id !== undefined && id !== carried.id) {
      this.#warnings.say(fault.code, fault.message);
    } else {
      if (carried) this.#fail(carried, error);
      this.#sender.forget(connection);
      connection.fail(error);
    }
  }

  ended(connection: Connection, info: CloseInfo, error: SpeechError | undefined): void {
    const turn = this.#active;
    this.#sender.forget(connection);
    if (turn?.carrier !== connection) return;
    // A service that is done with what came before may leave; what has not sounded yet goes to another connection.
    const replaceable = connection.acks.open || (connection.spent && closedWell(info));
    if (error === undefined && replaceable) this.#goOn(turn);
    else this.#fail(turn, error ?? closedFault(info));
  }

  /** Drops a connection that is of no use any more; the turn it carries goes on with another. */
  #replace(connection: Connection): void {
    const turn = this.#active?.carrier === connection ? this.#active : undefined;
    if (turn) turn.carrier = undefined;
    this.#sender.forget(connection);
    connection.drop();
    if (turn) this.#goOn(turn);
  }

  #goOn(turn: Turn): void {
    this.#sender.goOn(turn).catch((thrown) => this.#fail(turn, thrown));
  }

  /** False where the turn had ended before. */
  #fail(turn: Turn, thrown: unknown): boolean {
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
      this.#abandon(turn, heard.heardMs);
    }
    return heard;
  }

  /** Tells the service that a turn is over. One that does not acknowledge in time, or never does, loses the connection. */
  #abandon(turn: Turn, heardMs: number | undefined): void {
    const connection = turn.carrier;
    if (!connection || connection !== this.#sender.connection) return;
    connection.owe(false);
    const { interrupt } = this.#options.service.traits;
    if (!turn.live || !turn.text.left) {
      connection.command({ type: 'end', turn: turn.id });
    } else if (interrupt === 'swapSocket') {
      this.#replace(connection);
    } else {
      connection.spent = true;
      connection.command({ type: 'interrupt', turn: turn.id, ...(heardMs !== undefined && { heardMs }) });
      if (interrupt === 'ack') connection.acks.expect(turn.id, () => this.#replace(connection));
    }
  }

  close(): Promise<void> {
    if (!this.#closing) {
      if (this.#active) this.#interrupt(this.#active);
      const { connection } = this.#sender;
      if (connection) this.#sender.forget(connection);
      this.#closing = { connection, gone: connection?.close() ?? Promise.resolve() };
    }
    return this.#closing.gone;
  }
}
