import { extname } from 'node:path';
import { SpeechError } from '../errors.ts';
import type { ListenFlags } from './listen.ts';
import { refuseTwice, type TranscriptTarget, targetOf } from './transcript-targets.ts';

/** What grows with every final, and is whole at every moment; a JSON document is not. */
const kinds = ['text', 'srt', 'vtt'] as const;

/** What is to be written, as the flags say it. */
export interface ListenFiles {
  readonly targets: readonly TranscriptTarget[];
  /** A text on stdout. */
  readonly stdout: boolean;
  readonly save: string | undefined;
}

/** A contradiction is E_USAGE, before anything is opened. With `--json`, stdout has the events. */
export function planFiles({ output = [], save, json }: Pick<ListenFlags, 'output' | 'save' | 'json'>): ListenFiles {
  const targets = output.map((path) => targetOf(path, undefined, kinds));
  if (save !== undefined && extname(save).toLowerCase() !== '.wav') {
    throw new SpeechError('E_USAGE', `--save ${save}: the audio is kept as WAV`, { todo: 'name it FILE.wav' });
  }
  refuseTwice(targets);
  return {
    targets: targets.filter(({ path }) => path !== undefined),
    stdout: !json || usesStdout(output),
    save,
  };
}

/** `-o -` beside `--json`: the text keeps stdout, and the events go to stderr. */
export function usesStdout(output: readonly string[] = []): boolean {
  return output.some((path) => path === '-' || path === '/dev/stdout');
}
