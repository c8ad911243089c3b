import type { AudioFormat, Encoding } from '../audio/format.ts';
import { formatName } from '../audio/format.ts';
import { alawToLinear, mulawToLinear } from '../audio/g711.ts';
import { SpeechError } from '../errors.ts';

/** What a client may send, beside the encodings below. Anything a recording has, and nothing that a stranger makes up. */
const least = { sampleRateHz: 8000, channels: 1 } as const;
const most = { sampleRateHz: 48_000, channels: 8 } as const;

/** As a view where the bytes lie as 16-bit numbers must; the network cuts where it likes. */
function linearSamples(bytes: Uint8Array): Int16Array {
  const count = bytes.length >> 1;
  if (bytes.byteOffset % 2 === 0) return new Int16Array(bytes.buffer, bytes.byteOffset, count);
  return new Int16Array(new Uint8Array(bytes).buffer, 0, count);
}

const readers: Partial<Record<Encoding, (bytes: Uint8Array) => Int16Array>> = {
  linear16: linearSamples,
  mulaw: mulawToLinear,
  alaw: alawToLinear,
};

/** The mean of the channels: the sum would clip. */
function mixed(samples: Int16Array, channels: number): Int16Array {
  const mono = new Int16Array(Math.floor(samples.length / channels));
  for (let at = 0; at < mono.length; at++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[at * channels + channel] ?? 0;
    mono[at] = Math.round(sum / channels);
  }
  return mono;
}

function isWithin(name: keyof typeof least, { [name]: value }: AudioFormat): boolean {
  return Number.isInteger(value) && value >= least[name] && value <= most[name];
}

/**
 * What makes linear16 mono samples, at the same rate, of a client's audio. The bytes it gets hold whole samples, and the
 * samples it gives may be a view of them. Throws E_UNSUPPORTED for a format that is not understood here.
 */
export function sampleReader(format: AudioFormat): (bytes: Uint8Array) => Int16Array {
  const read = readers[format.encoding];
  if (read === undefined || !isWithin('sampleRateHz', format) || !isWithin('channels', format)) {
    throw new SpeechError(
      'E_UNSUPPORTED',
      `this server hears ${Object.keys(readers).join(', ')} of ${least.sampleRateHz} to ${most.sampleRateHz} Hz ` +
        `and up to ${most.channels} channels, not ${formatName(format)}`,
    );
  }
  return format.channels === 1 ? read : (bytes) => mixed(read(bytes), format.channels);
}
