import type { ListenSettings } from '../speech/listen.ts';
import type { ListenTraits } from '../speech/service.ts';
import type { HearFlags } from './hear-flags.ts';
import { type ConnectionFlags, connectSettings } from './settings.ts';

/** What audio is sent as, whatever it came as: what every recogniser is made for. */
export const sentRateHz = 16_000;

type ListenFlags = ConnectionFlags & Pick<HearFlags, 'diarize' | 'endpointing' | 'audioAs'>;

/** The settings of a session of speech in, from the flags over the service's own defaults. */
export function listenSettings(flags: ListenFlags, traits: ListenTraits, baseUrl: string): ListenSettings {
  return {
    ...connectSettings(flags, traits, baseUrl),
    format: { encoding: 'linear16', sampleRateHz: sentRateHz, channels: 1 },
    // Results on the way also say how far the service is; whether they are shown is another matter.
    interim: true,
    words: true,
    vad: true,
    ...(flags.diarize && { diarize: true }),
    ...(flags.endpointing !== undefined && { endpointingMs: flags.endpointing }),
    ...(flags.audioAs !== undefined && { audioAs: flags.audioAs }),
  };
}
