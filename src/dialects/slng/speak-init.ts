import type { Encoding } from '../../audio/format.ts';
import type { PronunciationRef, SpeakSettings } from '../../speech/speak.ts';
import { sortParams } from './params.ts';
import type { PronunciationObject } from './speak-messages.ts';

/** What is spoken when nothing is asked for: the route, the voice and the format of seed 000. */
export const defaults = {
  baseUrl: 'wss://api.slng.ai',
  model: 'slng/deepgram/aura:2-en',
  voice: 'aura-2-thalia-en',
  format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
} as const;

export function modelOf(settings: SpeakSettings): string {
  return settings.model ?? defaults.model;
}

/** The default voice belongs to the default model; with any other model the service has its own. */
export function voiceOf(settings: SpeakSettings): string | undefined {
  return settings.voice ?? (modelOf(settings) === defaults.model ? defaults.voice : undefined);
}

export function pronunciationObject(ref: PronunciationRef): PronunciationObject {
  return 'name' in ref ? { mode: 'rewrite', name: ref.name } : { mode: 'rewrite', dictionary_id: ref.id };
}

/** How a family of routes wants its init. */
interface InitStyle {
  readonly model: (path: string) => string;
  readonly voiceField: 'voice' | 'speaker';
  readonly encodings: Partial<Record<Encoding, string>>;
  /** The service answers init with a message. */
  readonly saysReady: boolean;
}

/** Seeds 001 and 004, and livekit's client: the whole path of the model. The service takes it from the URL anyway. */
const bridge: InitStyle = { model: (path) => path, voiceField: 'voice', encodings: {}, saysReady: true };

/** Seed 000: the last part of the path, `aura:2-en`. */
const direct: InitStyle = { ...bridge, model: (path) => path.slice(path.lastIndexOf('/') + 1) };

/** Direct routes to rime (PROTOCOLS 1.3): the voice is the `speaker`, linear16 is `pcm`, the path without `slng/`; no ready. */
const rime: InitStyle = {
  model: (path) => path.replace(/^slng\//, ''),
  voiceField: 'speaker',
  encodings: { linear16: 'pcm' },
  saysReady: false,
};

function styleOf(settings: SpeakSettings): InitStyle {
  if (settings.route === 'bridge') return bridge;
  return /(^|\/)rime\//.test(modelOf(settings)) ? rime : direct;
}

/** Whether a `ready` is to be waited for; where none is specified, the session may be used once init is sent. */
export function saysReady(settings: SpeakSettings): boolean {
  return styleOf(settings).saysReady;
}

/** The first message of a connection. Throws E_USAGE for a `--param` that a setting exists for. */
export function initMessage(settings: SpeakSettings): object {
  const style = styleOf(settings);
  const voice = voiceOf(settings);
  const params = sortParams(settings.params);
  const { encoding, sampleRateHz } = settings.format;
  return {
    type: 'init',
    model: style.model(modelOf(settings)),
    ...(voice !== undefined && { [style.voiceField]: voice }),
    ...params.init,
    config: {
      encoding: style.encodings[encoding] ?? encoding,
      sample_rate: sampleRateHz,
      ...(settings.language !== undefined && { language: settings.language }),
      ...(settings.speed !== undefined && { speed: settings.speed }),
      ...(settings.pronunciation && { pronunciation: pronunciationObject(settings.pronunciation) }),
      ...params.config,
    },
  };
}
