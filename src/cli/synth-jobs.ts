import { basename, extname, join } from 'node:path';
import { SpeechError } from '../errors.ts';
import type { TextInput } from './input.ts';
import { type Target, target } from './output.ts';

/** One text and the file it becomes. */
export interface SynthJob {
  readonly input: TextInput;
  readonly target: Target;
}

interface Wanted {
  readonly output?: string;
  readonly format?: string;
  readonly lines?: boolean;
  readonly outDir?: string;
}

/** What is to be made of the inputs; a contradiction is E_USAGE, before anything is read. */
export function planJobs(inputs: readonly TextInput[], wanted: Wanted, signal: AbortSignal): AsyncIterable<SynthJob> {
  const { output, outDir, format } = wanted;
  if (output !== undefined && outDir !== undefined) {
    throw new SpeechError('E_USAGE', '--output and --out-dir exclude one another', { todo: 'give one of them' });
  }
  if (wanted.lines) {
    if (outDir === undefined) throw new SpeechError('E_USAGE', '--lines needs --out-dir');
    const kind = target('-', format).kind;
    return lineJobs(
      inputs,
      (number) => target(join(outDir, `${String(number).padStart(4, '0')}.${kind}`), kind),
      signal,
    );
  }
  if (outDir !== undefined) {
    const kind = target('-', format).kind;
    return fromArray(
      inputs.map((input) => ({ input, target: target(join(outDir, `${stem(input.name)}.${kind}`), kind) })),
    );
  }
  if (output === undefined) {
    throw new SpeechError('E_USAGE', 'nothing to write to', {
      todo: "name a file with -o FILE, or use '-o -' for a pipe",
    });
  }
  const [input, second] = inputs;
  if (second || !input) throw new SpeechError('E_USAGE', 'several inputs need --out-dir');
  return fromArray([{ input, target: target(output, format) }]);
}

function stem(name: string): string {
  return basename(name, extname(name));
}

async function* fromArray<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

async function* lineJobs(
  inputs: readonly TextInput[],
  targetOf: (number: number) => Target,
  signal: AbortSignal,
): AsyncIterable<SynthJob> {
  let number = 0;
  for (const input of inputs) {
    for await (const line of lines(input.chunks(signal))) {
      number++;
      if (line.trim() === '') continue;
      yield { input: lineInput(`line ${number}`, line), target: targetOf(number) };
    }
  }
}

function lineInput(name: string, line: string): TextInput {
  return {
    name,
    live: false,
    markdownByName: false,
    async *chunks() {
      yield line;
    },
  };
}

/** The lines of a text as it arrives, without their ends. */
export async function* lines(text: AsyncIterable<string>): AsyncIterable<string> {
  let rest = '';
  for await (const piece of text) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
  }
  if (rest !== '') yield rest;
}
