import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = dirname(import.meta.dirname);
const src = join(root, 'src');

/**
 * The table of rooms: what each may import. An entry is a folder or a file below src; one that ends in ':types' may be
 * imported by `import type` alone. `packages` are the npm packages that may stand there, each in the one file named.
 */
interface Room {
  may: string[];
  packages?: Record<string, string>;
}

const everyone = ['errors.ts', 'clock.ts', 'log.ts'];

const rooms: Record<string, Room> = {
  speech: { may: ['audio/format.ts:types', 'errors.ts:types', 'transport/transport.ts:types'] },
  text: { may: ['errors.ts', 'speech:types'] },
  transport: { may: everyone, packages: { ws: 'transport/websocket.ts' } },
  metrics: { may: ['audio/format.ts', 'audio/onset.ts'] },
  audio: {
    may: everyone,
    packages: {
      speaker: 'audio/players/speaker.ts',
      '@echogarden/audio-io': 'audio/players/audio-io.ts',
      '@echogarden/speex-resampler-wasm': 'audio/resample.ts',
    },
  },
  session: {
    may: [...everyone, 'speech', 'transport/transport.ts:types', 'audio/format.ts', 'audio/sink.ts:types', 'metrics'],
  },
  dialects: {
    may: [
      'errors.ts',
      'speech:types',
      'transport/transport.ts:types',
      'audio/format.ts',
      'audio/wav-header.ts',
      'audio/pcm-stream.ts',
    ],
    packages: { valibot: '*' },
  },
  engine: {
    may: [...everyone, 'audio'],
    packages: { '@bjorn3/browser_wasi_shim': 'engine/flite-program.ts' },
  },
  server: {
    may: [...everyone, 'speech', 'text', 'audio', 'engine/engine.ts:types', 'transport/transport.ts:types'],
    packages: { ws: '*', valibot: '*' },
  },
  report: {
    may: ['errors.ts', 'clock.ts', 'speech:types', 'metrics:types'],
    packages: { chalk: '*', ora: '*' },
  },
  doctor: {
    may: [...everyone, 'session', 'transport', 'audio', 'speech:types', 'metrics:types', 'engine/engine.ts:types'],
  },
  cli: {
    may: [...everyone, 'speech', 'text', 'audio', 'metrics', 'session', 'report', 'doctor', 'engine/engine.ts:types'],
    packages: { commander: '*', valibot: 'cli/config.ts' },
  },
  'index.ts': { may: [...everyone, 'speech', 'text', 'session', 'transport', 'dialects', 'audio', 'metrics'] },
  'errors.ts': { may: [] },
  'clock.ts': { may: [] },
  'log.ts': { may: [] },
  'globals.d.ts': { may: [] },
};

/** The one file of a room that may know more: it picks the concrete parts, and loads them on first use. */
const exceptions: Record<string, string[]> = {
  'cli/wiring.ts': ['dialects', 'transport', 'engine', 'server'],
  'cli/voices-run.ts': ['dialects/slng/catalog.ts', 'dialects/slng/index.ts', 'transport/http.ts'],
  'cli/trace.ts': ['transport/transport.ts'],
  'cli/wire-log.ts': ['transport/transport.ts'],
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

const importForm =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?([^'";]*?)from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g;

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
    const specifier = match[3] ?? match[4] ?? match[5] ?? '';
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
  const isSource = target.endsWith('.ts');
  if (!isSource) {
    const packageName = target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/');
    const place = room.packages?.[packageName];
    return place === '*' || place === file ? undefined : `${file}: the package ${packageName} has no place here`;
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

describe('the table of rooms', () => {
  it('holds for every import', () => {
    const wrong = files
      .flatMap((path) => importsOf(path))
      .map(verdict)
      .filter((text) => text !== undefined);
    expect(wrong).toEqual([]);
  });

  it('sees imports of every form, and refuses a forbidden one', () => {
    const text = [
      "import { x } from '../server/server.ts';",
      "import type { Y } from '../server/options.ts';",
      "export { z } from '../engine/flite.ts';",
      "const later = await import('../report/reporter.ts');",
      "import WebSocket from 'ws';",
    ].join('\n');
    const found = importsOf(join(src, 'session/made-up.ts'), text);
    expect(found.map((entry) => entry.target)).toEqual([
      'server/server.ts',
      'server/options.ts',
      'engine/flite.ts',
      'report/reporter.ts',
      'ws',
    ]);
    expect(found.map(verdict).every((text) => text !== undefined)).toBe(true);
  });

  it('tells types from values', () => {
    const path = join(src, 'text/made-up.ts');
    expect(importsOf(path, "import type { Span } from '../speech/span.ts';").map(verdict)).toEqual([undefined]);
    expect(importsOf(path, "import { type Span } from '../speech/span.ts';").map(verdict)).toEqual([undefined]);
    expect(importsOf(path, "import { Span } from '../speech/span.ts';").map(verdict)).not.toEqual([undefined]);
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
