import type { Span } from '../speech/span.ts';
import type { SpeakCommand, SpeakSettings } from '../speech/speak.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { defaultTimeouts, type SessionOptions } from './options.ts';
import type { ScriptLine } from './script.ts';
import type { Turn } from './turn.ts';

/** Text sent whose sound has not come, in characters: about ten minutes of speech. More waits for a checkpoint. */
const aheadChars = 8000;

type SpanSource = AsyncIterator<Span> | Iterator<Span>;

/** Carries the text of turns to the service, over a new connection where the last one is spent. */
export class Sender {
  readonly #options: SessionOptions;
  readonly #owner: ConnectionOwner;
  #settings: SpeakSettings;
  #connection: Connection | undefined;

  constructor(options: SessionOptions, owner: ConnectionOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#settings = options.settings;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  current(): Connection {
    const timeouts = { ...defaultTimeouts, ...this.#options.timeouts };
    this.#connection ??= new Connection(this.#options, timeouts, this.#settings, this.#owner);
    return this.#connection;
  }

  forget(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  /** What a service taught us holds for the connections to come. */
  learn(learned: Partial<SpeakSettings>): void {
    this.#settings = { ...this.#settings, ...learned };
  }

  /** Sends the spans as they come, until the source ends or the turn wants no more. */
  async feed(turn: Turn, spans: AsyncIterable<Span> | Iterable<Span>): Promise<void> {
    const source: SpanSource = Symbol.asyncIterator in spans ? spans[Symbol.asyncIterator]() : spans[Symbol.iterator]();
    let exhausted = false;
    try {
      while (turn.wantsText) {
        const next = await turn.unlessStopped(source.next());
        if (next === undefined) return;
        if (next.done) {
          exhausted = true;
          return;
        }
        await this.#send(turn, turn.script.line(next.value));
      }
    } finally {
      if (!exhausted) leave(source);
    }
  }

  async #send(turn: Turn, line: ScriptLine): Promise<void> {
    const { clock } = this.#options;
    if (line.commands.length > 0) {
      turn.held = { flush: false };
      await this.#room(turn);
      if (!(await this.#carried(turn))) return;
    }
    turn.sent(line, clock.now());
    for (const command of line.commands) this.#put(turn, command);
    const { held } = turn;
    turn.held = undefined;
    if (held?.flush) this.flush(turn);
  }

  /** Waits while so much text is out whose sound has not come that more would only be held there. */
  async #room(turn: Turn): Promise<void> {
    const { startsWithoutFlush } = this.#options.service.traits;
    while (turn.why === undefined && turn.text.pendingChars > aheadChars && (startsWithoutFlush || turn.text.owed)) {
      turn.carrier?.owe(true);
      await turn.moved();
    }
  }

  /** Waits for a connection that carries the turn and takes more; false where the turn is over before. */
  async #carried(turn: Turn): Promise<boolean> {
    while (turn.why === undefined) {
      const connection = await this.#attach(turn);
      await connection.drained();
      // The connection may have been replaced while we waited; the turn must then be alive on the new one first.
      if (turn.live && turn.carrier === connection && connection === this.#connection) return turn.why === undefined;
    }
    return false;
  }

  /** The ready connection of this turn; on one that is new to it, what is left to say is sent first. */
  async #attach(turn: Turn): Promise<Connection> {
    const connection = this.current();
    const fresh = turn.carrier !== connection;
    if (fresh) {
      turn.carriedBy(connection);
      connection.awaitReady();
      connection.command(turn.script.begin(turn.options.settings));
    }
    await connection.ready;
    if (fresh && turn.why === undefined && turn.carrier === connection) this.#replay(turn);
    return connection;
  }

  #replay(turn: Turn): void {
    turn.live = true;
    for (const sent of turn.text.pending) {
      for (const command of turn.script.again(sent)) this.#put(turn, command);
    }
    if (turn.inputEnded) this.#end(turn);
  }

  #put(turn: Turn, command: SpeakCommand): void {
    if (command.type === 'flush') turn.meter.flushSent(this.#options.clock.now());
    turn.carrier?.command(command);
    if (command.type === 'flush' && turn.why === undefined) turn.carrier?.owe(true);
  }

  /** Asks for the sound of what was sent so far, the line that waits for its connection included. */
  flush(turn: Turn): void {
    if (turn.why !== undefined) return;
    if (turn.held) {
      turn.held.flush = true;
      return;
    }
    const commands = turn.script.flush();
    if (commands.length > 0) turn.text.flushed();
    // Before the carrier is alive, the mark on the text is enough: the replay sends it.
    if (turn.live) for (const command of commands) this.#put(turn, command);
  }

  async finishInput(turn: Turn): Promise<void> {
    if (turn.why !== undefined) return;
    turn.inputEnded = true;
    if (turn.live && turn.carrier === this.#connection) this.#end(turn);
    else await this.goOn(turn);
  }

  #end(turn: Turn): void {
    const commands = turn.script.end();
    if (commands.some(({ type }) => type === 'flush')) turn.text.flushed();
    for (const command of commands) this.#put(turn, command);
    turn.carrier?.owe(turn.why === undefined);
  }

  /** A turn whose connection is gone gets a new one for what is left to say. */
  async goOn(turn: Turn): Promise<void> {
    if (turn.why !== undefined) return;
    if (turn.text.left) await this.#attach(turn);
    else if (turn.inputEnded) turn.finish('done', this.#options.clock.now());
  }
}

/** Tells a source that no more is wanted. Not awaited: one that waits for a keyboard would hold up the turn. */
function leave(source: SpanSource): void {
  const left = async () => source.return?.();
  left().catch(() => {});
}
