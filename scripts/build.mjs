// Builds what is shipped: the command (one CommonJS file, because Node loads that faster than modules), the engines'
// workers, and the library with its types. Heavy parts stay outside and are loaded on first use.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// What is installed beside the bundle: WebAssembly, native code, and what is LGPL (never inside our bundle).
const external = [
  ...['@echogarden/*', '@wasm-audio-decoders/*', 'koffi', 'mpg123-decoder', 'ogg-opus-decoder', 'speaker'],
  // It finds its recorders by name at run time.
  ...['node-record-lpcm16', 'bufferutil', 'utf-8-validate'],
];

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.12',
  external,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  define: { __VOX_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
};

/** CommonJS has no import.meta: the bundle's own URL stands in for it. */
const commonJs = {
  format: 'cjs',
  banner: { js: "const __voxBundleUrl=require('node:url').pathToFileURL(__filename).href;" },
  define: { ...shared.define, 'import.meta.url': '__voxBundleUrl' },
};

// Built aside and moved in file by file: who runs vox meanwhile meets the old file or the new one, never none.
mkdirSync(dist, { recursive: true });
const made = mkdtempSync(join(root, '.build-'));
process.on('exit', () => rmSync(made, { recursive: true, force: true }));
const results = await Promise.all([
  // The flags, the help and the version, and what loads the rest when a command runs.
  build({
    ...shared,
    ...commonJs,
    entryPoints: ['src/cli/main.ts'],
    outfile: join(made, 'vox.cjs'),
    plugins: [loadedLater('./work.ts', './vox-work.cjs'), lazyBuiltin('node:child_process', /commander/)],
    // `import()` of our own second file as `require`: the loader of modules would cost what the split saves.
    supported: { 'dynamic-import': false },
  }),
  build({ ...shared, ...commonJs, entryPoints: ['src/cli/work.ts'], outfile: join(made, 'vox-work.cjs') }),
  build({
    ...shared,
    ...commonJs,
    entryPoints: ['src/engine/flite-worker.ts', 'src/engine/pocketsphinx-worker.ts'],
    outdir: made,
    outExtension: { '.js': '.cjs' },
  }),
  // The script and the style of a bench's page, which its exporter puts into the file that it writes.
  build({
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    entryPoints: ['main.ts', 'page.css'].map((name) => ({ in: `src/report/bench/page/${name}`, out: 'bench-page' })),
    outdir: made,
  }),
  build({
    ...shared,
    format: 'esm',
    entryPoints: ['src/index.ts'],
    outfile: join(made, 'index.js'),
    // ws is CommonJS and requires Node's own modules, which a bundled module must be given a `require` for.
    banner: {
      js: "import{createRequire as __voxRequire}from'node:module';const require=__voxRequire(import.meta.url);",
    },
  }),
]);
writeFileSync(join(made, 'THIRD-PARTY.txt'), licences(results));
if (!process.argv.includes('--no-types')) {
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', join(made, 'types')],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
}
moveInto(made, dist);

/** Leaves one of our files out of a bundle, to be loaded as `path` when it is wanted. */
function loadedLater(name, path) {
  return {
    name: 'loaded-later',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\.\// }, (args) => (args.path === name ? { path, external: true } : undefined)),
  };
}

/** Commander wants child_process for subcommands that are programs; we have none, and it costs 4 ms to load. */
function lazyBuiltin(name, importer) {
  return {
    name: 'lazy-builtin',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, (args) =>
        args.path === name && args.namespace === 'file' && importer.test(args.importer)
          ? { path: name, namespace: 'lazy' }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
        contents: `module.exports = new Proxy({}, { get: (_, key) => require(${JSON.stringify(name)})[key] });`,
        resolveDir: root,
      }));
    },
  };
}

/** Replaces what is new, and removes what is no longer made. */
function moveInto(from, to) {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from);
  for (const name of names) {
    if (statSync(join(from, name)).isDirectory()) moveInto(join(from, name), join(to, name));
    else renameSync(join(from, name), join(to, name));
  }
  const kept = process.argv.includes('--no-types') && to === dist ? [...names, 'types'] : names;
  for (const name of readdirSync(to))
    if (!kept.includes(name)) rmSync(join(to, name), { recursive: true, force: true });
}

/** The licence texts of the packages whose code is inside the bundles, as their licences ask. */
function licences(builds) {
  const folders = new Set();
  for (const { metafile } of builds) {
    for (const path of Object.keys(metafile.inputs)) {
      const folder = path.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
      if (folder) folders.add(folder);
    }
  }
  return [...folders].sort().map(licence).join('\n');
}

function licence(folder) {
  const meta = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const names = ['LICENSE', 'LICENSE.md', 'license', 'LICENCE', 'LICENSE-MIT', 'LICENSE.txt'];
  const text = names.map((name) => readIf(join(root, folder, name))).find((found) => found !== undefined);
  return `=== ${meta.name} ${meta.version} (${meta.license})\n\n${text ?? 'The package carries no licence file of its own.'}\n`;
}

function readIf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
