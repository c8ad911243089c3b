import type { Clock } from '../../clock.ts';
import type { SpeechError } from '../../errors.ts';
import type { PlayPosition } from '../sink.ts';

/** What a device asks for its samples, and tells when it breaks. */
export interface PlayFeed {
  /** Fills `into` (16-bit samples, mono) from its beginning and returns how many were there: 0 when there are none now. */
  pull(into: Int16Array): number;
  /** The device is gone; it pulls no more. */
  failed(error: SpeechError): void;
}

/**
 * An open way to the loudspeaker. It pulls what it plays, so that it alone decides how much it holds: little enough
 * that `abort` is heard at once, or a buffer that it can throw away.
 */
export interface PlayDevice {
  readonly sampleRateHz: number;
  /** When (clock ms) the first sample was heard, or will be; undefined while none was pulled. */
  readonly firstSoundMs: number | undefined;
  /** Called once, before the first sample is there. */
  start(feed: PlayFeed): void;
  /** There are samples again: a device that stopped asking asks on. */
  wake(): void;
  /** How many of the pulled samples were heard. */
  position(): PlayPosition;
  /** When (clock ms) all that was pulled so far has been heard. */
  emptyAtMs(): number;
  /** Waits until all that was pulled has been heard, then closes. Resolves, too, when `abort` comes first. */
  drain(): Promise<void>;
  /** Silence within 100 ms: throws away what was not heard yet, and closes. Safe to call twice. */
  abort(): void;
}

export interface OpenOptions {
  readonly sampleRateHz: number;
  readonly clock: Clock;
  /** In the player's own words; undefined is the system's default. */
  readonly deviceName?: string | undefined;
}

/** One kind of player, of which devices can be opened. */
export interface Player {
  readonly name: string;
  /** Whether `deviceName` has a meaning for it. */
  readonly picksDevice: boolean;
  /** Undefined if it can be tried here, else why not. */
  missing(): string | undefined;
  /** Rejects with a SpeechError E_DEVICE where the device cannot be opened. Plays nothing that is audible. */
  open(options: OpenOptions): Promise<PlayDevice>;
}
