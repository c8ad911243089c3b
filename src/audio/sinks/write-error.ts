import { SpeechError } from '../../errors.ts';

/** Nobody reads any more (`| head -c 100`): no fault of anyone. A command that meets it ends quietly, with exit 0. */
export class PipeClosed extends Error {
  override readonly name = 'PipeClosed';
}

/** The system's word for a failed write, in ours. */
const reasons: Record<string, string> = {
  ENOENT: 'the directory does not exist',
  ENOTDIR: 'a part of the path is no directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links go in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EFBIG: 'the file system allows no larger file',
  ENXIO: 'it is a socket or a device that does not answer',
  EIO: 'the device failed',
};

const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
const closed: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** The system's error code (`ENOENT`) of something thrown, where it has one. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Turns what opening, writing or renaming threw into what the caller is told: PipeClosed, E_DISK_FULL or E_FILE. */
export function writeError(thrown: unknown, path: string): SpeechError | PipeClosed {
  if (thrown instanceof SpeechError || thrown instanceof PipeClosed) return thrown;
  const code = systemCode(thrown);
  if (code && closed.has(code)) return new PipeClosed(`${path} is read no further`, { cause: thrown });
  const detail = { path, ...(code && { systemCode: code }) };
  if (code && full.has(code)) {
    return new SpeechError('E_DISK_FULL', `no space is left to write ${path}`, { detail, cause: thrown });
  }
  const why = (code && reasons[code]) ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new SpeechError('E_FILE', `cannot write ${path}: ${why}`, { detail, cause: thrown });
}
