import type { AudioFormat, Encoding } from '../../audio/format.ts';
import { SpeechError } from '../../errors.ts';
import type { SpeakSettings } from '../../speech/speak.ts';

/** What speaks when nothing is asked for: the voice of every example of Telnyx's, as sound that needs no decoder. */
export const defaults = {
  baseUrl: 'wss://api.telnyx.com',
  model: 'Telnyx.NaturalHD',
  voice: 'Telnyx.NaturalHD.astra',
  format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
} as const;

/** The words of `audio_format`, and what comes of them. linear16 in WAV loses its headers; Vorbis goes into a file as it is. */
export const encodingOf = {
  mp3: 'mp3',
  linear16: 'linear16',
  wav: 'linear16',
  mulaw: 'mulaw',
  alaw: 'alaw',
  ogg_vorbis: 'vorbis',
} as const satisfies Readonly<Record<string, Encoding>>;
export type FormatWord = keyof typeof encodingOf;

export function isFormatWord(word: string): word is FormatWord {
  return Object.hasOwn(encodingOf, word);
}
const words: readonly FormatWord[] = Object.keys(encodingOf).filter(isFormatWord);

interface Offer {
  readonly words: readonly FormatWord[];
  readonly ratesHz: readonly number[];
}

const rimeRatesHz = [8000, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000];
const telnyx: Offer = { words: ['mp3', 'linear16'], ratesHz: rimeRatesHz };
const only24: Offer = { words: ['mp3', 'linear16'], ratesHz: [24_000] };

/**
 * What the voices offer, by the provider in front of their name, or its model as well (PROTOCOLS 3.2; the page of audio
 * formats). A provider that stands in no document may offer all that the protocol has.
 */
const offers: Readonly<Record<string, Offer>> = {
  telnyx,
  'telnyx.kokorotts': only24,
  'telnyx.qwen3tts': only24,
  aws: { words: ['mp3', 'linear16'], ratesHz: [8000, 16_000, 22_050, 24_000] },
  azure: { words: ['mp3', 'wav', 'linear16', 'mulaw', 'alaw'], ratesHz: [8000, 16_000, 24_000, 48_000] },
  elevenlabs: { words: ['mp3', 'linear16', 'mulaw'], ratesHz: [8000, 16_000, 22_050, 24_000, 44_100] },
  rime: telnyx,
  minimax: { words: ['mp3', 'linear16'], ratesHz: [8000, 16_000, 22_050, 24_000, 32_000, 44_100] },
  resemble: { words: ['mp3', 'wav'], ratesHz: [8000, 16_000, 22_050, 32_000, 44_100, 48_000] },
  inworld: { words: ['mp3', 'linear16'], ratesHz: [8000, 16_000, 22_050, 24_000, 44_100, 48_000] },
  qwen: only24,
};

/** Every rate that any voice takes, in Hz. */
export const sampleRatesHz = [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000] as const;
/** Every encoding that any voice has. */
export const encodings: readonly Encoding[] = ['linear16', 'mulaw', 'alaw', 'mp3', 'vorbis'];
const everything: Offer = { words, ratesHz: sampleRatesHz };

/** `Provider.Model` of a voice, or its provider where it has no model (Azure's). */
export function modelOfVoice(voice: string): string {
  const parts = voice.split('.');
  return parts.slice(0, parts.length > 2 ? 2 : 1).join('.');
}

/** The last part of a voice's name: the voice itself. It may have points of its own. */
export function bareVoice(voice: string): string {
  return voice.slice(modelOfVoice(voice).length + 1) || voice;
}

function voiceOfModel(model: string): string {
  if (model === defaults.model) return defaults.voice;
  throw new SpeechError('E_USAGE', `no voice for ${model}`, { todo: `give one with --voice, as ${model}.NAME` });
}

/** The `voice` of the query, `Provider.Model.VoiceId`: as it was given, or behind the model where only its last part was. */
export function voiceOf({ voice, model = defaults.model }: SpeakSettings): string {
  const whole = voice === undefined ? voiceOfModel(model) : voice.includes('.') ? voice : `${model}.${voice}`;
  if (isUltra(whole)) {
    throw new SpeechError(
      'E_UNSUPPORTED',
      `${whole} is not to be had over a WebSocket: Telnyx has Ultra over REST only`,
      {
        todo: `choose another --voice, for example ${defaults.voice}`,
      },
    );
  }
  return whole;
}

/** PROTOCOLS 3.2: a 403 on the upgrade. */
export function isUltra(voice: string): boolean {
  return /^telnyx\.ultra(\.|$)/i.test(voice);
}

function offerOf(voice: string): Offer {
  const model = modelOfVoice(voice).toLowerCase();
  const provider = model.split('.')[0] ?? '';
  if (Object.hasOwn(offers, model)) return offers[model] ?? everything;
  return Object.hasOwn(offers, provider) ? (offers[provider] ?? everything) : everything;
}

/**
 * The `audio_format` that a voice is asked for so that this format comes. Throws E_UNSUPPORTED for one that the voice, or the
 * protocol, does not have.
 */
export function formatWord(voice: string, { encoding, sampleRateHz, channels }: AudioFormat): FormatWord {
  const offer = offerOf(voice);
  const word = words.find((one) => encodingOf[one] === encoding && offer.words.includes(one));
  if (word === undefined) {
    const spoken = new Set(offer.words.map((one) => encodingOf[one]));
    throw new SpeechError('E_UNSUPPORTED', `${voice} does not speak ${encoding}`, {
      todo: `choose --encoding ${[...spoken].join(' or ')}, or another --voice`,
    });
  }
  if (!offer.ratesHz.includes(sampleRateHz)) {
    throw new SpeechError('E_UNSUPPORTED', `${voice} does not speak at ${sampleRateHz} Hz`, {
      todo: `choose --sample-rate ${offer.ratesHz.join(', ')}`,
    });
  }
  if (channels !== 1) throw new SpeechError('E_UNSUPPORTED', `Telnyx speaks in one channel, not in ${channels}`);
  return word;
}
