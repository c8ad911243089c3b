import { basename, extname, join } from 'node:path';
import { SpeechError } from '../errors.ts';
import { type TextInput, textInput } from './input.ts';
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
  if (outDir !== undefined) {
    const { kind } = target('-', format);
    const targetOf = (name: string) => target(join(outDir, `${name}.${kind}`), kind);
    return wanted.lines ? lineJobs(inputs, targetOf, signal) : fromArray(fileJobs(inputs, targetOf));
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
  return fromArray([{ input, target: target(output, format) }]);
}

async function* fromArray<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

/** A file for each input, by the input's name; two that would become the same one are E_USAGE. */
function fileJobs(inputs: readonly TextInput[], targetOf: (name: string) => Target): SynthJob[] {
  const makers = new Map<string, string>();
  return inputs.map((input) => {
    const made = targetOf(basename(input.name, extname(input.name)));
    const other = makers.get(made.path);
    if (other !== undefined) {
      throw new SpeechError('E_USAGE', `${other} and ${input.name} would both become ${made.path}`, {
        todo: 'run them one after the other, into two folders',
      });
    }
    makers.set(made.path, input.name);
    return { input, target: made };
  });
}

async function* lineJobs(
  inputs: readonly TextInput[],
  targetOf: (name: string) => Target,
  signal: AbortSignal,
): AsyncIterable<SynthJob> {
  let number = 0;
  for (const input of inputs) {
    for await (const line of lines(input.chunks(signal))) {
      number++;
      if (line.trim() === '') continue;
      yield { input: textInput(`line ${number}`, line), target: targetOf(String(number).padStart(4, '0')) };
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
