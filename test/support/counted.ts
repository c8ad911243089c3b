import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root } from './vox.ts';

/**
 * What a page says where `place` matches is what a test counted: written there with VOX_WRITE_COUNTS=1, compared
 * otherwise. `place` has three groups: what stands before it, itself, and what stands behind.
 */
export function expectCounted(page: string, place: RegExp, counted: string): void {
  const path = join(root, page);
  const text = readFileSync(path, 'utf8');
  if (process.env.VOX_WRITE_COUNTS === '1') {
    writeFileSync(
      path,
      text.replace(place, (_all, before, _old, after) => before + counted + after),
    );
  }
  expect(place.exec(readFileSync(path, 'utf8'))?.[2], page).toBe(counted);
}
