import { extname } from 'node:path';
import type { AudioFormat, Encoding } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import { SpeechError } from '../errors.ts';
import type { Io } from './io.ts';

/** The kinds of file that speech can be written to, by the ending of the name or by --format. */
export const fileKinds = {
  wav: { container: 'wav', encodings: ['linear16', 'mulaw', 'alaw'] },
  pcm: { container: 'raw', encodings: ['linear16'] },
  raw: { container: 'raw', encodings: ['linear16', 'mulaw', 'alaw', 'mp3', 'opus'] },
  ulaw: { container: 'raw', encodings: ['mulaw'] },
  alaw: { container: 'raw', encodings: ['alaw'] },
  mp3: { container: 'raw', encodings: ['mp3'] },
  opus: { container: 'raw', encodings: ['opus'] },
} as const satisfies Record<string, { container: 'wav' | 'raw'; encodings: readonly [Encoding, ...Encoding[]] }>;

export type FileKind = keyof typeof fileKinds;
export const fileKindNames = Object.keys(fileKinds);

export interface Target {
  readonly path: string;
  readonly kind: FileKind;
}

/** The kind of the target: --format, else the name's ending; a pipe and a device are WAV unless told otherwise. */
export function target(name: string, format: string | undefined): Target {
  // The pipe itself: opened by its name it would be appended to, and a socket cannot be opened at all.
  const path = name === '/dev/stdout' ? '-' : name;
  const ending = extname(path).slice(1).toLowerCase();
  const kind = format ?? (path === '-' || ending === '' ? 'wav' : ending);
  if (!isKind(kind)) {
    throw new SpeechError('E_USAGE', `vox does not write .${kind} files`, {
      todo: `use one of: ${fileKindNames.join(', ')}`,
    });
  }
  return { path, kind };
}

function isKind(name: string): name is FileKind {
  return Object.hasOwn(fileKinds, name);
}

/** The encoding that the file wants, unless the flags chose one that it can hold too. */
export function encodingFor(kind: FileKind, chosen: Encoding | undefined): Encoding {
  const { encodings } = fileKinds[kind];
  const wanted = chosen ?? encodings[0];
  if (!encodings.some((encoding) => encoding === wanted)) {
    throw new SpeechError('E_USAGE', `a .${kind} file does not hold ${wanted}`, {
      todo: `leave --encoding out, or use ${encodings.join(' or ')}`,
    });
  }
  return wanted;
}

/** A sink for the target, and what to do with what a failure leaves. */
export interface OpenTarget {
  readonly sink: AudioSink;
  /** Keeps what was received under another name, and says which; undefined when nothing was received. */
  keepPartial(): Promise<string | undefined>;
}

/** What goes into the file: the service's format, and ffmpeg where that makes another of it. */
interface MadeOf {
  readonly input: AudioFormat;
  readonly ffmpeg?: string;
  readonly signal: AbortSignal;
}

/** Opens the target before anything else, so that a missing folder is told before a connection is made. */
export async function openTarget({ path, kind }: Target, io: Io, made: MadeOf): Promise<OpenTarget> {
  const { container } = fileKinds[kind];
  const compressed = made.ffmpeg !== undefined && (kind === 'mp3' || kind === 'opus') ? kind : undefined;
  if (path === '-') {
    if (io.stdout.isTTY) {
      throw new SpeechError('E_USAGE', 'audio is not written to a terminal', {
        todo: 'name a file with -o, or pipe the output',
      });
    }
    return { sink: await openPipe(io, container, compressed, made), keepPartial: async () => undefined };
  }
  if (compressed && made.ffmpeg !== undefined) {
    const { createEncodingSink } = await import('../audio/encode.ts');
    const { input, ffmpeg, signal } = made;
    const sink = await createEncodingSink({ path, container: compressed, input, ffmpeg, signal });
    return { sink, keepPartial: () => sink.keepPartial() };
  }
  const { createFileSink } = await import('../audio/sinks/file.ts');
  const sink = await createFileSink({ path, container, format: made.input, signal: made.signal });
  return { sink, keepPartial: () => sink.keepPartial() };
}

async function openPipe(
  io: Io,
  container: 'wav' | 'raw',
  compressed: 'mp3' | 'opus' | undefined,
  { input, ffmpeg }: MadeOf,
): Promise<AudioSink> {
  if (compressed && ffmpeg !== undefined) {
    const { createEncodingStreamSink } = await import('../audio/encode.ts');
    return createEncodingStreamSink(io.stdout, { container: compressed, input, ffmpeg });
  }
  const { createStreamSink } = await import('../audio/sinks/stream.ts');
  return createStreamSink(io.stdout, { container, format: input });
}

/** The ffmpeg program, where the file is compressed and the service sends no such audio. */
export async function ffmpegFor(kind: FileKind, sendsCompressed: boolean): Promise<string | undefined> {
  if (sendsCompressed || (kind !== 'mp3' && kind !== 'opus')) return undefined;
  const { findFfmpeg } = await import('../audio/encode.ts');
  const ffmpeg = await findFfmpeg();
  if (ffmpeg === undefined) throw new SpeechError('E_FFMPEG', `no ffmpeg to make .${kind} with`);
  return ffmpeg;
}
