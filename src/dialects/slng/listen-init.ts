import { SpeechError } from '../../errors.ts';
import type { ListenSettings } from '../../speech/listen.ts';
import { sortParams } from './params.ts';

/** What listens when nothing is asked for: pipecat-slng's route and model, at the rate of every example. */
export const listenDefaults = {
  baseUrl: 'wss://api.slng.ai',
  model: 'slng/deepgram/nova:3-en',
  route: 'bridge',
  format: { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 },
} as const;

export function listenModelOf(settings: ListenSettings): string {
  return settings.model ?? listenDefaults.model;
}

/**
 * Direct routes have Deepgram's settings, and answer in Deepgram's messages. Of those that are documented, whisper's
 * alone is otherwise (PROTOCOLS 1.3); a model that is in no document, such as our own server's, is taken for the rule.
 */
export function isDeepgramRoute(settings: ListenSettings): boolean {
  return settings.route === 'direct' && !/(^|\/)openai\//.test(listenModelOf(settings));
}

/** Words of seed 001, on every route. What was not asked for is not sent. */
function commonWords({ vad, diarize, words, interim }: ListenSettings): object {
  return {
    ...(vad !== undefined && { enable_vad: vad }),
    ...(diarize !== undefined && { enable_diarization: diarize }),
    ...(words !== undefined && { enable_word_timestamps: words }),
    enable_partials: interim,
  };
}

/** PROTOCOLS 1.3. Endpointing of 0 is none. */
function deepgramWords({ diarize, endpointingMs, utteranceEndMs }: ListenSettings): object {
  return {
    ...(diarize !== undefined && { diarize }),
    ...(endpointingMs !== undefined && { endpointing: endpointingMs === false ? 0 : endpointingMs }),
    ...(utteranceEndMs !== undefined && { utterance_end_ms: utteranceEndMs }),
  };
}

/** What livekit's client says beside the words of the documents. The bridge has none for an endpointing that is off. */
function bridgeWords({ interim, endpointingMs }: ListenSettings): object {
  return {
    enable_partial_transcripts: interim,
    ...(typeof endpointingMs === 'number' && { vad_min_silence_duration_ms: endpointingMs }),
  };
}

/**
 * The first message of a connection; the model is in the path alone. Throws E_USAGE for a `--param` that a setting
 * exists for, and for more than one channel, which `init` has no word for.
 */
export function listenInitMessage(settings: ListenSettings): object {
  const { encoding, sampleRateHz, channels } = settings.format;
  if (channels !== 1) throw new SpeechError('E_USAGE', `SLNG listens to one channel, not to ${channels}`);
  const params = sortParams(settings.params);
  return {
    type: 'init',
    ...params.init,
    config: {
      ...(settings.language !== undefined && { language: settings.language }),
      sample_rate: sampleRateHz,
      encoding,
      ...commonWords(settings),
      ...(isDeepgramRoute(settings) && deepgramWords(settings)),
      ...(settings.route !== 'direct' && bridgeWords(settings)),
      ...params.config,
    },
  };
}
