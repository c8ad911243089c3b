import type { AudioChunk } from '../audio/format.ts';
import type { AudioSource } from '../audio/source.ts';
import type { Clock, Timer } from '../clock.ts';
import { ChannelMerge } from '../report/transcript/merge.ts';
import { hear } from '../session/hearing.ts';
import type { Hearing, HearProgress, ListenOptions, ListenOutput, ListenResult } from '../session/listen-options.ts';
import type { Segment } from '../speech/listen.ts';

/** What is heard that is no final. */
export type Aside = Exclude<ListenOutput, { type: 'final' }>;

export interface ChannelsSetup {
  /** The recording, or each of its channels; read at the same time. */
  readonly sources: readonly AudioSource[];
  readonly signal: AbortSignal;
  /** What a session of the channel needs, all but its audio. */
  readonly session: (channel: number) => ListenOptions;
  /** Gets the segments in the order of time, one at a time. Where it rejects, all ends. */
  readonly put: (segment: Segment) => Promise<void>;
  readonly aside: (out: Aside, channel: number | undefined) => void;
}

export interface ChannelsResult {
  readonly results: readonly ListenResult[];
  readonly failure: { readonly thrown: unknown } | undefined;
  /** `finish` was called, and not all was heard. */
  readonly cutOff: boolean;
}

/** A word may still be found so far behind what was heard, ms: more than a recogniser waits before it tells one. */
const lateWordMs = 1000;

/** Before which time a channel says nothing new. */
class Reach {
  #endMs = 0;
  /** Where what is understood and not yet final begins. */
  #openMs = Number.POSITIVE_INFINITY;

  note(out: ListenOutput): void {
    if (out.type === 'interim') this.#openMs = Math.min(this.#openMs, out.words?.[0]?.startMs ?? out.startMs ?? 0);
    if (out.type !== 'final') return;
    this.#endMs = out.endMs;
    this.#openMs = Number.POSITIVE_INFINITY;
  }

  /** `throughMs`: up to where results have come. */
  ms(throughMs: number): number {
    return Math.max(this.#endMs, Math.min(this.#openMs, throughMs - lateWordMs));
  }
}

/**
 * Silence is no output, and holds up nobody all the same: how far a channel was heard is looked at once its reader has
 * taken all that came by then. What goes wrong is met by who has the next to put.
 */
class WhenIdle {
  busy = false;
  readonly #clock: Clock;
  readonly #work: () => Promise<void>;
  #timer: Timer | undefined;

  constructor(clock: Clock, work: () => Promise<void>) {
    this.#clock = clock;
    this.#work = work;
  }

  wake(): void {
    this.#timer ??= this.#clock.after(0, () => {
      this.#timer = undefined;
      if (!this.busy) this.#work().catch(() => {});
    });
  }

  stop(): void {
    this.busy = true;
    this.#timer?.cancel();
  }
}

/** Hears a recording: one session, or one a channel, and their segments put into the order of time. */
export class Channels {
  readonly #setup: ChannelsSetup;
  readonly #merge: ChannelMerge | undefined;
  readonly #open = new Set<Hearing>();
  #putting: Promise<void> = Promise.resolve();
  /** Sources that were read to their end. */
  #readOut = 0;
  #finished = false;

  constructor(setup: ChannelsSetup) {
    this.#setup = setup;
    this.#merge = setup.sources.length > 1 ? new ChannelMerge(setup.sources.length) : undefined;
  }

  /** No more audio is taken: what was sent is still heard. Resolves when all of that has come. */
  async finish(): Promise<void> {
    this.#finished = true;
    const open = [...this.#open];
    for (const hearing of open) hearing.finish();
    // Where nothing was sent, nothing comes: a service that is not ready yet is not waited for.
    const sent = open.filter(({ progress }) => progress.sentMs > 0);
    await Promise.all(sent.map(({ result }) => result));
  }

  /** Never rejects. */
  async run(): Promise<ChannelsResult> {
    const { sources } = this.#setup;
    const ends = await Promise.allSettled(sources.map((source, channel) => this.#hear(source, channel)));
    const results = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const broken = ends.find((end) => end.status === 'rejected');
    const failed = results.find(({ error }) => error !== undefined);
    const failure = broken ? { thrown: broken.reason } : failed && { thrown: failed.error };
    return { results, failure, cutOff: this.#finished && this.#readOut < sources.length };
  }

  /** One stream of audio, through one session. Rejects where what was heard cannot be put where it belongs. */
  async #hear(source: AudioSource, channel: number): Promise<ListenResult> {
    const { session, aside, signal } = this.#setup;
    const options = session(channel);
    const reach = new Reach();
    const advance = () => this.#put(this.#merge?.through(channel, reach.ms(hearing.progress.throughMs)) ?? []);
    const idle = new WhenIdle(options.clock, advance);
    const onProgress = (progress: HearProgress) => {
      options.onProgress?.(progress);
      if (this.#merge) idle.wake();
    };
    const hearing = hear({ ...options, onProgress }, this.#toItsEnd(source));
    this.#open.add(hearing);
    if (this.#finished) hearing.finish();
    try {
      for await (const out of hearing) {
        idle.busy = true;
        if (out.type === 'final') await this.#put(this.#merge?.push(channel, out) ?? [out]);
        else aside(out, this.#merge && channel);
        reach.note(out);
        await advance();
        idle.busy = false;
      }
    } catch (thrown) {
      const { error } = await hearing.result;
      if (!error && !signal.aborted) {
        void this.finish();
        throw thrown;
      }
    } finally {
      idle.stop();
      this.#open.delete(hearing);
    }
    await this.#put(this.#merge?.end(channel) ?? []);
    return hearing.result;
  }

  async *#toItsEnd(source: AudioSource): AsyncIterable<AudioChunk> {
    yield* source.chunks(this.#setup.signal);
    this.#readOut++;
  }

  /** Two channels may have something at the same time. */
  #put(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) this.#putting = this.#putting.then(() => this.#setup.put(segment));
    return this.#putting;
  }
}
