import type { AudioChunk } from '../audio/format.ts';
import { openAudio } from '../audio/sources/open-audio.ts';
import { planHearing } from '../session/plan.ts';
import type { Frame } from '../transport/transport.ts';
import { type DryPrint, dryPrinter, printConnect } from './dry-run.ts';
import { rawFormat } from './hear-flags.ts';
import { checkedSettings } from './hearing.ts';
import type { ListenFlags } from './listen.ts';
import { sentRateHz } from './listen-settings.ts';
import type { ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import type { TranscribeFlags } from './transcribe.ts';
import type { TranscriptJob } from './transcribe-jobs.ts';
import { wireDryListen } from './wiring.ts';

/** Prints the URL, the headers (no key) and the frames that would be sent, to stdout; no connection is opened. */
export async function dryListen(
  jobs: readonly TranscriptJob[],
  flags: TranscribeFlags,
  choice: ProviderChoice,
  running: Running,
): Promise<undefined> {
  const parts = await wireDryListen(choice);
  const print = dryPrinter(flags, running);
  const settings = checkedSettings(flags, parts, choice.provider);
  printConnect(parts, settings, print);
  for (const { input } of jobs) {
    const sources = await openAudio(input, {
      sampleRateHz: sentRateHz,
      channels: flags.channels,
      chunkMs: flags.chunkMs,
      signal: running.signal,
      ...(flags.raw && { raw: rawFormat(flags) }),
    });
    // Channels are read side by side, and shown one after the other.
    const shown = await Promise.all(
      sources.map(async (source) => {
        const lines: Parameters<DryPrint>[] = [];
        const frames = planHearing(parts.service, settings, source.chunks(running.signal));
        await printFrames(frames, sources.length > 1 ? (...line) => lines.push(line) : print);
        return lines;
      }),
    );
    for (const line of shown.flat()) print(...line);
  }
  return undefined;
}

/** The same for the microphone, which is not opened: what would be sent beside the audio. */
export async function dryMicrophone(flags: ListenFlags, choice: ProviderChoice, running: Running): Promise<undefined> {
  const parts = await wireDryListen(choice);
  const print = dryPrinter(flags, running);
  const settings = checkedSettings(flags, parts, choice.provider);
  printConnect(parts, settings, print);
  await printFrames(planHearing(parts.service, settings, noAudio()), print);
  return undefined;
}

async function* noAudio(): AsyncIterable<AudioChunk> {}

/** Audio is most of it: frames of one size that follow one another are one line. */
async function printFrames(frames: AsyncIterable<Frame>, print: DryPrint): Promise<void> {
  let [bytes, count] = [0, 0];
  const flush = () => {
    if (count > 0) print('audio', { bytes, count }, `> (${bytes} bytes)${count > 1 ? ` × ${count}` : ''}`);
    count = 0;
  };
  for await (const frame of frames) {
    if (frame.kind === 'binary' && frame.bytes.length === bytes) {
      count++;
      continue;
    }
    flush();
    if (frame.kind === 'text') print('frame', { text: frame.text }, `> ${frame.text}`);
    else [bytes, count] = [frame.bytes.length, 1];
  }
  flush();
}
