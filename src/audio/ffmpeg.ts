import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SpeechError } from '../errors.ts';
import { childEnv } from './child-env.ts';
import { findProgram } from './find-program.ts';
import type { AudioFormat, CompressedEncoding, Encoding } from './format.ts';
import { formatName } from './format.ts';
import { atExit } from './sinks/at-exit.ts';
import { PipeWriter } from './sinks/pipe-writer.ts';
import { PipeClosed } from './sinks/write-error.ts';

/** The compressed formats that the ffmpeg program makes for us. Opus and Vorbis stand in an Ogg container. */
export type CompressedContainer = CompressedEncoding;

/** The path of the ffmpeg program, or undefined where there is none on the PATH. */
export function findFfmpeg(searchPath?: string): string | undefined {
  return findProgram('ffmpeg', searchPath);
}

/** What ffmpeg calls the encodings that it can be given. */
const inputNames: Partial<Record<Encoding, string>> = { linear16: 's16le', mulaw: 'mulaw', alaw: 'alaw' };

/**
 * Constant rates at which speech does not suffer. No tags in front: they are no audio, and they would put off the
 * first sound. Ogg pages of 100 ms instead of a second, for the same reason.
 */
const outputArguments: Record<CompressedContainer, readonly string[]> = {
  mp3: ['-c:a', 'libmp3lame', '-b:a', '64k', '-id3v2_version', '0', '-write_xing', '0', '-f', 'mp3'],
  opus: ['-c:a', 'libopus', '-b:a', '32k', '-page_duration', '100000', '-f', 'ogg'],
  vorbis: ['-c:a', 'libvorbis', '-q:a', '2', '-page_duration', '100000', '-f', 'ogg'],
};

/**
 * From standard input to standard output, each packet at once (without the probe settings, ffmpeg waits for the end
 * of its input: 1.8 s instead of 0.06 to the first byte), the same bytes for the same audio.
 */
function ffmpegArguments(input: AudioFormat, container: CompressedContainer): string[] {
  const name = inputNames[input.encoding];
  if (!name) throw new SpeechError('E_UNSUPPORTED', `${formatName(input)} cannot be made into ${container}`);
  const source = ['-f', name, '-ar', String(input.sampleRateHz), '-ac', String(input.channels), '-i', 'pipe:0'];
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-probesize', '32', '-analyzeduration', '0'];
  return [...quiet, ...source, ...outputArguments[container], '-bitexact', '-flush_packets', '1', 'pipe:1'];
}

/** Enough of what ffmpeg says to hold its last line. */
const complaintChars = 4000;

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1)?.trim() || undefined;
}

/** ffmpeg at work. Reading `output` and writing go on side by side: either waits for the other. */
export interface EncodeStream {
  /** Waits while ffmpeg has more than it can take. Rejects with SpeechError E_ENGINE or E_FFMPEG when it has failed. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more input. Resolves when ffmpeg has it all; what it makes of it is still to be read from `output`. */
  end(): Promise<void>;
  /** The compressed audio, to be read once. Ends when ffmpeg has exited, or throws as `write` does. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Ends ffmpeg at once: `write` and `end` resolve, `output` ends. Does nothing when it is gone already. */
  kill(): void;
}

class Ffmpeg implements EncodeStream {
  readonly output: AsyncIterable<Uint8Array>;
  readonly #child;
  readonly #input: PipeWriter;
  /** Resolves with the reason of a failure, when the child is gone and its pipes are closed. */
  readonly #gone: Promise<SpeechError | undefined>;
  #complaint = '';
  #killed = false;
  #ended: Promise<void> | undefined;

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, env: childEnv() });
    this.#input = new PipeWriter(this.#child.stdin, 'ffmpeg');
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-complaintChars);
    });
    // `once` below listens for the first error alone; a later one (of `kill`) has nothing to add.
    this.#child.on('error', () => {});
    const forget = atExit(() => this.#child.kill('SIGKILL'));
    this.#gone = this.#untilGone(program).finally(forget);
    this.output = this.#read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#handOver(() => this.#input.write(bytes));
  }

  end(): Promise<void> {
    this.#ended ??= this.#handOver(() => this.#input.flushed()).finally(() => this.#child.stdin.end());
    return this.#ended;
  }

  kill(): void {
    this.#killed = true;
    this.#input.release();
    this.#child.kill('SIGKILL');
    this.#child.stdout.destroy();
  }

  /** A pipe that ffmpeg closed says nothing of why; its exit does. */
  async #handOver(work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof PipeClosed)) throw thrown;
      const failure = await this.#gone;
      if (!this.#killed) throw failure ?? new SpeechError('E_ENGINE', 'ffmpeg ended before its input did');
    }
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const bytes of this.#child.stdout) yield bytes;
    } catch (thrown) {
      if (!this.#killed) throw thrown;
    } finally {
      // A reader who leaves early leaves ffmpeg nobody to work for.
      if (!this.#child.stdout.readableEnded) this.kill();
      await this.#gone;
    }
    const failure = await this.#gone;
    if (failure && !this.#killed) throw failure;
  }

  async #untilGone(program: string): Promise<SpeechError | undefined> {
    try {
      const [exitCode] = await once(this.#child, 'close');
      const said = lastLine(this.#complaint);
      if (exitCode === 0) return undefined;
      const todo = 'see whether `ffmpeg -encoders` lists libmp3lame, libopus and libvorbis';
      return new SpeechError('E_ENGINE', `ffmpeg failed: ${said ?? `exit code ${exitCode}`}`, { todo });
    } catch (thrown) {
      return new SpeechError('E_FFMPEG', `${program} does not start`, { cause: thrown });
    }
  }
}

/**
 * Starts ffmpeg to compress linear16, mu-law or A-law. `program` is what `findFfmpeg` found. Throws SpeechError
 * E_UNSUPPORTED for other input; every other failure comes with the first call that meets it.
 */
export function encodeStream(input: AudioFormat, container: CompressedContainer, program = 'ffmpeg'): EncodeStream {
  return new Ffmpeg(program, ffmpegArguments(input, container));
}
