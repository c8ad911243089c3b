import { type AudioChunk, durationMs } from '../audio/format.ts';
import type { SpeechError } from '../errors.ts';
import { ListenMeter } from '../metrics/listen-meter.ts';
import type { ServiceFault } from '../speech/connect.ts';
import type { ListenEvent } from '../speech/listen.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { closedFault, closedWell, toldFault } from './closed.ts';
import { hearEnd } from './hear-end.ts';
import { Leg, type LegOwner, patienceMs } from './hear-leg.ts';
import { createHearOutput } from './hear-output.ts';
import { Relay } from './hear-relay.ts';
import { HearResults } from './hear-results.ts';
import { Resumption } from './hear-resume.ts';
import { Sending, type SendingOwner } from './hear-sending.ts';
import type { Hearing, HearProgress, ListenOptions, ListenOutput, ListenResult } from './listen-options.ts';
import { defaultTimeouts, type SessionTimeouts } from './options.ts';
import { Pacing } from './pacing.ts';
import type { AsyncQueue } from './queue.ts';
import { tellTalk } from './service-talk.ts';
import { StopGate } from './stop-gate.ts';
import { Warnings } from './warnings.ts';

/**
 * Sends audio over one connection, or over one after another where a service ends them after a time, and gives what is
 * heard in it. The audio waits until the service is ready. At its end: finalize, the final (bounded), close, the
 * service's own close (bounded). docs/session.md has the states.
 */
export function hear(options: ListenOptions, chunks: AsyncIterable<AudioChunk>): Hearing {
  return new Stream(options, chunks);
}

class Stream implements Hearing, LegOwner, SendingOwner {
  readonly result: Promise<ListenResult>;
  readonly #options: ListenOptions;
  readonly #timeouts: SessionTimeouts;
  readonly #meter: ListenMeter;
  readonly #pacing: Pacing;
  readonly #warnings: Warnings;
  readonly #results: HearResults;
  readonly #input = new StopGate();
  readonly #output: AsyncQueue<ListenOutput>;
  readonly #relay: Relay;
  readonly #resumption: Resumption;
  readonly #sending: Sending;
  /** All that are not gone. */
  readonly #legs = new Set<Leg>();
  #leg: Leg;
  readonly #first: Leg;
  /** Nobody reads on. */
  #unread = false;
  /** What there was to be heard has been heard, or will not be. */
  #over = false;

