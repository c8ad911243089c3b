import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './support/vox.ts';

const read = (name: string) => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json'));
const lock: Record<string, { version?: string; resolved?: string; integrity?: string; hasInstallScript?: boolean }> =
  JSON.parse(read('package-lock.json')).packages;
const contributing = read('CONTRIBUTING.md');

/** By the section that it stands in. */
const wanted: [string, string][] = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((section) =>
  Object.entries<string>(manifest[section]),
);

describe('the packages that we use', () => {
  it('are pinned to one version each, and that is the one in the lock', () => {
    expect(wanted.length).toBeGreaterThan(20);
    const loose = wanted.filter(([, version]) => !/^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
    const other = wanted.filter(
      ([name, version]) => lock[`node_modules/${name}`]?.version !== version.split('@').at(-1),
    );
    expect(other).toEqual([]);
  });

  it('are what was published: the lock has a hash of each', () => {
    const unknown = Object.entries(lock).filter(([path, { integrity }]) => path !== '' && integrity === undefined);
    expect(unknown.map(([path]) => path)).toEqual([]);
  });

  it('run at installation only what CONTRIBUTING lists, with a reason', () => {
    const scripts = Object.entries(lock).filter(([, { hasInstallScript }]) => hasInstallScript);
    const section = /### Install scripts of dependencies\n([\s\S]*?)(?=\n#|$)/.exec(contributing)?.[1] ?? '';
    const listed = [...section.matchAll(/^\| `([^`]+)` \| [^|]{20,} \|$/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(scripts.map(([path]) => path.replace('node_modules/', '')).sort());
  });
});
