import { createReadStream, fstatSync, type Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import { readFault } from '../audio/read-fault.ts';
import { SpeechError } from '../errors.ts';
import { type Decoded, decodeUtf8 } from '../text/utf8.ts';
import type { Io } from './io.ts';

export { readFault };

/** A text to speak: where it comes from, and the text as it arrives. */
export interface TextInput {
  readonly name: string;
  /** Text that arrives over time (stdin), not text that is there. */
  readonly live: boolean;
  readonly markdownByName: boolean;
  chunks(signal: AbortSignal): AsyncIterable<string>;
  /**
   * How much of the whole its first characters are (UTF-16 units), 0 to 1; undefined where nobody knows how much there
   * is to come. Of a file by its size in bytes, at the bytes a character that were read so far.
   */
  share(chars: number): number | undefined;
}

const markdownName = /\.(md|markdown)$/i;

/** The texts of a command line: its arguments, or its files, or stdin where neither is given. */
export function textInputs(words: readonly string[], files: readonly string[] | undefined, io: Io): TextInput[] {
  if (words.length > 0 && files) {
    throw new SpeechError('E_USAGE', 'text and --file exclude one another', { todo: 'give one of them' });
  }
  if (words.length > 0) return [textInput('text', words.join(' '))];
  if (files) return files.map((file) => (file === '-' ? ofStdin(io) : ofFile(file)));
  return [ofStdin(io)];
}

/** A text that is there. */
export function textInput(name: string, text: string): TextInput {
  return {
    name,
    live: false,
    markdownByName: false,
    async *chunks() {
      yield text;
    },
    share: (chars) => shareOf(chars, text.length),
  };
}

function ofFile(path: string): TextInput {
  let totalBytes: number | undefined;
  let read: Decoded = { bytes: 0, chars: 0 };
  const noteSize = (opened: Stats) => {
    // Of a pipe or a device nobody knows.
    if (opened.isFile()) totalBytes = opened.size;
  };
  const noteRead = (soFar: Decoded) => {
    read = soFar;
  };
  return {
    name: path,
    live: false,
    markdownByName: markdownName.test(path),
    chunks: (signal) => decodeUtf8(readFile(path, signal, noteSize), noteRead),
    share: (chars) =>
      totalBytes === undefined || read.chars === 0 ? undefined : shareOf((chars / read.chars) * read.bytes, totalBytes),
  };
}

/** A file that grows while it is read has no more than all of it done. */
function shareOf(done: number, total: number): number | undefined {
  return total === 0 ? undefined : Math.min(done / total, 1);
}

async function* readFile(
  path: string,
  signal: AbortSignal,
  onOpen: (opened: Stats) => void,
): AsyncIterable<Uint8Array> {
  try {
    const stream = createReadStream(path, { signal });
    stream.once('open', (fd) => onOpen(fstatSync(fd)));
    yield* stream;
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    throw new SpeechError('E_FILE', `cannot read ${path}: ${readFault(thrown)}`, { cause: thrown });
  }
}

function ofStdin(io: Io): TextInput {
  return {
    name: 'stdin',
    live: true,
    markdownByName: true,
    chunks: (signal) => decodeUtf8(readStdin(io.stdin, signal)),
    share: () => undefined,
  };
}

/** Reads stdin until it ends or the signal comes; then lets go of it, so that an open terminal keeps nothing alive. */
async function* readStdin(stdin: Readable, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const onAbort = () => stdin.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of stdin) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    signal.throwIfAborted();
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    throw new SpeechError('E_FILE', `cannot read stdin: ${readFault(thrown)}`, { cause: thrown });
  } finally {
    signal.removeEventListener('abort', onAbort);
    stdin.destroy();
  }
}
