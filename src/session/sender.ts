import { toSpeechError } from '../errors.ts';
import type { Span } from '../speech/span.ts';
import type { SpeakCommand } from '../speech/speak.ts';
import type { Carriers } from './carriers.ts';
import type { SessionOptions } from './options.ts';
import { createRates, type Rates } from './rates.ts';
import type { SpeakConnection } from './speak-connection.ts';
import type { Turn } from './turn.ts';

/** Text sent whose sound has not come, in characters: about ten minutes of speech. More waits for a checkpoint. */
const aheadChars = 8000;

/** Carries the text of turns to the service, over a new connection where the last one is spent. */
export class Sender {
  readonly #options: SessionOptions;
  readonly #carriers: Carriers;
  readonly #rates: Rates;

  constructor(options: SessionOptions, carriers: Carriers, onRateWait: (message: string) => void) {
    const { clock, service, limits } = options;
    this.#options = options;
    this.#carriers = carriers;
    this.#rates = options.rates ?? createRates(clock, service.traits, limits);
    this.#rates.onWait = onRateWait;
  }

  /** Sends the spans as they come, until the source ends or the turn wants no more. */
  feed(turn: Turn, spans: AsyncIterable<Span> | Iterable<Span>): Promise<void> {
    return turn.input.feed(spans, async (span) => {
      for (const piece of turn.script.pieces(span)) await this.#send(turn, piece);
    });
  }

