import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { openAudio } from '../audio/sources/open-audio.ts';
import { clipMs } from '../bench/clip-frames.ts';
import { builtInClips, clipOfFile, clipSets, readLabels } from '../bench/clips.ts';
import type { PromptFacts } from '../bench/document.ts';
import type { Clip } from '../bench/material.ts';
import { SpeechError } from '../errors.ts';
import type { BenchSttFlags } from './bench-flags.ts';
import { sentRateHz } from './listen-settings.ts';
import type { Running } from './running.ts';
import { readReference } from './transcribe-jobs.ts';
import { firstAudio } from './waiting.ts';
import { localSpeech } from './wiring.ts';

type Flags = Pick<BenchSttFlags, 'audio' | 'reference' | 'clips' | 'timeout'>;

const format = { encoding: 'linear16', sampleRateHz: sentRateHz, channels: 1 } as const;
/** Of the user's own recordings. */
const ownSet = 'audio';

/** What is to be heard: the user's recordings, or what the engine here speaks. */
export async function wantedClips(flags: Flags, running: Running): Promise<Clip[]> {
  const { audio, reference = [], clips } = flags;
  const usage = (message: string, todo: string) => new SpeechError('E_USAGE', message, { todo });
  if (audio === undefined) {
    if (reference.length > 0) throw usage('--reference without --audio', 'what the clips say is known');
    return spokenClips(clips ?? 'sentence', running);
  }
  if (clips !== undefined) throw usage('--clips and --audio exclude one another', 'give one of them');
  if (reference.length > 0 && reference.length !== audio.length) {
    const counts = `${audio.length} recordings and ${reference.length} references`;
    throw usage(counts, 'give one --reference for each, in order');
  }
  const labels = reference.map((path) => readLabels(readReference(path), path));
  const read: Clip[] = [];
  for (const [i, path] of audio.entries()) {
    const id = read.some((clip) => clip.id === basename(path)) ? path : basename(path);
    read.push(
      clipOfFile({ id, set: ownSet, format, bytes: await wholeAudio(path, flags.timeout, running) }, labels[i]),
    );
  }
  refuseTwice(read);
  return read;
}

/** Whoever has heard a recording may know it again: no target hears one twice. */
function refuseTwice(clips: readonly Clip[]): void {
  for (const [i, clip] of clips.entries()) {
    const other = clips.slice(0, i).find(({ bytes }) => Buffer.compare(bytes, clip.bytes) === 0);
    if (other === undefined) continue;
    throw new SpeechError('E_USAGE', `${other.id} and ${clip.id} are the same recording`, {
      todo: 'give it once; --runs hears it more often, each time with more silence in front',
    });
  }
}

/** The whole of a recording, as it will be sent. */
async function wholeAudio(name: string, timeout: number, running: Running): Promise<Uint8Array> {
  const { reporter, signal } = running;
  const onWarning = (message: string) => reporter.warning({ code: 'damaged', message });
  const open = (opening: AbortSignal) =>
    openAudio({ path: name }, { sampleRateHz: sentRateHz, signal: opening, onWarning });
  const [source] = await firstAudio(open, { name, timeout }, running);
  const pieces: Uint8Array[] = [];
  if (source) for await (const { bytes } of source.chunks(signal)) pieces.push(bytes);
  return Buffer.concat(pieces);
}

async function spokenClips(which: string, running: Running): Promise<Clip[]> {
  const sets = which === 'all' ? clipSets : clipSets.filter((set) => set === which);
  if (sets.length === 0) {
    throw new SpeechError('E_USAGE', `unknown clips '${which}'`, { todo: `one of: ${clipSets.join(', ')}, all` });
  }
  const speech = await localSpeech(running, sentRateHz);
  try {
    return await builtInClips(sets, format, (text) => speech.speak(text, running.signal));
  } finally {
    await speech.close();
  }
}

/** What a report says of recordings: that two runs used the same is seen by the hash. */
export function clipFacts(clips: readonly Clip[]): PromptFacts {
  const hash = createHash('sha256');
  for (const { bytes } of clips) hash.update(bytes);
  const items = clips.map((clip) => {
    const { id, set, reference } = clip;
    return { id, set, audioMs: Math.round(clipMs(clip)), ...(reference !== undefined && { text: reference }) };
  });
  return { hash: hash.digest('hex'), items };
}
