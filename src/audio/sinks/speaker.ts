import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { findPlayer } from '../players/find.ts';
import type { Playout, Underrun } from '../playout.ts';
import { createPlayout } from '../playout.ts';

export interface SpeakerOptions {
  /** What the service will send: known from the settings, before it has sent anything. */
  readonly sampleRateHz: number;
  readonly bufferMs: number;
  readonly growMs?: number;
  readonly onUnderrun?: (underrun: Underrun) => void;
  /** `--player`: this one or none. */
  readonly player?: string | undefined;
  /** `-a`: in the player's own words. */
  readonly deviceName?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SpeakerSink extends Playout {
  /** Which player was opened. */
  readonly player: string;
}

/**
 * Opens the loudspeaker, before there is anything to play: a device that slept takes up to 2 s to wake. Use `drain` or
 * `abort` in any case: until then, the device is held. Throws SpeechError E_PLAYER, E_USAGE, E_UNSUPPORTED, E_DEVICE.
 */
export async function openSpeaker(options: SpeakerOptions): Promise<SpeakerSink> {
  const { player, deviceName, sampleRateHz, clock, log } = options;
  const found = await findPlayer({ wanted: player, deviceName, sampleRateHz, clock, log });
  return Object.assign(createPlayout({ ...options, device: found.device }), { player: found.name });
}
