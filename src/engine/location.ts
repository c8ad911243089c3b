import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Where this code stands: a source file (tests), or the bundle, whose build puts the bundle's own address here. The
 * worker is bundled apart and lies beside the bundle.
 */
const here = import.meta.url;

export function workerPath(): string {
  const relative = here.endsWith('.ts') ? '../../dist/flite-worker.cjs' : './flite-worker.cjs';
  return fileURLToPath(new URL(relative, here));
}

/** The main file of an installed package. Throws where it is missing. */
export function packagePath(name: string): string {
  return createRequire(here).resolve(name);
}
