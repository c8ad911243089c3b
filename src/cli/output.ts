import { mkdir } from 'node:fs/promises';
import { extname } from 'node:path';
import type { CompressedContainer } from '../audio/ffmpeg.ts';
import { type AudioFormat, type Encoding, encodings, frameBytes, isCompressed } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import { decodingSink } from '../audio/sinks/decoding.ts';
import type { FileSink } from '../audio/sinks/file.ts';
import { type HoldingSink, holdingSink } from '../audio/sinks/holding.ts';
import { writeError } from '../audio/sinks/write-error.ts';
import { SpeechError } from '../errors.ts';
import type { Io } from './io.ts';

/** The kinds of file that speech can be written to, by the ending of the name or by --format. */
export const fileKinds = {
  wav: { container: 'wav', encodings: ['linear16', 'mulaw', 'alaw'] },
  pcm: { container: 'raw', encodings: ['linear16'] },
  raw: { container: 'raw', encodings },
  ulaw: { container: 'raw', encodings: ['mulaw'] },
  alaw: { container: 'raw', encodings: ['alaw'] },
  mp3: { container: 'raw', encodings: ['mp3'] },
  opus: { container: 'raw', encodings: ['opus'] },
  ogg: { container: 'raw', encodings: ['vorbis'] },
} as const satisfies Record<string, { container: 'wav' | 'raw'; encodings: readonly [Encoding, ...Encoding[]] }>;

export type FileKind = keyof typeof fileKinds;
export const fileKindNames = Object.keys(fileKinds);

/** The pipe itself: opened by its name it would be appended to, and a socket cannot be opened at all. */
function isStdout(path: string): boolean {
  return path === '-' || path === '/dev/stdout';
}

/** The kind of the target: --format, else the name's ending; a pipe and a device are WAV unless told otherwise. */
export function kindOf(path: string, format: string | undefined): FileKind {
  const ending = extname(path).slice(1).toLowerCase();
  const kind = format ?? (isStdout(path) || ending === '' ? 'wav' : ending);
  if (isKind(kind)) return kind;
  throw new SpeechError('E_USAGE', `vox does not write .${kind} files`, {
    todo: `use one of: ${fileKindNames.join(', ')}`,
  });
}

/** What stdout is for: audio, what a dry run shows, or no more than talk. */
export function stdoutUse({ output = '', dryRun }: { output?: string; dryRun?: boolean }) {
  const audio = isStdout(output);
  return { jsonTo: audio ? ('stderr' as const) : ('stdout' as const), outlivesStdout: !audio && dryRun !== true };
}

function isKind(name: string): name is FileKind {
  return Object.hasOwn(fileKinds, name);
}

/** The encoding that the file holds: the flag's, where it can. */
function encodingOf(kind: FileKind, chosen: Encoding | undefined): Encoding {
  const held = fileKinds[kind].encodings;
  const wanted = chosen ?? held[0];
  if (!held.some((encoding) => encoding === wanted)) {
    throw new SpeechError('E_USAGE', `a .${kind} file does not hold ${wanted}`, {
      todo: `leave --encoding out, or use ${held.join(' or ')}`,
    });
  }
  return wanted;
}

/** What the service is asked to send for a file, and what that is compressed to here where it sends no such audio. */
export interface Source {
  readonly encoding: Encoding;
  readonly compressTo?: CompressedContainer;
}

export function sourceFor(
  kind: FileKind,
  chosen: Encoding | undefined,
  sends: (encoding: Encoding) => boolean,
): Source {
  const encoding = encodingOf(kind, chosen);
  return isCompressed(encoding) && !sends(encoding) ? { encoding: 'linear16', compressTo: encoding } : { encoding };
}

/** A sink for the target, and what to do with what a failure leaves. */
export interface OpenTarget {
  readonly sink: AudioSink;
  /** Keeps what was received under another name, and says which; undefined when nothing was received. */
  keepPartial(): Promise<string | undefined>;
}

/** The program that compresses, looked for once. */
export interface Encoder {
  readonly container: CompressedContainer;
  readonly ffmpeg: string;
}

/** Rejects with E_FFMPEG where there is none. */
export async function findEncoder(container: CompressedContainer): Promise<Encoder> {
  const { findFfmpeg } = await import('../audio/encode.ts');
  const ffmpeg = await findFfmpeg();
  if (ffmpeg === undefined) throw new SpeechError('E_FFMPEG', `no ffmpeg to make ${container} with`);
  return { container, ffmpeg };
}

/** What goes into the file: the service's audio, and what compresses it on the way. */
interface MadeOf {
  readonly kind: FileKind;
  readonly input: AudioFormat;
  readonly encoder?: Encoder;
  readonly signal: AbortSignal;
  /** What cannot be taken back is held until it is whole. */
  readonly hold: boolean;
  /** Takes what a person should know of sound that came damaged. */
  readonly onWarning?: (text: string) => void;
}

/** Opens the target before anything else, so that a missing folder is told before a connection is made. */
export async function openTarget(path: string, io: Io, made: MadeOf): Promise<OpenTarget> {
  const { kind, input, encoder, signal } = made;
  if (isStdout(path)) return asOpen(await openPipe(io, made), made, async () => undefined);
  if (encoder) {
    const { createEncodingSink } = await import('../audio/encode.ts');
    return asOpenFile(await createEncodingSink({ ...encoder, path, input, signal }), made);
  }
  const { createFileSink } = await import('../audio/sinks/file.ts');
  return asOpenFile(await createFileSink({ path, container: fileKinds[kind].container, format: input, signal }), made);
}

function asOpenFile(file: FileSink, made: MadeOf): OpenTarget {
  return asOpen(file, made, () => file.keepPartial());
}

/** A service may send another format than it was asked for: that is decoded on the way. */
function asOpen(target: AudioSink, made: MadeOf, keep: () => Promise<string | undefined>): OpenTarget {
  const { input: wanted, onWarning, hold, signal } = made;
  // What is compressed by the service is never taken back, so that to hold it would be of no use.
  const holds = hold && !target.takeBack && frameBytes(wanted) !== undefined;
  const held: HoldingSink | undefined = holds ? holdingSink(target) : undefined;
  const sink = decodingSink(held ?? target, { wanted, ...(onWarning && { onWarning }) });
  return {
    sink,
    async keepPartial() {
      // What was received is kept; but who was stopped by hand does not wait for a reader.
      if (!signal.aborted) await held?.release();
      sink.abort();
      return keep();
    },
  };
}

async function openPipe(io: Io, { kind, input, encoder }: MadeOf): Promise<AudioSink> {
  if (io.stdout.isTTY) {
    throw new SpeechError('E_USAGE', 'audio is not written to a terminal', {
      todo: 'name a file with -o, or pipe the output',
    });
  }
  if (encoder) {
    const { createEncodingStreamSink } = await import('../audio/encode.ts');
    return createEncodingStreamSink(io.stdout, { ...encoder, input });
  }
  const { createStreamSink } = await import('../audio/sinks/stream.ts');
  return createStreamSink(io.stdout, { container: fileKinds[kind].container, format: input });
}

/** Rejects with SpeechError E_FILE where the folder is not there and cannot be made. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw writeError(thrown, path);
  }
}