  async #send(turn: Turn, span: Span): Promise<void> {
    if (turn.script.says(span)) {
      turn.held = { flush: false };
      if (!(await this.#mayGo(turn, span.text))) return;
    }
    const line = turn.script.line(span, this.#rates.thinChars);
    turn.sent({ ...line, flushed: false }, this.#options.clock.now());
    for (const command of line.commands) if (command.type === 'text') this.#put(turn, command);
    const wanted = turn.held?.flush;
    turn.held = undefined;
    if (line.flushed) await this.#flushSoon(turn);
    else if (wanted) this.#flushSent(turn);
  }

  /** Waits until the text may go out on a connection that carries the turn; false where the turn is over before. */
  async #mayGo(turn: Turn, text: string): Promise<boolean> {
    while (turn.why === undefined) {
      if (this.#isFull(turn)) {
        // What is still being sent again, and waits for the service's rates, is not owed yet.
        if (turn.live) turn.carrier?.liveness.owe(true);
        await turn.moved();
        continue;
      }
      if (turn.rest) {
        await turn.rest;
        continue;
      }
      if (this.#isAtItsLast(turn)) {
        this.renew(turn);
        if (turn.carrier) await turn.moved();
      }
      const connection = await this.#attach(turn);
      await connection.drained();
      // The connection may have been replaced while we waited; the turn must then be alive on the new one first.
      if (!turn.live || turn.carrier !== connection || connection !== this.#carriers.current) continue;
      if (this.#isAtItsLast(turn)) continue;
      if (!(await this.#waited(turn, { type: 'text', turn: turn.id, text, throughChar: 0 }))) {
        return turn.why === undefined;
      }
    }
    return false;
  }

  /**
   * So much text is out whose sound has not come that more would only be held there. What needs no flush may tell
   * nothing before its end, as voices do that Telnyx relays: then there is no checkpoint to wait for.
   */
  #isFull(turn: Turn): boolean {
    if (turn.text.pendingChars <= aheadChars) return false;
    return this.#options.service.traits.startsWithoutFlush ? !turn.isUntold : turn.text.awaited;
  }

  /** Nothing more should be sent on the turn's connection before it has been replaced. */
  #isAtItsLast(turn: Turn): boolean {
    return (
      turn.live && turn.carrier === this.#carriers.current && this.#carriers.age(turn.text.pendingChars) === 'last'
    );
  }

  /**
   * Puts another connection in the place of one that is near the end of its time, when all that it was sent has been
   * said. Where that does not come about by itself, it is asked for.
   */
  renew(turn: Turn | undefined): void {
    const connection = this.#carriers.current;
    const carried = turn?.carrier === connection ? turn : undefined;
    const age = this.#carriers.age(carried?.text.pendingChars ?? 0);
    if (connection === undefined || age === 'young' || connection.ends) return;
    this.#carriers.warmNext();
    if (carried && !carried.live) return;
    if (carried && carried.text.pending.length > 0) {
      if (age === 'last') this.#flushSent(carried);
      return;
    }
    if (carried?.endSent || (age === 'due' && !this.#carriers.nextIsOpen)) return;
    carried?.putDown();
    this.#carriers.retire(connection);
  }

  /** Waits as long as the service's rates want it, or until the turn moves; false where there is nothing to wait for. */
  async #waited(turn: Turn, command: SpeakCommand): Promise<boolean> {
    const waitMs = this.#rates.waitMs(command);
    if (waitMs === 0) return false;
    this.#rates.waits(command, waitMs);
    const { clock } = this.#options;
    const fromMs = clock.now();
    await turn.movedOrAfter(clock, waitMs);
    turn.meter.waited(fromMs, clock.now());
    return true;
  }

  /** The ready connection of this turn; on one that is new to it, what is left to say is sent first. */
  async #attach(turn: Turn): Promise<SpeakConnection> {
    if (turn.carrier === undefined) this.renew(turn);
    const connection = this.#carriers.take(turn.carrier);
    if (turn.carrier !== connection) {
      turn.carriedBy(connection);
      connection.awaitReady();
      connection.command(turn.script.begin(turn.options.settings));
      turn.alive = this.#enliven(turn, connection);
    }
    await turn.alive;
    return connection;
  }

  async #enliven(turn: Turn, connection: SpeakConnection): Promise<void> {
    try {
      await connection.ready;
    } catch (thrown) {
      if (turn.carrier === connection) throw thrown;
      return;
    }
    this.#carriers.watch(connection);
    const carries = () => turn.why === undefined && turn.carrier === connection;
    if (!carries()) return;
    for (const sent of turn.text.pending) {
      for (const command of turn.script.again(sent.span)) {
        if (!(await this.#replay(turn, command, carries))) return;
      }
      // Looked at only now: it may have been flushed by hand meanwhile.
      if (!sent.flushed) continue;
      if (!(await this.#replay(turn, turn.script.flushCommand, carries))) return;
      turn.text.asked(sent);
    }
    turn.enliven();
    if (turn.inputEnded) await this.#end(turn);
  }

  async #replay(turn: Turn, command: SpeakCommand, carries: () => boolean): Promise<boolean> {
    while (carries() && (await this.#waited(turn, command)));
    if (!carries()) return false;
    this.#put(turn, command);
    return true;
  }

  #put(turn: Turn, command: SpeakCommand): void {
    if (command.type === 'flush') turn.meter.flushSent(this.#options.clock.now());
    this.#rates.sent(command);
    turn.carrier?.command(command);
    if (command.type === 'flush' && turn.why === undefined) turn.carrier?.liveness.owe(true);
  }

  /** Asks for the sound of what was sent so far, the line that waits for its connection included. */
  flush(turn: Turn): void {
    if (turn.why !== undefined) return;
    if (turn.held) turn.held.flush = true;
    else this.#flushSent(turn);
  }

  #flushSent(turn: Turn): void {
    if (turn.script.flush().length === 0) return;
    this.#flushSoon(turn)?.catch((thrown) => turn.carrier?.fail(toSpeechError(thrown)));
  }

  /** At once, or when the rate allows it; by then it covers what was sent meanwhile, so one is enough. */
  #flushSoon(turn: Turn): Promise<void> | undefined {
    if (turn.flushing) return turn.flushing;
    const { flushCommand } = turn.script;
    if (turn.live && this.#rates.waitMs(flushCommand) > 0) {
      turn.flushing = this.#flushLater(turn, flushCommand);
      return turn.flushing;
    }
    this.#flushNow(turn, flushCommand);
    return undefined;
  }

  async #flushLater(turn: Turn, flush: SpeakCommand): Promise<void> {
    while (turn.live && turn.why === undefined && (await this.#waited(turn, flush)));
    turn.flushing = undefined;
    if (turn.why === undefined) this.#flushNow(turn, flush);
  }

  /** Before the carrier is alive, the mark on the text is enough: what is sent again goes with its flushes. */
  #flushNow(turn: Turn, flush: SpeakCommand): void {
    turn.text.flushed();
    if (!turn.live) return;
    turn.text.asked();
    this.#put(turn, flush);
  }

  async finishInput(turn: Turn): Promise<void> {
    if (turn.why !== undefined) return;
    turn.inputEnded = true;
    if (turn.live && turn.carrier === this.#carriers.current) await this.#end(turn);
    else await this.goOn(turn);
  }

  async #end(turn: Turn): Promise<void> {
    const commands = turn.script.end();
    const flushes = commands.some(({ type }) => type === 'flush');
    if (flushes || turn.flushing) await this.#flushSoon(turn);
    if (!turn.live || turn.endSent || turn.why !== undefined) return;
    turn.endSent = true;
    for (const command of commands) if (command.type === 'end') this.#put(turn, command);
    turn.carrier?.liveness.owe(true);
    if (turn.carrier) this.#carriers.endSent(turn.carrier);
  }

  /** A turn whose connection is gone gets a new one for what is left to say. */
  async goOn(turn: Turn): Promise<void> {
    await turn.rest;
    if (turn.why !== undefined) return;
    if (turn.text.left) await this.#attach(turn);
    else if (turn.inputEnded) turn.finish('done', this.#options.clock.now());
  }
}
