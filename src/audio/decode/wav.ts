import type { ByteInput } from '../sources/byte-input.ts';
import type { WavFormat, WavParse } from '../wav-header.ts';
import { parseWavHeader } from '../wav-header.ts';
import type { Decoder, Warn } from './decoder.ts';
import { badAudio, checkChannels } from './decoder.ts';
import type { SampleKind } from './expand.ts';
import { wavSampleKind } from './expand.ts';
import { PcmDecoder } from './pcm.ts';

/** Registered format numbers (mmreg.h) that people meet and vox does not read. */
const otherFormats: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
  255: 'AAC',
};

/** Reads the header of what begins like a WAV file; what stays in the input is its audio. */
export async function openWav(input: ByteInput, warn: Warn): Promise<Decoder> {
  const { name } = input;
  const header = await readHeader(input);
  checkChannels(name, header.format.channels);
  const kind = kindOf(name, header.format);
  await input.skip(header.dataOffset);
  const { channels, sampleRateHz } = header.format;
  const availableBytes = input.sizeBytes === undefined ? undefined : input.sizeBytes - input.position;
  return new PcmDecoder({ kind, channels, sampleRateHz, dataBytes: header.dataBytes, availableBytes }, warn);
}

async function readHeader(input: ByteInput): Promise<Extract<WavParse, { kind: 'header' }>> {
  let bytes = await input.peek(1);
  for (;;) {
    const parsed = parseWavHeader(bytes);
    if (parsed.kind === 'header') return parsed;
    if (parsed.kind === 'not-wav') throw badAudio(input.name, `is a damaged WAV file: ${parsed.why}`);
    if (input.ended) throw badAudio(input.name, 'is a WAV file that is cut off inside its header');
    bytes = await input.peek(bytes.length + 1);
  }
}

function kindOf(name: string, { formatTag, bitsPerSample }: WavFormat): SampleKind {
  const kind = wavSampleKind(formatTag, bitsPerSample);
  if (kind) return kind;
  const what = otherFormats[formatTag] ?? `format number ${formatTag}, ${bitsPerSample} bits a sample`;
  throw badAudio(name, `is a WAV file of a kind that vox does not read: ${what}`);
}
