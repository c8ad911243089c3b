import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpeechError, toSpeechError } from '../../errors.ts';
import { findProgram } from '../find-program.ts';
import type { PlayPosition } from '../sink.ts';
import { atExit } from '../sinks/at-exit.ts';
import { wavHeader } from '../wav-header.ts';
import { PlayerChild } from './child.ts';
import type { OpenOptions, PlayDevice, Player, PlayFeed } from './device.ts';
import { PlayClock } from './play-clock.ts';

/** From the program's start to the sound: an estimate, as nobody has measured it on a Mac yet. */
const latencyMs = 100;

/** How much is asked for at a time. */
const blockMs = 1000;

/** The player of every Mac. It plays files only, so the sound begins when all of it is there: the last resort. */
export const afplayPlayer: Player = {
  name: 'afplay',
  picksDevice: false,
  missing: () => (findProgram('afplay') ? undefined : 'the program is not installed'),
  open: async (options) => {
    try {
      return new FileDevice(options);
    } catch (thrown) {
      throw new SpeechError('E_DEVICE', `afplay: ${toSpeechError(thrown).message}`, { cause: thrown });
    }
  },
};

class FileDevice implements PlayDevice {
  readonly sampleRateHz: number;
  readonly #path = join(tmpdir(), `vox-${randomUUID()}.wav`);
  readonly #file: number;
  readonly #played: PlayClock;
  readonly #forget: () => void;
  #feed: PlayFeed | undefined;
  #samples = 0;
  #child: PlayerChild | undefined;
  #closed = false;

  constructor({ sampleRateHz, clock }: OpenOptions) {
    this.sampleRateHz = sampleRateHz;
    this.#played = new PlayClock(clock, sampleRateHz, latencyMs);
    this.#file = openSync(this.#path, 'wx', 0o600);
    this.#forget = atExit(() => rmSync(this.#path, { force: true }));
    this.#writeHeader(0);
  }

  get firstSoundMs(): number | undefined {
    return this.#played.firstSoundMs;
  }

  start(feed: PlayFeed): void {
    this.#feed = feed;
  }

  /** Takes all there is into the file. */
  wake(): void {
    const block = new Int16Array((this.sampleRateHz * blockMs) / 1000);
    let count = 0;
    do {
      count = this.#closed ? 0 : (this.#feed?.pull(block) ?? 0);
      this.#append(block.subarray(0, count));
    } while (count > 0);
  }

  position(): PlayPosition {
    return this.#played.position();
  }

  /** Before it plays, no sound can be too late for it. */
  emptyAtMs(): number {
    return this.#child ? this.#played.emptyAtMs() : Number.POSITIVE_INFINITY;
  }

  async drain(): Promise<void> {
    if (this.#closed) return;
    if (this.#samples === 0) return this.#close();
    this.#writeHeader(this.#samples * 2);
    this.#child = new PlayerChild('afplay', 'afplay', [this.#path]);
    this.#played.gave(this.#samples);
    const reason = await this.#child.ended;
    this.#close();
    if (reason !== undefined && !this.#child.killed) throw this.#child.failure(reason);
  }

  abort(): void {
    if (this.#closed) return;
    this.#played.stop();
    this.#child?.kill();
    this.#close();
  }

  #append(samples: Int16Array): void {
    if (samples.length === 0) return;
    try {
      writeSync(this.#file, samples);
      this.#samples += samples.length;
    } catch (thrown) {
      this.abort();
      this.#feed?.failed(toSpeechError(thrown, 'E_FILE'));
    }
  }

  #writeHeader(dataBytes: number): void {
    const format = { encoding: 'linear16', sampleRateHz: this.sampleRateHz, channels: 1 } as const;
    const header = wavHeader(format, dataBytes);
    writeSync(this.#file, header, 0, header.length, this.#samples === 0 ? null : 0);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
    this.#forget();
  }
}
