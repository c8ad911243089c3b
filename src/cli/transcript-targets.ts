import { extname, resolve } from 'node:path';
import { SpeechError } from '../errors.ts';
import type { TranscriptKind } from '../report/transcript/writer.ts';

/** The kinds of transcript, and the endings that mean them; the first is the one that is given to a name. */
const endings = {
  text: ['txt', 'text'],
  srt: ['srt'],
  vtt: ['vtt', 'webvtt'],
  json: ['json'],
} as const satisfies Record<TranscriptKind, readonly [string, ...string[]]>;

export const transcriptKindNames = Object.keys(endings);

function isKind(name: string): name is TranscriptKind {
  return Object.hasOwn(endings, name);
}

/** `--format`; text where it is left out. */
export function formatKind(format: string | undefined): TranscriptKind {
  return format !== undefined && isKind(format) ? format : 'text';
}

export function endingOf(kind: TranscriptKind): string {
  return endings[kind][0];
}

/** Where a transcript goes. */
export interface TranscriptTarget {
  /** Undefined: stdout. */
  readonly path: string | undefined;
  readonly kind: TranscriptKind;
}

/** What a path of `-o` means, by its ending; `-` is stdout, and what has no ending a text. */
export function targetOf(path: string, format: string | undefined, kinds: readonly TranscriptKind[]): TranscriptTarget {
  if (path === '-' || path === '/dev/stdout') return { path: undefined, kind: formatKind(format) };
  const ending = extname(path).slice(1).toLowerCase();
  const kind =
    ending === '' ? formatKind(format) : kinds.find((name) => endings[name].some((known) => known === ending));
  if (kind !== undefined) return { path, kind };
  throw new SpeechError('E_USAGE', `vox does not write transcripts as .${ending}`, {
    todo: `use one of: ${kinds.map((name) => `.${endingOf(name)}`).join(', ')}`,
  });
}

/** Two transcripts in one file would undo each other: E_USAGE. */
export function refuseTwice(targets: readonly TranscriptTarget[]): void {
  const paths = targets.flatMap(({ path }) => (path === undefined ? [] : [path]));
  const twice = paths.find((path, i) => paths.slice(0, i).some((other) => resolve(other) === resolve(path)));
  if (twice !== undefined) throw new SpeechError('E_USAGE', `--output ${twice} is given twice`);
}
