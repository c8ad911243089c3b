import type { AudioFormat } from '../../audio/format.ts';
import { SpeechError } from '../../errors.ts';
import type { ConnectSettings } from '../../speech/connect.ts';
import type { Refusal } from '../../speech/service.ts';
import type { SpeakSettings } from '../../speech/speak.ts';
import { refusal } from './endpoint.ts';
import { refuseSettings, type SortedParams, sortParams } from './params.ts';
import type { FormatWord } from './speak-voices.ts';
import {
  bareVoice,
  defaults,
  encodingOf,
  formatWord,
  isFormatWord,
  isUltra,
  modelOfVoice,
  sampleRatesHz,
  voiceOf,
} from './speak-voices.ts';

const settingOf = {
  voice: '--voice',
  language: '--language',
  sample_rate: '--sample-rate',
  'voice_settings.voice_speed': '--speed',
};

/** What other vendors have. */
const missing = {
  pronunciation: '--pronunciation NAME',
  route: '--route',
  region: '--region',
  worldPart: '--world-part',
  interruptWith: '--interrupt',
};

export function speakParams({ params }: Pick<SpeakSettings, 'params'>): SortedParams {
  return sortParams(params, settingOf);
}

/** `--param audio_format=wav` wraps linear16, which is undone here; any other is what --encoding is for. */
function audioFormat(voice: string, { format }: SpeakSettings, wanted: string | undefined): FormatWord {
  if (wanted === 'wav' && format.encoding === 'linear16') return 'wav';
  const word = formatWord(voice, format);
  if (wanted === undefined || wanted === word) return word;
  const flag = isFormatWord(wanted) ? `--encoding ${encodingOf[wanted]}` : '--encoding';
  throw new SpeechError('E_USAGE', `--param audio_format=${wanted}: use ${flag} for this`);
}

/** The query of an upgrade (PROTOCOLS 3.2). Throws E_UNSUPPORTED for what Telnyx, or the voice, does not have. */
export function speakQuery(settings: SpeakSettings): Record<string, string> {
  refuseSettings(settings, missing);
  const voice = voiceOf(settings);
  const { audio_format: wanted, ...params } = speakParams(settings).query;
  return {
    voice,
    audio_format: audioFormat(voice, settings, wanted),
    sample_rate: String(settings.format.sampleRateHz),
    ...(settings.language !== undefined && { language: settings.language }),
    ...(settings.noCache && { disable_cache: 'true' }),
    ...params,
  };
}

/** Telnyx's own default for its voices (PROTOCOLS 3.2). */
const defaultWord: FormatWord = 'mp3';

function readFormat(word: string, rate: string | undefined): AudioFormat | Refusal {
  if (!isFormatWord(word)) {
    return refusal(400, `audio_format: this server has ${Object.keys(encodingOf).join(', ')}`, 'audio_format');
  }
  const sampleRateHz = rate === undefined ? defaults.format.sampleRateHz : Number(rate);
  if (!sampleRatesHz.some((known) => known === sampleRateHz)) {
    return refusal(400, `sample_rate: ${sampleRatesHz.join(', ')}`, 'sample_rate');
  }
  return { encoding: encodingOf[word], sampleRateHz, channels: 1 };
}

/** What an upgrade asks for. One without a voice is taken: npm telnyx 7.24.0 loses it (PROTOCOLS 3.4). */
export function readSpeakQuery(
  connect: ConnectSettings,
  query: Readonly<Record<string, string>>,
): SpeakSettings | Refusal {
  const { voice = defaults.voice, language, text_type: textType = 'text' } = query;
  if (isUltra(voice)) return refusal(403, 'the Ultra model is not available over WebSocket: use the REST API', 'voice');
  if (!/^[\w-]+(\.[^.\s]+)+$/.test(voice)) return refusal(400, 'voice: Provider.Model.VoiceId is wanted', 'voice');
  if (textType !== 'text') return refusal(400, 'text_type: this server reads text only', 'text_type');
  const format = readFormat(query.audio_format ?? defaultWord, query.sample_rate);
  if ('status' in format) return format;
  return {
    ...connect,
    format,
    model: modelOfVoice(voice),
    // A server's voices have no provider: the default of the client is nothing that was asked for.
    ...(voice !== defaults.voice && { voice: bareVoice(voice) }),
    ...(language !== undefined && { language }),
  };
}
