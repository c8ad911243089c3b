import type { AudioSource } from '../audio/source.ts';
import { type Microphone, openMicrophone } from '../audio/sources/microphone.ts';
import { openAudio } from '../audio/sources/open-audio.ts';
import { SpeechError } from '../errors.ts';
import { rawFormat } from './hear-flags.ts';
import type { Io } from './io.ts';
import type { ListenFlags } from './listen.ts';
import { sentRateHz } from './listen-settings.ts';
import type { Running } from './running.ts';
import { firstAudio } from './waiting.ts';

/** A source, and what a recorder has beside. */
export type ListenSource = AudioSource & Partial<Pick<Microphone, 'recorder' | 'blockMs' | 'stop' | 'rest'>>;

function isStdin(source: string): boolean {
  return source === 'stdin' || source === '-';
}

/** A contradiction of the flags is E_USAGE. */
export function checkSource({ source, recorder, device }: ListenFlags, { stdin }: Pick<Io, 'stdin'>): void {
  if (source !== 'microphone' && (recorder !== undefined || device !== undefined)) {
    throw new SpeechError('E_USAGE', `--source ${source} needs no recorder and no device`, { todo: 'leave them out' });
  }
  if (isStdin(source) && stdin.isTTY) {
    throw new SpeechError('E_USAGE', 'stdin is a terminal, and a keyboard makes no audio', {
      todo: 'pipe PCM into vox, or leave --source out to use the microphone',
    });
  }
}

/** What `--source` names: the microphone, PCM on stdin, or a file that is played in real time. */
export async function openListenSource(flags: ListenFlags, running: Running): Promise<ListenSource> {
  const { clock, log, io, signal, reporter } = running;
  const { source, chunkMs, recorder, device } = flags;
  if (source === 'microphone') {
    return openMicrophone({
      sampleRateHz: sentRateHz,
      chunkMs,
      clock,
      log,
      signal,
      ...(recorder !== undefined && { recorder }),
      ...(device !== undefined && { device }),
    });
  }
  const begin = async (until: AbortSignal) => {
    const options = {
      sampleRateHz: sentRateHz,
      chunkMs,
      signal: until,
      onWarning: (message: string) => reporter.warning({ code: 'audio', message }),
    };
    const [first] = isStdin(source)
      ? await openAudio({ stream: io.stdin, name: 'stdin' }, { ...options, raw: rawFormat(flags), live: true })
      : await openAudio({ path: source }, options);
    if (!first) throw new SpeechError('E_AUDIO', `there is no audio in ${source}`);
    return begun(first, until);
  };
  return firstAudio(begin, { name: source, timeout: flags.timeout }, running);
}

/**
 * Waits for the first of its audio. A pipe may be silent for long, and a service closes a connection that is: Deepgram
 * after 10 s, whatever keeps one alive that has had audio.
 */
export async function begun(source: AudioSource, signal: AbortSignal): Promise<AudioSource> {
  const { format, name, live, totalMs } = source;
  const chunks = source.chunks(signal)[Symbol.asyncIterator]();
  const close = async () => {
    // Not awaited: one that waits for a pipe would hold up the rest.
    chunks.return?.()?.catch(() => {});
    await source.close?.();
  };
  const first = await chunks.next().catch(async (thrown) => {
    await close();
    throw thrown;
  });
  async function* whole() {
    try {
      if (first.done) return;
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    } finally {
      await chunks.return?.();
    }
  }
  return { format, name, live, ...(totalMs !== undefined && { totalMs }), close, chunks: whole };
}
