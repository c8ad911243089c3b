import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { root } from './vox.ts';

/** Recordings of people. They are no part of the repository, and wanted only where they are. */
export const recordings = process.env.VOX_TEST_AUDIO ?? join(root, '../shared/audio');

export const withRecordings = existsSync(recordings) ? describe : describe.skip;

/** The files and what is said in each, as the folder's own README has it. */
export function references(): { readonly file: string; readonly text: string }[] {
  if (!existsSync(recordings)) return [];
  const readme = readFileSync(join(recordings, 'README.md'), 'utf8');
  return [...readme.matchAll(/^\| (\S+\.wav) \| ([^|]+) \|/gm)].map(([, name = '', text = '']) => ({
    file: join(recordings, name),
    text: text.trim(),
  }));
}
