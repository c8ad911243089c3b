import { SpeechError } from '../../errors.ts';
import type { ByteInput } from '../sources/byte-input.ts';
import type { Decoder, Warn } from './decoder.ts';
import { badAudio } from './decoder.ts';
import { openFlac } from './flac.ts';
import { openMp3 } from './mp3.ts';
import { firstMp3Frame } from './mp3-header.ts';
import { openOggOpus } from './ogg-opus.ts';
import { openWav } from './wav.ts';

/** As much as is looked at to tell what a file is: an MP3 may begin with a little that is no frame. */
const lookBytes = 16 * 1024;

type Open = (input: ByteInput, warn: Warn) => Promise<Decoder>;

/** Formats that begin with letters of their own. */
const openers: readonly (readonly [string, Open])[] = [
  ['RIFF', openWav],
  ['RF64', openWav],
  ['BW64', openWav],
  ['fLaC', openFlac],
  ['OggS', openOggOpus],
];

/** What people try, and is not read: the place of its letters, the letters, its name. */
const unread: readonly (readonly [number, string, string])[] = [
  [4, 'ftyp', 'an MPEG-4 file'],
  [0, 'FORM', 'an AIFF file'],
  [0, 'RIFX', 'a WAV file of the big-endian kind'],
  [0, '.snd', 'a Sun audio file'],
  [0, 'caff', 'a Core Audio file'],
  [0, '#!AMR', 'an AMR file'],
  [0, '\x1a\x45\xdf\xa3', 'a WebM or Matroska file'],
  [0, '\x30\x26\xb2\x75', 'a Windows Media file'],
];

const known = 'WAV, MP3, Ogg Opus, FLAC, or raw PCM with --raw';

/** Opens what the bytes are, whatever the name says. Rejects with SpeechError E_AUDIO where vox does not read it. */
export async function openDecoder(input: ByteInput, warn: Warn): Promise<Decoder> {
  const { name } = input;
  const start = await input.peek(12);
  if (start.length === 0) throw new SpeechError('E_AUDIO', `${name} is empty`, { todo: 'check how it was made' });
  if (text(start, 0, 3) === 'ID3') await skipId3(input);
  const head = await input.peek(12);
  const open = openers.find(([letters]) => text(head, 0, letters.length) === letters)?.[1];
  if (open) return open(input, warn);
  const other = unread.find(([at, letters]) => text(head, at, letters.length) === letters)?.[2];
  if (other) throw badAudio(name, `is ${other}, which vox does not read (it reads ${known})`);
  const bytes = await input.peek(lookBytes);
  const frame = firstMp3Frame(bytes, input.ended);
  if (!frame) throw badAudio(name, `is no audio that vox knows (${known})`);
  return openMp3(input, frame.at, frame.header, warn);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString('latin1');
}

/** Its size is written in four bytes of seven bits, without these ten, nor ten more at its end (ID3v2.4, section 3.1). */
export async function skipId3(input: ByteInput): Promise<void> {
  const [flags = 0, ...sizes] = (await input.peek(10)).subarray(5, 10);
  const size = sizes.reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  await input.skip(10 + size + (flags & 0x10 ? 10 : 0));
}
