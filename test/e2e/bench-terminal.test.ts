import { afterEach, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { Screen } from './screen.ts';

let screen: Screen | undefined;
afterEach(() => screen?.close());

const { describe, it } = needs('tmux');

describe('vox bench at a terminal', () => {
  it('shows how it goes; Ctrl-C leaves the table of what was measured, and no failed run', async () => {
    screen = await Screen.of(['bench', '--prompts', 'short', '--duration', '60s']);
    await screen.until(/^\S \d+ runs · local · ttfa \d+(\.\d)? ms · p50 \d+(\.\d)? ms$/);
    // Whoever is stopped by hand has not failed, and no server is missed.
    await screen.press('C-c');
    const rows = await screen.until(/exit code 130/);
    const at = (start: string) => rows.findIndex((row) => row.startsWith(start));
    expect(rows[at('local, short')]).toMatch(/^local, short {2}\d+ measured/);
    expect(at('vox: interrupted [E_INTERRUPTED]')).toBeGreaterThan(at('local, short'));
    expect(rows.join('\n')).not.toMatch(/failed|the local server has ended/);
    expect(rows.filter((row) => / runs · local · ttfa /.test(row))).toEqual([]);
  });
});
