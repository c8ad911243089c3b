import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Where this code stands: a source file (tests), or the bundle, whose build puts the bundle's own address here. The
 * workers are bundled apart and lie beside the bundle.
 */
const here = import.meta.url;

export function workerPath(name: 'flite-worker' | 'pocketsphinx-worker'): string {
  const folder = here.endsWith('.ts') ? '../../dist' : '.';
  return fileURLToPath(new URL(`${folder}/${name}.cjs`, here));
}

/** The main file of an installed package. Throws where it is missing. */
export function packagePath(name: string): string {
  return createRequire(here).resolve(name);
}
