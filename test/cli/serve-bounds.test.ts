import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addBoundFlags, limitsOf } from '../../src/cli/serve-bounds.ts';
import { boundNames, bounds, defaultLimits } from '../../src/server/bounds.ts';
import { root, vox } from '../support/vox.ts';

function read(args: readonly string[]) {
  const command = addBoundFlags(new Command('serve')).exitOverride();
  command.configureOutput({ writeErr: () => {} });
  command.parse([...args], { from: 'user' });
  return limitsOf(command);
}

describe('the bounds of the server', () => {
  it('are what the table says, where no flag says otherwise', () => {
    expect(read([])).toEqual(defaultLimits);
    expect(Object.keys(defaultLimits).length).toBeGreaterThan(20);
  });

  it('have each a flag of its own, in seconds where it is a time', () => {
    const args = boundNames.flatMap((name, i) => [bounds[name].flag, String(i + 1)]);
    const wanted = boundNames.map((name, i) => [name, bounds[name].unit === 'seconds' ? (i + 1) * 1000 : i + 1]);
    expect(read(args)).toEqual(Object.fromEntries(wanted));
  });

  it.each(boundNames.map((name) => bounds[name].flag))('are something: %s 0 is refused', (flag) => {
    expect(() => read([flag, '0'])).toThrow(/Not a/);
  });

  it.each([
    ['--max-sessions', '1.5'],
    ['--max-message-bytes', '1e99'],
    ['--max-chunks', 'many'],
    ['--idle-timeout', 'Infinity'],
    // More milliseconds than a timer counts: it would be over at once.
    ['--session-timeout', '2147484'],
  ])('are numbers that can be kept: %s %s is refused by the command', async (flag, value) => {
    const ran = await vox(['serve', '--port', '0', flag, value]);
    expect({ code: ran.code, stdout: ran.stdout.toString() }).toEqual({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(flag);
  });

  it('stand in docs/serving.md as the code has them', () => {
    const page = readFileSync(join(root, 'docs/serving.md'), 'utf8');
    const made = execFileSync(process.execPath, [join(root, 'scripts/bounds-table.mjs')], { cwd: root }).toString();
    const [, shown] = /<!-- node scripts\/bounds-table\.mjs -->\n([\s\S]*?)<!-- end -->/.exec(page) ?? [];
    expect(shown).toBe(made);
  });
});
