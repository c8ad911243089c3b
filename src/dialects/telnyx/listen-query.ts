import type { Encoding } from '../../audio/format.ts';
import { SpeechError } from '../../errors.ts';
import type { ConnectSettings } from '../../speech/connect.ts';
import type { ListenSettings } from '../../speech/listen.ts';
import { refuseSettings, sortParams } from './params.ts';

/** What listens when nothing is asked for: Telnyx's default engine with the model of its examples (PROTOCOLS 3.3). */
export const listenDefaults = {
  baseUrl: 'wss://api.telnyx.com',
  model: 'Deepgram/nova-3',
  format: { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 },
} as const;

const defaultEngine = 'Deepgram';
/** PROTOCOLS 3.3. Any other word alone is a model of the default engine; `Engine/model` names both. */
const engines = [
  ...['Deepgram', 'Telnyx', 'Google', 'Azure', 'xAI', 'AssemblyAI', 'Speechmatics', 'Soniox', 'Parakeet', 'Reson8'],
];

interface Model {
  readonly engine: string;
  readonly model: string | undefined;
}

function readModel(name: string): Model {
  const slash = name.indexOf('/');
  if (slash >= 0) return { engine: name.slice(0, slash) || defaultEngine, model: name.slice(slash + 1) || undefined };
  const engine = engines.find((known) => known.toLowerCase() === name.toLowerCase());
  return engine === undefined ? { engine: defaultEngine, model: name } : { engine, model: undefined };
}

/** The engine behind Telnyx: some tell, and obey, what others do not. */
export function engineOf({ model = listenDefaults.model }: ListenSettings): string {
  return readModel(model).engine;
}

const settingOf = {
  transcription_engine: '--model Engine/model',
  model: '--model',
  language: '--language',
};
/** What no flag says: it follows from the audio, or is always asked for. */
const saidHere = {
  input_format: 'vox says itself what it sends the audio as',
  sample_rate: 'vox says itself what it sends the audio as',
  interim_results: 'vox asks for these itself; `vox transcribe --interim` shows them',
};
const missing = { route: '--route', region: '--region', worldPart: '--world-part' };

/** What `input_format` calls our encodings. Opus comes in Ogg pages. */
const formatOf: Readonly<Partial<Record<Encoding, string>>> = {
  linear16: 'linear16',
  mulaw: 'mulaw',
  alaw: 'alaw',
  mp3: 'mp3',
  opus: 'ogg_opus',
};
export const listenEncodings: readonly Encoding[] = ['linear16', 'mulaw', 'alaw', 'mp3', 'opus'];

/** The query of an upgrade (PROTOCOLS 3.3). Throws E_UNSUPPORTED for what Telnyx does not have. */
export function listenQuery(settings: ListenSettings): Record<string, string> {
  refuseSettings(settings, missing);
  const { encoding, sampleRateHz, channels } = settings.format;
  if (channels !== 1) throw new SpeechError('E_UNSUPPORTED', `Telnyx listens to one channel, not to ${channels}`);
  if (settings.audioAs === 'json') throw new SpeechError('E_UNSUPPORTED', 'Telnyx takes audio as binary frames only');
  const format = formatOf[encoding];
  if (format === undefined) throw new SpeechError('E_UNSUPPORTED', `Telnyx does not listen to ${encoding}`);
  const { engine, model } = readModel(settings.model ?? listenDefaults.model);
  const { language, endpointingMs } = settings;
  return {
    transcription_engine: engine,
    ...(model !== undefined && { model }),
    input_format: format,
    // Containers say their own.
    ...(encoding !== 'mp3' && encoding !== 'opus' && { sample_rate: String(sampleRateHz) }),
    ...(language !== undefined && { language }),
    interim_results: String(settings.interim),
    ...(endpointingMs !== undefined && { endpointing: String(endpointingMs) }),
    ...sortParams(settings.params, settingOf, saidHere).query,
  };
}

function readEndpointing(word: string | undefined): ListenSettings['endpointingMs'] {
  if (word === 'false') return false;
  const ms = Number(word);
  return word !== undefined && word.trim() !== '' && Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/**
 * What an upgrade asks for. A format that cannot be taken is no reason to refuse it: Telnyx takes the upgrade, says what
 * is wrong, and closes (PROTOCOLS 3.3). That is the codec's to do, by the query in `params`.
 */
export function readListenQuery(connect: ConnectSettings, query: Readonly<Record<string, string>>): ListenSettings {
  const { transcription_engine: engine = defaultEngine, model, language } = query;
  const endpointingMs = readEndpointing(query.endpointing);
  const isBare = query.transcription_engine === undefined && model === undefined;
  return {
    ...connect,
    model: isBare ? listenDefaults.model : model === undefined ? engine : `${engine}/${model}`,
    format: listenDefaults.format,
    // Not documented; `interim_results` is false elsewhere where it is not named (Deepgram).
    interim: query.interim_results === 'true',
    ...(language !== undefined && { language }),
    ...(endpointingMs !== undefined && { endpointingMs }),
  };
}
