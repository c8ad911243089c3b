import { spawnSync } from 'node:child_process';
import { describe, it } from 'vitest';

/** Whether a program answers on the PATH. Looked up once a program. */
const found = new Map<string, boolean>();
export function hasProgram(name: string): boolean {
  let answer = found.get(name);
  if (answer === undefined) {
    answer = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0;
    found.set(name, answer);
  }
  return answer;
}

const requireAll = process.env.VOX_REQUIRE_ALL === '1';

function missing(programs: readonly string[]): string[] {
  return programs.filter((name) => !hasProgram(name));
}

/** `it` or `describe` that is skipped, by name, where a program is missing; under VOX_REQUIRE_ALL=1 it fails instead. */
export function needs(...programs: string[]): { it: typeof it; describe: typeof describe } {
  const lacking = missing(programs);
  if (lacking.length === 0) return { it, describe };
  if (!requireAll) return { it: it.skip as typeof it, describe: describe.skip as typeof describe };
  it(`needs ${lacking.join(', ')}`, () => {
    throw new Error(`VOX_REQUIRE_ALL=1, and these programs are missing: ${lacking.join(', ')}`);
  });
  return { it, describe };
}
