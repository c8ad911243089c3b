import { type CompressedContainer, type EncodeStream, encodeStream, findFfmpeg } from '../audio/encode.ts';
import { type AudioChunk, type AudioFormat, isCompressed } from '../audio/format.ts';
import { SpeechError } from '../errors.ts';

/** Takes one audio message on its way; resolves when the next may follow. */
export type SendAudio = (turn: string, chunk: AudioChunk) => Promise<void>;

/** What the engine's sound goes through before it is sent: nothing, or an encoder. */
export interface AudioStage {
  write(turn: string, chunk: AudioChunk): Promise<void>;
  /** Everything written so far is sent when this resolves; what is written next begins anew. */
  finish(): Promise<void>;
  /** Drops what was not sent. The stage may be used again. */
  drop(): void;
}

/** linear16, mulaw and alaw come from the engine as they are wanted. */
function plainStage(send: SendAudio): AudioStage {
  return { write: send, finish: async () => {}, drop() {} };
}

/** mp3, opus and vorbis: an ffmpeg for everything between two flushes, started with its first sound. */
class CompressedStage implements AudioStage {
  readonly #format: AudioFormat;
  readonly #container: CompressedContainer;
  readonly #program: string;
  readonly #send: SendAudio;
  #encoder: EncodeStream | undefined;
  #sending: Promise<void> | undefined;
  /** ffmpeg does not say whose sound it gives, and does not hold it for long. */
  #turn = '';

  constructor(format: AudioFormat, container: CompressedContainer, program: string, send: SendAudio) {
    this.#format = format;
    this.#container = container;
    this.#program = program;
    this.#send = send;
  }

  async write(turn: string, chunk: AudioChunk): Promise<void> {
    this.#turn = turn;
    this.#encoder ??= this.#start(chunk.format);
    await this.#encoder.write(chunk.bytes);
  }

  #start(input: AudioFormat): EncodeStream {
    const encoder = encodeStream(input, this.#container, this.#program);
    this.#sending = this.#forward(encoder);
    // Its failure is met by `finish`, or has been met by `write` before.
    this.#sending.catch(() => {});
    return encoder;
  }

  async #forward(encoder: EncodeStream): Promise<void> {
    for await (const bytes of encoder.output) {
      if (encoder !== this.#encoder) return;
      await this.#send(this.#turn, { format: this.#format, bytes, firstSample: undefined });
    }
  }

  async finish(): Promise<void> {
    await this.#encoder?.end();
    await this.#sending;
    this.#encoder = undefined;
    this.#sending = undefined;
  }

  drop(): void {
    this.#encoder?.kill();
    this.#encoder = undefined;
    this.#sending = undefined;
  }
}

export interface AudioChain {
  /** What the engine is asked for. */
  readonly made: AudioFormat;
  /** A program of its own makes it. */
  readonly encodes: boolean;
  readonly stage: (send: SendAudio) => AudioStage;
}

/** How a wanted format comes about. Rejects with E_FFMPEG where it is compressed and the program is not there. */
export async function audioChain(wanted: AudioFormat): Promise<AudioChain> {
  const { encoding } = wanted;
  if (!isCompressed(encoding)) return { made: wanted, encodes: false, stage: plainStage };
  const program = findFfmpeg();
  if (program === undefined) {
    throw new SpeechError('E_FFMPEG', `${encoding} is made by the ffmpeg program, which this server does not find`);
  }
  const made: AudioFormat = { ...wanted, encoding: 'linear16' };
  return { made, encodes: true, stage: (send) => new CompressedStage(wanted, encoding, program, send) };
}
