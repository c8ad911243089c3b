import type { ListenOptions } from '../session/listen-options.ts';
import type { SessionOptions } from '../session/options.ts';
import { openSpeakSession } from '../session/speak-session.ts';
import type { TargetFacts } from './document.ts';
import type { Job, Lane, Outcome, Target } from './lane.ts';
import type { Prompt } from './material.ts';
import { type Room, roomFor } from './room.ts';
import { VoiceLoop } from './voice-loop.ts';

export interface RoundtripPlan {
  /** The most silence that is sent for the utterance to end. */
  readonly tailMs: number;
}

/**
 * What a target is told to say in reply, over all its lanes: what was heard is most often the prompt again, which a
 * cache would have. Numbered in front, for a cache of beginnings would look there too.
 */
export class Replies {
  #count = 0;

  textOf(heard: string): string {
    this.#count++;
    return `Reply ${this.#count}: ${heard}`;
  }

  /** About as long as the reply to that prompt will be. */
  like(prompt: string): string {
    return `Reply ${this.#count + 1}: ${prompt}`;
  }
}

/** `speaks` and `hears` make the options of one session; neither may reconnect. */
export function roundtripTarget(
  facts: TargetFacts,
  { speaks, hears }: { readonly speaks: () => SessionOptions; readonly hears: () => ListenOptions },
  plan: RoundtripPlan,
): Target<Prompt> {
  const replies = new Replies();
  return {
    facts,
    openLane: () => new RoundtripLane(speaks, hears, plan, replies),
    // The reply must not wait for the service's limits.
    takeRoom({ material: { text } }, signal) {
      return roomFor(speaks(), [text, replies.like(text)], signal);
    },
  };
}

/**
 * A voice loop: the prompt is spoken, what was spoken is heard in real time, and what was heard is spoken at once by
 * the same voice, on its ready connection. Both halves must have the same format, and neither may reconnect.
 */
export class RoundtripLane implements Lane<Prompt> {
  readonly #speaks: () => SessionOptions;
  readonly #hears: () => ListenOptions;
  readonly #plan: RoundtripPlan;
  readonly #replies: Replies;

  /** `replies`: those of all lanes of the target. */
  constructor(speaks: () => SessionOptions, hears: () => ListenOptions, plan: RoundtripPlan, replies: Replies) {
    this.#speaks = speaks;
    this.#hears = hears;
    this.#plan = plan;
    this.#replies = replies;
  }

  async run(job: Job<Prompt>, signal: AbortSignal, room?: Room): Promise<Outcome> {
    // Room within the shared limits was taken, and must not be waited for again.
    const { rates: _, ...speaks } = this.#speaks();
    const session = openSpeakSession({ ...speaks, signal, flush: 'end' });
    try {
      const loop = new VoiceLoop(session, { ...this.#hears(), pace: 1, signal }, this.#plan, this.#replies);
      return await loop.run(job.material.text);
    } finally {
      room?.used();
      await session.close();
    }
  }

  async close(): Promise<void> {}
}
