import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { AudioInput } from '../audio/sources/open-audio.ts';
import { SpeechError } from '../errors.ts';
import type { TranscriptKind } from '../report/transcript/writer.ts';
import { readFault } from './input.ts';
import type { Io } from './io.ts';
import { endingOf, formatKind, refuseTwice, type TranscriptTarget, targetOf } from './transcript-targets.ts';

/** One recording, and what becomes of it. */
export interface TranscriptJob {
  /** For a person: the path, or `stdin`. */
  readonly name: string;
  readonly input: AudioInput;
  readonly targets: readonly TranscriptTarget[];
  /** What was really said. */
  readonly reference?: string;
}

interface Wanted {
  readonly output?: readonly string[];
  readonly format?: string;
  readonly outDir?: string;
  readonly reference?: readonly string[];
  readonly json?: boolean;
  readonly jobs: number;
}

const fileKinds: readonly TranscriptKind[] = ['text', 'srt', 'vtt', 'json'];

/** What is to be made of the recordings; a contradiction is E_USAGE, before anything is opened. */
export function planTranscripts(files: readonly string[], wanted: Wanted, io: Pick<Io, 'stdin'>): TranscriptJob[] {
  const { output, outDir, format, reference = [] } = wanted;
  const usage = (message: string, todo: string) => new SpeechError('E_USAGE', message, { todo });
  if (files.filter((file) => file === '-').length > 1) throw usage("'-' is given twice", 'stdin can be read once');
  if (files.length > 1 && output) throw usage('several recordings and one --output', 'name a folder with --out-dir');
  if (reference.length > 0 && reference.length !== files.length) {
    throw usage(
      `${files.length} recordings and ${reference.length} references`,
      'give one --reference for each, in order',
    );
  }
  const kind = formatKind(format);
  if (files.length > 1 && outDir === undefined && !wanted.json && (kind === 'srt' || kind === 'vtt')) {
    throw usage(`several recordings do not make one ${kind}`, 'name a folder with --out-dir');
  }
  const paths = outDir === undefined ? undefined : namesIn(outDir, files, endingOf(kind));
  return files.map((file, i) => {
    const text = reference[i];
    return {
      name: file === '-' ? 'stdin' : file,
      input: file === '-' ? { stream: io.stdin, name: 'stdin' } : { path: file },
      targets: targetsOf(wanted, kind, paths?.[i]),
      ...(text !== undefined && { reference: readReference(text) }),
    };
  });
}

/** Stdout has the transcript unless it goes into files; with `--json` it has the events instead. */
function targetsOf({ output = [], format, json }: Wanted, kind: TranscriptKind, inFolder: string | undefined) {
  const targets: TranscriptTarget[] = output.map((path) => targetOf(path, format, fileKinds));
  if (inFolder !== undefined) targets.push({ path: inFolder, kind });
  refuseTwice(targets);
  if (targets.length === 0 && !json) targets.push({ path: undefined, kind });
  return targets;
}

/** A file for each recording, by its name; two that would become the same one are E_USAGE. */
function namesIn(folder: string, files: readonly string[], ending: string): string[] {
  const makers = new Map<string, string>();
  return files.map((file) => {
    const path = join(folder, `${file === '-' ? 'stdin' : basename(file, extname(file))}.${ending}`);
    const other = makers.get(path);
    if (other !== undefined) {
      throw new SpeechError('E_USAGE', `${other} and ${file} would both become ${path}`, {
        todo: 'run them one after the other, into two folders',
      });
    }
    makers.set(path, file);
    return path;
  });
}

/** What was really said. Throws what a user can be told. */
export function readReference(path: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    if (text.trim() !== '') return text;
    throw new SpeechError('E_USAGE', `the reference ${path} is empty`, { todo: 'write into it what was really said' });
  } catch (thrown) {
    if (thrown instanceof SpeechError) throw thrown;
    if (thrown instanceof TypeError) throw new SpeechError('E_NOT_UTF8', `the reference ${path} is not UTF-8`);
    throw new SpeechError('E_FILE', `cannot read the reference ${path}: ${readFault(thrown)}`, { cause: thrown });
  }
}
