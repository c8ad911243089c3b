import type { AudioChunk } from '../audio/format.ts';
import { createFileSink } from '../audio/sinks/file.ts';
import { sentRateHz } from './listen-settings.ts';
import type { ListenSource } from './listen-source.ts';
import type { Running } from './running.ts';

/** `--save`: a WAV of what is heard. */
export interface Saved {
  /** What went wrong with it. */
  readonly failure: { readonly thrown: unknown } | undefined;
  write(chunk: AudioChunk): Promise<void>;
  /** Ends the source, and takes what it recorded and nobody read. `chunks`: what was read of it. */
  rest(source: ListenSource, chunks: AsyncGenerator<AudioChunk>): Promise<void>;
  /** Gives the file its name, which is returned; undefined where there is none, or there was nothing to save. */
  end(): Promise<string | undefined>;
  /** What was not ended is removed. */
  discard(): Promise<void>;
}

const format = { encoding: 'linear16', sampleRateHz: sentRateHz, channels: 1 } as const;

/** Rejects with E_FILE or E_DISK_FULL. */
export async function openSaved(path: string, { clock, signal }: Pick<Running, 'clock' | 'signal'>): Promise<Saved> {
  const sink = await createFileSink({ path, container: 'wav', format, clock, signal });
  let failure: { readonly thrown: unknown } | undefined;
  const write = async (chunk: AudioChunk) => {
    try {
      await sink.write(chunk);
    } catch (thrown) {
      failure = { thrown };
      throw thrown;
    }
  };
  return {
    get failure() {
      return failure;
    },
    write,
    async rest(source, chunks) {
      if (failure || !source.rest) return;
      source.stop?.();
      // A chunk that is on its way is written before it.
      await chunks.return(undefined);
      for (const chunk of source.rest()) await write(chunk).catch(() => {});
    },
    async end() {
      if (sink.position().playedSamples === 0) return undefined;
      try {
        if (failure) return await sink.keepPartial();
        await sink.drain();
        return path;
      } catch (thrown) {
        failure ??= { thrown };
        return sink.keepPartial();
      }
    },
    discard: () => sink.discard(),
  };
}
