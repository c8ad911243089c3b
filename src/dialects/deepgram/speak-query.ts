import type { AudioFormat, Encoding } from '../../audio/format.ts';
import { SpeechError } from '../../errors.ts';
import type { ConnectSettings } from '../../speech/connect.ts';
import type { SpeakSettings } from '../../speech/speak.ts';
import { BadQuery, baseUrl, type Query } from './endpoint.ts';
import { passedOn, QueryReader } from './params.ts';

/** What speaks when nothing is asked for: the voice of seed 003, in the format that Deepgram sends by itself. */
export const speakDefaults = {
  baseUrl,
  model: 'aura-2-thalia-en',
  format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
} as const;

/** The rates of each encoding, Deepgram's own choice first (PROTOCOLS 2.2, tts-media-output-settings). */
const ratesHz: Partial<Record<Encoding, readonly [number, ...number[]]>> = {
  linear16: [24_000, 8000, 16_000, 32_000, 48_000],
  mulaw: [8000, 16_000],
  alaw: [8000, 16_000],
};

export const speakEncodings: readonly Encoding[] = ['linear16', 'mulaw', 'alaw'];
export const speakRatesHz: readonly number[] = [8000, 16_000, 24_000, 32_000, 48_000];

/** PROTOCOLS 2.2. 1 is the voice's own pace. */
const speeds = { least: 0.7, most: 1.5 } as const;

/**
 * Deepgram's model is its voice (`aura-2-thalia-en`). What was asked for as the voice is the model; a model that was
 * asked for beside another voice is a contradiction. Throws E_USAGE for one.
 */
export function speakModelOf({ voice, model = speakDefaults.model }: SpeakSettings): string {
  if (voice === undefined || voice === model || model === speakDefaults.model) return voice ?? model;
  throw new SpeechError('E_USAGE', `Deepgram's model is its voice: ${model} and ${voice} are two`, {
    todo: 'give one of -v and --model',
  });
}

/** The last part of a model's name (`aura-2-celeste-es`); undefined where that is no language. */
function languageOf(model: string): string | undefined {
  return /^aura-.*-([a-z]{2})$/.exec(model)?.[1];
}

function refuseFormat({ encoding, sampleRateHz, channels }: AudioFormat): void {
  const rates = ratesHz[encoding];
  if (rates === undefined) {
    throw new SpeechError('E_UNSUPPORTED', `Deepgram does not stream ${encoding}`, {
      todo: `use --encoding ${speakEncodings.join(', ')}`,
    });
  }
  if (!rates.includes(sampleRateHz)) {
    throw new SpeechError('E_UNSUPPORTED', `Deepgram has no ${encoding} at ${sampleRateHz} Hz`, {
      todo: `use --sample-rate ${[...rates].sort((a, b) => a - b).join(', ')}`,
    });
  }
  if (channels !== 1) throw new SpeechError('E_UNSUPPORTED', `Deepgram speaks in one channel, not in ${channels}`);
}

function refuseSpeech({ speed, pronunciation, interruptWith }: SpeakSettings): void {
  if (speed !== undefined && !(speed >= speeds.least && speed <= speeds.most)) {
    throw new SpeechError('E_UNSUPPORTED', `Deepgram has no speed ${speed}`, {
      todo: `use --speed from ${speeds.least} to ${speeds.most}`,
    });
  }
  if (pronunciation !== undefined) {
    throw new SpeechError('E_UNSUPPORTED', 'Deepgram has no pronunciation dictionaries', {
      todo: 'use --pronunciation FILE.json, a file of rules, which is applied here',
    });
  }
  if (interruptWith !== undefined) {
    throw new SpeechError('E_UNSUPPORTED', 'Deepgram has one word for an interruption', {
      todo: 'leave out --interrupt',
    });
  }
}

function refuseLanguage(model: string, language: string | undefined): void {
  const speaks = languageOf(model);
  const wanted = language?.toLowerCase().split(/[-_]/, 1)[0];
  if (wanted !== undefined && speaks !== undefined && wanted !== speaks) {
    throw new SpeechError('E_UNSUPPORTED', `Deepgram's ${model} speaks ${speaks}, not ${language}`, {
      todo: `choose a voice with -v whose name ends in -${wanted}`,
    });
  }
}

/** The format is always said, so that what comes is what is read; of the rest what was asked for. */
export function speakQuery(settings: SpeakSettings): Query {
  const { format, speed, language, params } = settings;
  const model = speakModelOf(settings);
  refuseFormat(format);
  refuseSpeech(settings);
  refuseLanguage(model, language);
  return {
    model,
    encoding: format.encoding,
    sample_rate: String(format.sampleRateHz),
    ...(speed !== undefined && { speed: String(speed) }),
    ...passedOn(params),
  };
}

function formatOf(query: QueryReader): AudioFormat {
  const asked = query.text('encoding') ?? 'linear16';
  const encoding = speakEncodings.find((name) => name === asked);
  const rates = encoding && ratesHz[encoding];
  if (encoding === undefined || rates === undefined)
    throw new BadQuery(`Unsupported audio format: encoding=${asked.slice(0, 40)}`);
  const sampleRateHz = query.whole('sample_rate', 1, 1e6) ?? rates[0];
  if (!rates.includes(sampleRateHz)) {
    throw new BadQuery(
      `Unsupported audio format: \`sample_rate\` must be ${rates.join(', ')} when \`encoding=${asked}\``,
    );
  }
  return { encoding, sampleRateHz, channels: 1 };
}

/** Our server's reading. `container`, `bit_rate` and `mip_opt_out` are accepted, and change nothing. */
export function speakSettings(connect: ConnectSettings, params: URLSearchParams): SpeakSettings {
  const query = new QueryReader(params);
  // Deepgram's own default, which is not the one that we ask for.
  const model = query.text('model') ?? 'aura-asteria-en';
  const speed = query.number('speed', speeds.least, speeds.most);
  const language = languageOf(model);
  return {
    ...connect,
    model,
    voice: model,
    format: formatOf(query),
    ...(language !== undefined && { language }),
    ...(speed !== undefined && { speed }),
  };
}
