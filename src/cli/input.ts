import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { SpeechError } from '../errors.ts';
import { decodeUtf8 } from '../text/utf8.ts';
import type { Io } from './io.ts';

/** A text to speak: where it comes from, and the text as it arrives. */
export interface TextInput {
  readonly name: string;
  /** Text that arrives over time (stdin), not text that is there. */
  readonly live: boolean;
  readonly markdownByName: boolean;
  chunks(signal: AbortSignal): AsyncIterable<string>;
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
  };
}

function ofFile(path: string): TextInput {
  return {
    name: path,
    live: false,
    markdownByName: markdownName.test(path),
    chunks: (signal) => decodeUtf8(readFile(path, signal)),
  };
}

async function* readFile(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, { signal });
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    throw new SpeechError('E_FILE', `cannot read ${path}: ${readFault(thrown)}`, { cause: thrown });
  }
}

const readFaults: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission',
  EISDIR: 'it is a folder',
};

/** Why a file could not be read, in words. */
export function readFault(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return readFaults[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
}

function ofStdin(io: Io): TextInput {
  return {
    name: 'stdin',
    live: true,
    markdownByName: true,
    chunks: (signal) => decodeUtf8(readStdin(io.stdin, signal)),
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
