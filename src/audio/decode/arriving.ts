import { SpeechError } from '../../errors.ts';
import type { AudioFormat, Encoding } from '../format.ts';
import { formatName } from '../format.ts';
import type { ByteInput } from '../sources/byte-input.ts';
import type { Decoder, Warn } from './decoder.ts';
import { skipId3 } from './detect.ts';
import { alaw, mulaw, type SampleKind, signed16 } from './expand.ts';
import { openMp3 } from './mp3.ts';
import { firstMp3Frame } from './mp3-header.ts';
import { openOggOpus } from './ogg-opus.ts';
import { PcmDecoder } from './pcm.ts';

/** As much as is looked at for the first frame: more would be seconds of waiting, and no service begins so. */
const lookBytes = 16 * 1024;

const pcmKinds: Partial<Record<Encoding, SampleKind>> = { linear16: signed16, mulaw, alaw };

/**
 * Opens a stream while it still comes, of which it is known what it is: no more is waited for than its beginning. The
 * rate and the channels of compressed audio are its own, whatever the format says. Rejects with SpeechError
 * E_UNSUPPORTED where it is not what it is called, E_AUDIO where it is damaged.
 */
export function openArriving(input: ByteInput, format: AudioFormat, warn: Warn): Promise<Decoder> {
  if (format.encoding === 'mp3') return openArrivingMp3(input, warn);
  if (format.encoding === 'opus') return openArrivingOpus(input, warn);
  return openPcm(format, warn);
}

async function openArrivingMp3(input: ByteInput, warn: Warn): Promise<Decoder> {
  if (Buffer.from(await input.peek(3)).toString('latin1', 0, 3) === 'ID3') await skipId3(input);
  for (let bytes = await input.peek(1); ; bytes = await input.peek(bytes.length + 1)) {
    const frame = firstMp3Frame(bytes, input.ended);
    if (frame) return openMp3(input, frame.at, frame.header, warn);
    if (input.ended || bytes.length > lookBytes) throw notDecoded(`${input.name} is called mp3, and is none`);
  }
}

/** Opus without a container does not say where its packets end. */
async function openArrivingOpus(input: ByteInput, warn: Warn): Promise<Decoder> {
  const start = Buffer.from(await input.peek(4)).toString('latin1', 0, 4);
  if (start !== 'OggS') throw notDecoded(`${input.name} is called opus, and has no Ogg around it`);
  return openOggOpus(input, warn);
}

async function openPcm(format: AudioFormat, warn: Warn): Promise<Decoder> {
  const kind = pcmKinds[format.encoding];
  if (!kind) throw notDecoded(`${formatName(format)} is nothing that vox decodes`);
  const { sampleRateHz, channels } = format;
  return new PcmDecoder({ kind, sampleRateHz, channels, dataBytes: undefined, availableBytes: undefined }, warn);
}

function notDecoded(message: string): SpeechError {
  return new SpeechError('E_UNSUPPORTED', message, { todo: 'choose another --encoding or --voice' });
}
