import { type AudioChunk, durationMs, formatName, sameFormat } from '../audio/format.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { ListenMeter } from '../metrics/listen-meter.ts';
import type { ServiceFault } from '../speech/connect.ts';
import type { ListenEvent } from '../speech/listen.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { closedFault, closedWell, toldFault } from './closed.ts';
import { Leg, type LegOwner, patienceMs } from './hear-leg.ts';
import { createHearOutput } from './hear-output.ts';
import { Relay } from './hear-relay.ts';
import { HearResults } from './hear-results.ts';
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

class Stream implements Hearing, LegOwner {
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
  /** All that are not gone. */
  readonly #legs = new Set<Leg>();
  #leg: Leg;
  readonly #first: Leg;
  #handingOver = false;
  /** Nobody reads on. */
  #unread = false;

  constructor(options: ListenOptions, chunks: AsyncIterable<AudioChunk>) {
    const { service, settings, clock, pace = service.traits.pace } = options;
    this.#options = options;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#meter = new ListenMeter(settings.format);
    this.#pacing = new Pacing(clock, pace, service.traits.aheadMs);
    this.#warnings = new Warnings((warning) => options.onWarning?.(warning));
    this.#output = createHearOutput(
      (full) => this.#pause(full),
      () => this.#abandon(),
    );
    this.#results = new HearResults({
      clock,
      meter: this.#meter,
      pacing: this.#pacing,
      ending: () => this.#leg.ending,
      warnings: this.#warnings,
      give: (output) => this.#output.push(output),
      onReached: () => options.onProgress?.(this.progress),
    });
    this.#relay = new Relay(clock, service.traits.limits?.sessionMs, () => this.#open());
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

  get progress(): HearProgress {
    return { sentMs: this.#meter.audioMs, throughMs: this.#pacing.throughMs };
  }

  #open(): Leg {
    const leg = new Leg(this.#options, this);
    this.#legs.add(leg);
    return leg;
  }

  #pause(full: boolean): void {
    this.#leg.connection.pause(full);
    this.#results.news.hold(this.#leg.connection.paused);
  }

  /** The reader left its loop: nothing that could still be heard is of use. */
  #abandon(): void {
    this.#unread = true;
    this.finish();
    for (const leg of this.#legs) leg.connection.close();
  }

  async #run(chunks: AsyncIterable<AudioChunk>): Promise<void> {
    this.#leg.ready.then((ready) => ready && this.#ping());
    let broken: { thrown: unknown } | undefined;
    try {
      await this.#input.feed(chunks, (chunk) => this.#send(chunk));
    } catch (thrown) {
      broken = { thrown };
    }
    // What was heard of a source before it broke is still wanted; that it broke is what went wrong.
    if (!broken) await this.#finishUp();
    else if (this.#meter.bytes > 0 && !this.#leg.ending.over) await this.#finishUp().catch(() => {});
    if (broken) throw broken.thrown;
  }

  async #send(chunk: AudioChunk): Promise<void> {
    const { format, bytes } = chunk;
    const wanted = this.#options.settings.format;
    if (!sameFormat(format, wanted)) {
      throw new SpeechError('E_AUDIO', `the audio is ${formatName(format)}, where ${formatName(wanted)} was announced`);
    }
    // The first chunk is taken, so that the source is open, and held until the service takes it.
    if (bytes.length === 0 || !(await this.#leg.ready)) return;
    const next = this.#relay.successor(this.#leg);
    if (next) await this.#handOver(next);
    if (next && !(await this.#leg.ready)) return;
    await this.#pacing.until(this.#meter.audioMs + (durationMs(format, bytes.length) ?? 0));
    const leg = this.#leg;
    if (leg.ending.over) return;
    leg.connection.command({ type: 'audio', chunk });
    this.#meter.sent(bytes, this.#options.clock.now());
    this.#options.onProgress?.(this.progress);
    if (leg.isCrowded) await leg.drained();
  }

  /** Hears all that was sent on this connection, and goes on with the next. The audio waits meanwhile. */
  async #handOver(next: Leg): Promise<void> {
    const old = this.#leg;
    this.#handingOver = true;
    await this.#hearOut();
    if (!old.ending.complete) {
      await this.#results.news.unlessQuiet(patienceMs(this.#timeouts), old.gone.promise);
    }
    this.#handingOver = false;
    if (old.failed) return;
    this.#leg = this.#legs.has(next) ? next : this.#open();
    this.#leg.beginsAt(this.#meter.bytes, this.#meter.audioMs);
    this.#pause(old.connection.paused);
    old.connection.close();
  }

  async #finishUp(): Promise<void> {
    if ((await this.#leg.ready) && !this.#unread && !this.#leg.ending.over) await this.#askForTheRest();
    const error = await this.#leg.gone.promise;
    if (error) throw error;
  }

  #hearOut(): Promise<void> {
    this.finalize();
    return this.#leg.hearOut(this.#results.news, this.#timeouts);
  }

  /** All steps to the end, each bounded by how long the service lets nothing new be heard. */
  async #askForTheRest(): Promise<void> {
    const { closeMs } = this.#timeouts;
    const { ending, gone } = this.#leg;
    await this.#hearOut();
    if (ending.over) return;
    // Where the answer did not say that it is one, another final may be on its way.
    const closeWithinMs = ending.complete ? closeMs : Math.max(patienceMs(this.#timeouts), closeMs);
    if (await this.#results.news.unlessQuiet(closeWithinMs, gone.promise)) return;
    this.#warnings.say('no_close', 'the service did not close the connection when it was done');
    gone.resolve(undefined);
  }

  finalize(): void {
    if (!this.#leg.asks(this.#meter.bytes)) return;
    this.#meter.finalizeSent(this.#options.clock.now());
    this.#leg.connection.command({ type: 'finalize' });
    this.#ping();
  }

  finish(): void {
    this.#input.stop();
    this.#pacing.stop();
  }

  #ping(): void {
    this.#leg.connection.ping().then((rttMs) => this.#meter.pinged(rttMs));
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
    if (ending.complete) this.#warnings.say(fault.code, fault.message);
    else connection.fail(toldFault(fault));
  }

  ended(leg: Leg, info: CloseInfo, error: SpeechError | undefined): void {
    const well = error === undefined && leg.ending.endsWell(info);
    const ours = leg === this.#leg;
    if (ours && well && !closedWell(info)) this.#warnings.say('odd_close', closedFault(info).message);
    this.#legs.delete(leg);
    leg.failed = !well;
    leg.gone.resolve(well ? undefined : (error ?? closedFault(info)));
    leg.ending.reach('over');
    if (ours && !(this.#handingOver && well)) this.finish();
  }

  async #close(failure: { readonly thrown: unknown } | undefined): Promise<ListenResult> {
    const { signal } = this.#options;
    const { connection } = this.#first;
    this.#leg.ending.reach('over');
    this.finish();
    await Promise.all([...this.#legs].map((leg) => leg.connection.close()));
    const why = this.#unread ? 'interrupted' : failure ? 'failed' : 'done';
    const reason: unknown = signal?.aborted ? signal.reason : failure?.thrown;
    const error =
      why === 'failed' ? toSpeechError(reason, signal?.aborted ? 'E_INTERRUPTED' : 'E_UNEXPECTED') : undefined;
    this.#output.end(error && (signal?.aborted ? reason : error));
    const facts = { timeline: connection.timeline, requestId: connection.requestId ?? connection.sessionId };
    return { why, report: this.#meter.report(why, facts), ...(error && { error }) };
  }
}
