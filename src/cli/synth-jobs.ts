import { basename, extname, join } from 'node:path';
import { SpeechError } from '../errors.ts';
import { type TextInput, textInput } from './input.ts';
import { type FileKind, kindOf } from './output.ts';

/** One text and the file it becomes. */
export interface SynthJob {
  readonly input: TextInput;
  readonly path: string;
  /** Of a line: its characters, its end, and the blank lines before it. */
  readonly chars?: number;
}

/** All files of a command are of one kind, and so is what the service is asked to send. */
export interface SynthPlan {
  readonly kind: FileKind;
  /** How many files there will be; undefined where that depends on what is read. */
  readonly total: number | undefined;
  readonly jobs: AsyncIterable<SynthJob>;
}

interface Wanted {
  readonly output?: string;
  readonly format?: string;
  readonly lines?: boolean;
  readonly outDir?: string;
}

/** What is to be made of the inputs; a contradiction is E_USAGE, before anything is read. */
export function planJobs(inputs: readonly TextInput[], wanted: Wanted, signal: AbortSignal): SynthPlan {
  const { output, outDir, format } = wanted;
  if (output !== undefined && outDir !== undefined) {
    throw new SpeechError('E_USAGE', '--output and --out-dir exclude one another', { todo: 'give one of them' });
  }
  if (outDir !== undefined) {
    const kind = kindOf('-', format);
    const pathOf = (name: string) => join(outDir, `${name}.${kind}`);
    if (wanted.lines) return { kind, total: undefined, jobs: lineJobs(inputs, pathOf, signal) };
    return { kind, total: inputs.length, jobs: fromArray(fileJobs(inputs, pathOf)) };
  }
  if (wanted.lines) throw new SpeechError('E_USAGE', '--lines needs --out-dir', { todo: 'name a folder' });
  if (output === undefined) {
    throw new SpeechError('E_USAGE', 'nothing to write to', {
      todo: "name a file with -o FILE, or use '-o -' for a pipe",
    });
  }
  const [input, second] = inputs;
  if (second || !input) {
    throw new SpeechError('E_USAGE', 'several inputs need --out-dir', { todo: 'name a folder for their files' });
  }
  return { kind: kindOf(output, format), total: 1, jobs: fromArray([{ input, path: output }]) };
}

async function* fromArray<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

/** A file for each input, by the input's name; two that would become the same one are E_USAGE. */
function fileJobs(inputs: readonly TextInput[], pathOf: (name: string) => string): SynthJob[] {
  const makers = new Map<string, string>();
  return inputs.map((input) => {
    const path = pathOf(basename(input.name, extname(input.name)));
    const other = makers.get(path);
    if (other !== undefined) {
      throw new SpeechError('E_USAGE', `${other} and ${input.name} would both become ${path}`, {
        todo: 'run them one after the other, into two folders',
      });
    }
    makers.set(path, input.name);
    return { input, path };
  });
}

async function* lineJobs(
  inputs: readonly TextInput[],
  pathOf: (name: string) => string,
  signal: AbortSignal,
): AsyncIterable<SynthJob> {
  let number = 0;
  for (const input of inputs) {
    let chars = 0;
    for await (const line of lines(input.chunks(signal))) {
      number++;
      chars += line.length + 1;
      if (line.trim() === '') continue;
      yield { input: textInput(`line ${number}`, line), path: pathOf(String(number).padStart(4, '0')), chars };
      chars = 0;
    }
  }
}

/** The lines of a text as it arrives, without their ends. */
async function* lines(text: AsyncIterable<string>): AsyncIterable<string> {
  let rest = '';
  for await (const piece of text) {
    const [head = '', ...tails] = piece.split('\n');
    rest += head;
    for (const tail of tails) {
      yield rest.endsWith('\r') ? rest.slice(0, -1) : rest;
      rest = tail;
    }
  }
  if (rest !== '') yield rest;
}