  constructor(options: ListenOptions, chunks: AsyncIterable<AudioChunk>) {
    const { service, settings, clock, pace = service.traits.pace } = options;
    this.#options = options;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    const meter = new ListenMeter(settings.format);
    const pacing = new Pacing(clock, pace, service.traits.aheadMs);
    const warnings = new Warnings((warning) => options.onWarning?.(warning));
    [this.#meter, this.#pacing, this.#warnings] = [meter, pacing, warnings];
    this.#output = createHearOutput(
      (full) => this.#pause(full),
      () => this.#abandon(),
    );
    this.#results = new HearResults({
      ...{ options, meter, pacing, warnings },
      sentMs: () => this.#resumption.sentMs,
      leg: () => this.#leg,
      give: (output) => this.#output.push(output),
      onReached: () => options.onProgress?.(this.progress),
      onFinal: () => this.#resumption.borne(),
      onBoundary: (endMs) => this.#resumption.boundary(endMs),
    });
    this.#relay = new Relay(clock, service.traits.limits?.sessionMs, () => this.#open());
    this.#resumption = new Resumption({
      ...{ options, meter, pacing, warnings, results: this.#results },
      next: (fromByte) => this.#use(this.#open(), fromByte),
      isOver: () => this.#unread || this.#over,
      finalize: () => this.finalize(),
    });
    this.#sending = new Sending(this, { options, meter, pacing, relay: this.#relay, resumption: this.#resumption });
    this.#leg = this.#open();
    this.#first = this.#leg;
    this.result = this.#run(chunks).then(
      () => this.#close(undefined),
      (thrown) => this.#close({ thrown }),
    );
  }

  [Symbol.asyncIterator](): AsyncIterator<ListenOutput> {
    return this.#output;
  }

  get leg(): Leg {
    return this.#leg;
  }

  get progress(): HearProgress {
    return { sentMs: this.#meter.audioMs, throughMs: this.#pacing.throughMs };
  }

  #open(): Leg {
    const leg = new Leg(this.#options, this);
    this.#legs.add(leg);
    return leg;
  }

  /** The stream goes on over it, from that byte on. */
  #use(leg: Leg, fromByte: number): Leg {
    const { paused } = this.#leg.connection;
    this.#leg = leg;
    leg.beginsAt(fromByte, durationMs(this.#options.settings.format, fromByte) ?? 0);
    this.#pause(paused);
    return leg;
  }

  #pause(full: boolean): void {
    this.#leg.connection.pause(full);
    this.#results.news.hold(this.#leg.connection.paused);
  }

  /** Nobody waits for anything any longer. */
  #end(): void {
    this.finish();
    this.#pacing.end();
    this.#resumption.leave();
  }

  /** The reader left its loop: nothing that could still be heard is of use. */
  #abandon(): void {
    this.#unread = true;
    this.#end();
    for (const leg of this.#legs) leg.connection.close();
  }

  async #run(chunks: AsyncIterable<AudioChunk>): Promise<void> {
    this.#leg.ready.then((ready) => ready && this.#leg.ping(this.#meter));
    let broken: { thrown: unknown } | undefined;
    try {
      await this.#input.feed(chunks, (chunk) => this.#sending.send(chunk));
    } catch (thrown) {
      broken = { thrown };
    }
    // What was heard of a source before it broke is still wanted; that it broke is what went wrong.
    if (!broken) await this.#finishUp();
    else if (this.#meter.bytes > 0 && !this.#leg.ending.over) await this.#finishUp().catch(() => {});
    if (broken) throw broken.thrown;
  }

  /** Hears all that was sent on this connection, of which nothing more is wanted then. */
  async hearAll(): Promise<void> {
    const { ending, gone } = this.#leg;
    await this.#hearOut();
    if (!ending.complete) await this.#results.news.unlessQuiet(patienceMs(this.#timeouts), gone.promise);
  }

  takeOver(next: Leg): void {
    this.#use(this.#legs.has(next) ? next : this.#open(), this.#meter.bytes);
    this.#results.through(this.#meter.audioMs);
  }

  async #finishUp(): Promise<void> {
    for (;;) {
      if ((await this.#sending.steady()) && !this.#unread && !this.#leg.ending.over) await this.#leave();
      const error = await this.#leg.gone.promise;
      if (error) throw error;
      if (!this.#resumption.running) return;
    }
  }

  /** All steps to the end, each bounded by how long the service lets nothing new be heard. */
  async #leave(): Promise<void> {
    const leg = this.#leg;
    await this.#hearOut();
    if (await leg.isLeft(this.#results, this.#timeouts)) return;
    this.#warnings.say('no_close', 'the service did not close the connection when it was done');
    leg.gone.resolve(undefined);
  }

  #hearOut(): Promise<void> {
    this.finalize();
    return this.#leg.hearOut(this.#results.news, this.#timeouts);
  }

  finalize(): void {
    if (this.#resumption.defersFinalize() || !this.#leg.asks(this.#meter.bytes)) return;
    this.#meter.finalizeSent(this.#options.clock.now());
    this.#leg.connection.command({ type: 'finalize' });
    this.#leg.ping(this.#meter);
  }

  finish(): void {
    this.#input.stop();
    this.#pacing.stop();
  }

  event(leg: Leg, told: ListenEvent, atMs: number): void {
    if (leg !== this.#leg) {
      // One that waits, or that has been heard out: what it complains of takes nothing away.
      if (told.type === 'error') leg.connection.fail(toldFault(told.fault));
      return;
    }
    const event = leg.inStream(told);
    switch (event.type) {
      case 'interim':
      case 'final':
      case 'speechStarted':
      case 'utteranceEnd':
        this.#relay.heard(event);
        this.#results.event(event, atMs);
        return;
      case 'ended':
        leg.ending.serve();
        return;
      case 'error':
        this.#fault(event.fault);
        return;
      default:
        tellTalk(event, this.#warnings, this.#options.log);
    }
  }

  /** A fault that comes when all is there takes nothing away. */
  #fault(fault: ServiceFault): void {
    const { ending, connection } = this.#leg;
    this.#leg.told = true;
    if (ending.complete) this.#warnings.say(fault.code, fault.message);
    else connection.fail(toldFault(fault));
  }

  ended(leg: Leg, info: CloseInfo, error: SpeechError | undefined): void {
    const well = error === undefined && leg.ending.endsWell(info);
    const ours = leg === this.#leg;
    if (ours && well && !closedWell(info)) this.#warnings.say('odd_close', closedFault(info).message);
    this.#legs.delete(leg);
    leg.failed = !well;
    const fault = well ? undefined : (error ?? closedFault(info));
    const resumes = ours && !this.#unread && !this.#over && fault !== undefined && this.#resumption.lost(leg, fault);
    if (resumes) this.#warnings.say('reconnect', `${fault.message}: going on over another connection`);
    leg.gone.resolve(resumes ? undefined : fault);
    leg.ending.reach('over');
    if (ours && !resumes && !(this.#sending.handingOver && well)) this.#end();
  }

  async #close(failure: { readonly thrown: unknown } | undefined): Promise<ListenResult> {
    const { connection } = this.#first;
    this.#over = true;
    this.#leg.ending.reach('over');
    this.#end();
    await Promise.all([...this.#legs].map((leg) => leg.connection.close()));
    const { why, error, thrown } = hearEnd(this.#unread, failure, this.#options.signal);
    this.#output.end(thrown);
    const { address, tls, timeline, requestId = connection.sessionId } = connection;
    const reconnects = this.#resumption.count;
    const report = { ...this.#meter.report(why, { timeline, requestId }), ...(reconnects > 0 && { reconnects }) };
    return { why, report, address, tls, ...(error && { error }) };
  }
}
