import type { AudioFormat, Encoding } from '../../audio/format.ts';
import type { WavFormat } from '../../audio/wav-header.ts';
import type { ListenRequest } from '../../speech/listen.ts';

type Reject = Extract<ListenRequest, { type: 'reject' }>;

/** Telnyx's error codes for what a client sends (developers.telnyx.com, speech-to-text WebSocket errors). */
export type FormatFault = '40001' | '40002' | '40003' | '40004' | '40005';

export function formatFault(vendorCode: FormatFault, parameter: string, message: string): Reject {
  return { type: 'reject', fault: { code: 'E_REQUEST', message, detail: { vendorCode, parameter } } };
}

/** The protocol's formats (PROTOCOLS 3.3), and what they are to us where we can hear them. */
const formats: Readonly<Record<string, Encoding | 'wav' | undefined>> = {
  linear16: 'linear16',
  mulaw: 'mulaw',
  alaw: 'alaw',
  wav: 'wav',
  ...Object.fromEntries(
    [
      'mp3',
      'flac',
      'webm',
      'webm_opus',
      'ogg',
      'ogg_opus',
      'opus',
      'linear32',
      'g729',
      'amr_nb',
      'amr_wb',
      'speex',
    ].map((name) => [name, undefined]),
  ),
};
/** What a client sends that does not say (PROTOCOLS 3.3). */
const defaultFormat = 'mp3';
const ratesHz = { least: 8000, most: 48_000 } as const;

/** What the query says of the audio: its format, that a WAV header will, or what is wrong with it. */
export function askedFormat(query: Readonly<Record<string, string>>): AudioFormat | 'wav' | Reject {
  // The page of formats has `ogg-opus` as another spelling of `ogg_opus`.
  const word = (query.input_format ?? defaultFormat).replace('-', '_');
  if (!Object.hasOwn(formats, word)) {
    const known = Object.keys(formats).join(', ');
    return formatFault('40001', 'input_format', `Unsupported input_format '${word}'. Supported formats: ${known}`);
  }
  const encoding = formats[word];
  if (encoding === undefined) {
    return formatFault(
      '40002',
      'input_format',
      `Format '${word}' is not heard here: send linear16, mulaw, alaw or wav`,
    );
  }
  if (encoding === 'wav') return 'wav';
  const { sample_rate: rate } = query;
  if (rate === undefined) return formatFault('40003', 'sample_rate', `sample_rate is required for ${word}`);
  const sampleRateHz = Number(rate);
  if (!/^\d+$/.test(rate) || sampleRateHz === 0) {
    return formatFault('40004', 'sample_rate', `sample_rate is not a positive integer: ${rate}`);
  }
  if (sampleRateHz < ratesHz.least || sampleRateHz > ratesHz.most) {
    return formatFault('40005', 'sample_rate', `Invalid sample rate: ${ratesHz.least} to ${ratesHz.most} Hz are heard`);
  }
  return { encoding, sampleRateHz, channels: 1 };
}

/** wFormatTag of WAVE with the bits of a sample. */
const wavEncodings: Readonly<Record<string, Encoding>> = { '1/16': 'linear16', '6/8': 'alaw', '7/8': 'mulaw' };

/** The format that a WAV header tells, or that it is none that we hear. */
export function wavFormat({ formatTag, bitsPerSample, sampleRateHz, channels }: WavFormat): AudioFormat | Reject {
  const encoding = wavEncodings[`${formatTag}/${bitsPerSample}`];
  if (encoding === undefined) {
    const found = `format tag ${formatTag} with ${bitsPerSample} bits`;
    return formatFault('40002', 'input_format', `a WAV of ${found} is not heard here: send 16-bit PCM, mulaw or alaw`);
  }
  return { encoding, sampleRateHz, channels };
}
