import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { scratch } from '../support/vox.ts';
import { type HearingService, hearingService } from './hearing-service.ts';
import { Screen } from './screen.ts';
import { humming } from './spoken.ts';

const folder = scratch();
afterAll(folder.remove);
const long = join(folder.path, 'long.wav');
writeFileSync(long, humming(20_000));

let screen: Screen | undefined;
let service: HearingService;
beforeEach(async () => {
  service = await hearingService({ tail: 'and the tail' });
});
afterEach(async () => {
  await screen?.close();
  await service.close();
});

async function show(...args: string[]): Promise<Screen> {
  screen = await Screen.of(['transcribe', '--endpoint', service.wsUrl, ...args]);
  return screen;
}

const { describe, it } = needs('tmux');

describe('vox transcribe at a terminal', () => {
  it('shows how far it has come and how long it will take; Ctrl-C prints the tail', async () => {
    const shown = await show(long);
    await shown.until(/^\S .*long\.wav {2}█+░+ \d+\/20 seconds · 0:\d\d left$/);
    service.final('the beginning');
    const rows = await shown.until(/^the beginning$/);
    expect(rows[0]).toMatch(/^vox: provider slng at /);
    await shown.press('C-c');
    const left = (await shown.until(/exit code 130/)).join('\n');
    expect(left).toMatch(/^the beginning\n(\^C)?and the tail\n/m);
    expect(left).toMatch(/^vox: interrupted \[E_INTERRUPTED\]$/m);
    // The moving line is gone.
    expect(left).not.toContain('░');
  });

  it('--interim: redraws in place what is understood so far, and leaves finals', async () => {
    const shown = await show(long, '--interim');
    await service.heard((audio) => audio.length > 0);
    service.interim('hello');
    await shown.until(/^hello$/);
    service.interim('hello the');
    const rows = await shown.until(/^hello the$/);
    expect(rows.filter((row) => row.startsWith('hello'))).toEqual(['hello the']);
    service.final('Hello there.');
    const final = await shown.until(/^Hello there\.$/);
    expect(final.filter((row) => row.startsWith('hello'))).toEqual([]);
    await shown.press('C-c');
    const left = await shown.until(/exit code 130/);
    expect(left.filter((row) => /^(hello|Hello there\.$)/.test(row))).toEqual(['Hello there.']);
  });
});
