import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './support/vox.ts';

const src = join(root, 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** The only files that start a program, and what they call for it: neither is a shell's. */
const starters: Readonly<Record<string, readonly string[]>> = {
  'audio/ffmpeg.ts': ['spawn'],
  'audio/players/child.ts': ['execFile', 'spawn'],
  'cli/bench-server.ts': ['spawn'],
  'doctor/program-version.ts': ['execFile'],
  'engine/espeak-run.ts': ['spawn'],
  'engine/espeak.ts': ['execFile'],
};

/** A package of a type only, or one that starts a recorder for us: it has no shell either, which is seen below. */
const packages = ['node-record-lpcm16'];

/** What is wrong with a file, as far as starting programs and running texts goes. */
function faults(name: string, text: string): string[] {
  const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const imported = [...code.matchAll(/import (?!type)\{([^}]*)\} from 'node:child_process'/g)].flatMap(
    ([, names = '']) =>
      names
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '' && !one.startsWith('type ')),
  );
  const other = /child_process/.test(code.replace(/import [^;]*from 'node:child_process'/g, ''));
  const allowed = starters[name] ?? [];
  return [
    ...imported.filter((one) => !allowed.includes(one)).map((one) => `${name} calls ${one}`),
    ...(other ? [`${name} has child_process in another way`] : []),
    ...(/\bshell:/.test(code) ? [`${name} may have a shell`] : []),
    ...(/\beval\(|new Function\(|node:vm\b/.test(code) ? [`${name} runs a text`] : []),
    // console.log and util.format take what is first for a format.
    ...(/\bconsole\.|\butil\.format|from 'node:util'/.test(code) ? [`${name} has a format`] : []),
  ];
}

describe('programs', () => {
  it('are started in a few files, without a shell, and no text is ever run', () => {
    const found = files.flatMap((name) => faults(name, readFileSync(join(src, name), 'utf8')));
    expect(found).toEqual([]);
    for (const name of Object.keys(starters)) expect(files).toContain(name);
  });

  it('are started by one package beside, which has no shell either', () => {
    for (const name of packages) {
      const folder = join(root, 'node_modules', name);
      const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js') && !file.includes('node_modules') && !file.includes('example'))
        .map((file) => readFileSync(join(folder, file), 'utf8'))
        .join('\n');
      expect(text).toMatch(/require\('child_process'\)/);
      expect(text).not.toMatch(/\bshell\b|\bexec(Sync)?\(/);
    }
  });

  it.each([
    ['a shell', "import { exec } from 'node:child_process';", 'calls exec'],
    ['a shell by a flag', "spawn('x', [], { shell: true });", 'a shell'],
    ['another way to start', "const { exec } = require('child_process');", 'another way'],
    ['a text that is run', 'new Function(text)();', 'runs a text'],
    ['a format', 'console.log(text);', 'a format'],
  ])('would be found out with %s', (_what, text, says) => {
    expect(faults('server/x.ts', text).join()).toContain(says);
  });
});
