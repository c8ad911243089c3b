import { join } from 'node:path';
import { type AudioChunk, type AudioFormat, sameFormat } from '../audio/format.ts';
import { openTarget } from '../audio/sinks/target.ts';
import { wavHeader } from '../audio/wav-header.ts';
import type { Job } from '../bench/lane.ts';
import type { Clock } from '../clock.ts';
import { makeFolder } from './output.ts';

interface Sound {
  readonly format: AudioFormat;
  readonly chunks: Uint8Array[];
}

/** What each run sounded like (`--save-audio`): gathered as it comes, written when the run is over. */
export class SavedAudio {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #sounds = new Map<number, Sound>();
  readonly #writes = new Set<Promise<void>>();
  #failure: unknown;

  private constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Rejects with E_FILE where the folder cannot be written into. */
  static async open(folder: string, clock: Clock): Promise<SavedAudio> {
    await makeFolder(folder);
    const tried = await openTarget(join(folder, 'run.wav'), clock);
    await tried.discard();
    return new SavedAudio(folder, clock);
  }

  /** Audio of a run, in the order in which it comes. A service that changes its format within one is heard until then. */
  take({ run, warmup }: Pick<Job, 'run' | 'warmup'>, { format, bytes }: AudioChunk): void {
    if (warmup) return;
    const sound = this.#sounds.get(run) ?? { format, chunks: [] };
    this.#sounds.set(run, sound);
    if (sameFormat(format, sound.format)) sound.chunks.push(bytes);
  }

  /** Begins to write what a run sounded like; the path that it will have, undefined where there was no sound. */
  save({ run, target }: { readonly run: number; readonly target: string }): string | undefined {
    const sound = this.#sounds.get(run);
    this.#sounds.delete(run);
    if (sound === undefined) return undefined;
    const path = join(this.#folder, fileName(run, target));
    const write = this.#write(path, sound).catch((thrown: unknown) => {
      this.#failure ??= thrown;
    });
    this.#writes.add(write);
    void write.then(() => this.#writes.delete(write));
    return path;
  }

  async #write(path: string, { format, chunks }: Sound): Promise<void> {
    const data = Buffer.concat(chunks);
    const file = await openTarget(path, this.#clock);
    try {
      await file.write(Buffer.concat([wavHeader(format, data.length), data]));
      await file.commit();
    } catch (thrown) {
      await file.discard().catch(() => {});
      throw thrown;
    }
  }

  /** Resolves when all is written; rejects with what went wrong first. */
  async done(): Promise<void> {
    await Promise.all(this.#writes);
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** A label may hold anything; a name of a file may not. */
function fileName(run: number, target: string): string {
  const safe = target.replace(/[^\p{L}\p{N}._-]+/gu, '_').slice(0, 60);
  return `run-${String(run).padStart(4, '0')}-${safe}.wav`;
}
