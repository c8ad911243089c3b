import type { AudioFormat, Encoding } from '../../audio/format.ts';
import { SpeechError } from '../../errors.ts';
import type { ConnectSettings } from '../../speech/connect.ts';
import type { ListenSettings } from '../../speech/listen.ts';
import { BadQuery, baseUrl, type Query } from './endpoint.ts';
import { passedOn, QueryReader } from './params.ts';

/** What listens when nothing is asked for. */
export const listenDefaults = {
  baseUrl,
  model: 'nova-3',
  format: { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 },
} as const;

/** Audio without a header of its own, which has to be described. Of all else Deepgram reads the container (PROTOCOLS 2.3). */
const rawEncodings: readonly Encoding[] = ['linear16', 'mulaw', 'alaw'];

/** ms; PROTOCOLS 2.3. */
const utteranceEnds = { leastMs: 1000, mostMs: 5000 } as const;

function refuseUnsupported({ format, utteranceEndMs, interim, audioAs }: ListenSettings): void {
  if (format.channels !== 1) {
    throw new SpeechError('E_UNSUPPORTED', `one session listens to one channel, not to ${format.channels}`, {
      todo: 'mix them, or use `vox transcribe --channels split`',
    });
  }
  if (audioAs === 'json') throw new SpeechError('E_UNSUPPORTED', 'Deepgram takes audio as binary frames only');
  if (utteranceEndMs === undefined) return;
  const { leastMs, mostMs } = utteranceEnds;
  if (utteranceEndMs < leastMs || utteranceEndMs > mostMs) {
    throw new SpeechError('E_UNSUPPORTED', `Deepgram tells no utterance's end after ${utteranceEndMs} ms`, {
      todo: `use a time from ${leastMs} to ${mostMs} ms`,
    });
  }
  if (!interim) {
    throw new SpeechError('E_UNSUPPORTED', "Deepgram tells an utterance's end only beside interim results", {
      todo: 'ask for interim results as well, or leave out the time of the utterance’s end',
    });
  }
}

/** What was not asked for is not said, but for punctuation: a transcript is to be read. `--param punctuate=false` undoes it. */
export function listenQuery(settings: ListenSettings): Query {
  refuseUnsupported(settings);
  const { model = listenDefaults.model, format, language, interim, endpointingMs, utteranceEndMs } = settings;
  const raw = rawEncodings.includes(format.encoding);
  return {
    model,
    ...(language !== undefined && { language }),
    ...(raw && { encoding: format.encoding, sample_rate: String(format.sampleRateHz), channels: '1' }),
    ...(interim && { interim_results: 'true' }),
    ...(endpointingMs !== undefined && { endpointing: String(endpointingMs) }),
    ...(utteranceEndMs !== undefined && { utterance_end_ms: String(utteranceEndMs) }),
    ...(settings.vad && { vad_events: 'true' }),
    ...(settings.diarize && { diarize: 'true' }),
    punctuate: 'true',
    ...passedOn(settings.params),
  };
}

/** Undefined where the audio is to say itself what it is. */
function formatOf(query: QueryReader): AudioFormat | undefined {
  const asked = query.text('encoding');
  if (asked === undefined) return undefined;
  const encoding = rawEncodings.find((name) => name === asked);
  if (encoding === undefined) {
    throw new BadQuery(`Unsupported audio format: this server hears ${rawEncodings.join(', ')}, and WAV`);
  }
  const sampleRateHz = query.whole('sample_rate', 1, 1e6);
  if (sampleRateHz === undefined) throw new BadQuery('`sample_rate` is needed beside `encoding`');
  return { encoding, sampleRateHz, channels: query.whole('channels', 1, 1000) ?? 1 };
}

/** `true` leaves the time to the service. */
function endpointingOf(query: QueryReader): number | false | undefined {
  const word = query.text('endpointing');
  if (word === 'false') return false;
  return word === 'true' ? undefined : query.whole('endpointing', 0, 1e6);
}

/** The audio says itself what it is, and `format` is a guess. */
export function isContained({ params }: ListenSettings): boolean {
  return params?.encoding === undefined;
}

/**
 * Our server's reading; the query as it came stands in `params`. What else Deepgram has (smart_format, keyterm, redact …)
 * is accepted, and changes nothing.
 */
export function listenSettings(connect: ConnectSettings, params: URLSearchParams): ListenSettings {
  const query = new QueryReader(params);
  const interim = query.flag('interim_results') ?? false;
  const { leastMs, mostMs } = utteranceEnds;
  const utteranceEndMs = query.whole('utterance_end_ms', leastMs, mostMs);
  if (utteranceEndMs !== undefined && !interim) {
    throw new BadQuery('`utterance_end_ms` needs `interim_results=true`');
  }
  const [format, endpointingMs] = [formatOf(query), endpointingOf(query)];
  const [language, vad, diarize] = [query.text('language'), query.flag('vad_events'), query.flag('diarize')];
  return {
    ...connect,
    model: query.text('model') ?? 'base',
    format: format ?? listenDefaults.format,
    params: Object.fromEntries(params),
    interim,
    ...(language !== undefined && { language }),
    ...(endpointingMs !== undefined && { endpointingMs }),
    ...(utteranceEndMs !== undefined && { utteranceEndMs }),
    ...(vad !== undefined && { vad }),
    ...(diarize !== undefined && { diarize }),
  };
}
