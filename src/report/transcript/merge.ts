import type { Segment } from '../../speech/listen.ts';

interface Channel {
  /** `orderMs` is the start of its first word, else its own, unless a service's odd time goes back behind what the channel gave before. */
  readonly waiting: { readonly segment: Segment; readonly orderMs: number }[];
  /** It gives no segment any more that begins before this. */
  throughMs: number;
}

/**
 * Puts the segments of several channels, each in its own order, into the order in which they are said; of two that start
 * together, the lower channel's is first. Each call gives what no other channel can come before any more.
 */
export class ChannelMerge {
  readonly #channels: readonly Channel[];

  constructor(channels: number) {
    this.#channels = Array.from({ length: channels }, () => ({ waiting: [], throughMs: 0 }));
  }

  push(channel: number, segment: Segment): Segment[] {
    const { waiting, throughMs } = this.#channel(channel);
    if (throughMs === Number.POSITIVE_INFINITY) throw new RangeError(`channel ${channel} has ended`);
    // A segment may begin with the silence since the one before it.
    const orderMs = Math.max(segment.words?.[0]?.startMs ?? segment.startMs, throughMs);
    waiting.push({ segment: { ...segment, channel }, orderMs });
    return this.through(channel, orderMs);
  }

  /** All that begins before `ms` has come from this channel. */
  through(channel: number, ms: number): Segment[] {
    const state = this.#channel(channel);
    state.throughMs = Math.max(state.throughMs, ms);
    return this.#ready();
  }

  /** Nothing more comes from this channel. */
  end(channel: number): Segment[] {
    return this.through(channel, Number.POSITIVE_INFINITY);
  }

  #channel(index: number): Channel {
    const channel = this.#channels[index];
    if (!channel) throw new RangeError(`there is no channel ${index}`);
    return channel;
  }

  #ready(): Segment[] {
    const ready: Segment[] = [];
    for (;;) {
      const first = this.#first();
      if (first === undefined || !this.#isNext(first)) return ready;
      const next = this.#channels[first]?.waiting.shift();
      if (next) ready.push(next.segment);
    }
  }

  /** The channel whose waiting segment starts first. */
  #first(): number | undefined {
    let first: number | undefined;
    let leastMs = Number.POSITIVE_INFINITY;
    for (const [index, { waiting }] of this.#channels.entries()) {
      const orderMs = waiting[0]?.orderMs ?? Number.POSITIVE_INFINITY;
      if (orderMs < leastMs) [first, leastMs] = [index, orderMs];
    }
    return first;
  }

  /** No other channel can still give one that belongs before it. */
  #isNext(first: number): boolean {
    const orderMs = this.#channels[first]?.waiting[0]?.orderMs ?? 0;
    return this.#channels.every(({ waiting, throughMs }, index) => {
      if (index === first || waiting.length > 0) return true;
      return index < first ? throughMs > orderMs : throughMs >= orderMs;
    });
  }
}
