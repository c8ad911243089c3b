import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { testSignal } from '../support/sound-card.ts';
import { brokenRecordingOf, fakePrograms, recordingOf } from './fake-recorder.ts';
import { type HearingHabits, type HearingService, hearingService } from './hearing-service.ts';
import { Screen } from './screen.ts';
import { wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const pcm = Buffer.from(testSignal(16_000, 500).buffer);
place.put('pcm.raw', pcm);
const programs = fakePrograms(place.file('bin'));
const PATH = `${programs.PATH}:/usr/bin:/bin`;

let screen: Screen | undefined;
let service: HearingService | undefined;
beforeEach(() => {
  for (const name of ['rec', 'sox', 'arecord']) programs.put(name, recordingOf(place.file('pcm.raw')));
});
afterEach(async () => {
  await screen?.close();
  await service?.close();
  screen = undefined;
  service = undefined;
});

/** Somebody sits before it, and the service has all that the recorder gave. */
async function listening({
  args = [],
  env = {},
  columns = 100,
  ...habits
}: HearingHabits & {
  args?: readonly string[];
  env?: Record<string, string>;
  columns?: number;
} = {}) {
  const heard = await hearingService(habits);
  service = heard;
  const flags = ['listen', '--recorder', 'arecord', '--endpoint', heard.wsUrl, ...args];
  const shown = await Screen.of(flags, { PATH, ...env }, columns);
  screen = shown;
  await heard.heard((audio) => audio.length > 0);
  return { shown, heard };
}

const { describe, it } = needs('tmux', 'stty');

describe('vox listen at a terminal', () => {
  const meter = '[▁▂▃▄▅▆▇█]{1,5}';

  it('shows how loud it is and what is being said in one line, and finals stay above it', async () => {
    const { shown, heard } = await listening({ tail: 'and the tail' });
    await shown.until(/^listening with arecord; Enter or q ends it$/);
    await shown.until(new RegExp(`^${meter}$`));
    heard.interim('hello wor');
    await shown.until(new RegExp(`^${meter} · hello wor$`));
    heard.interim('hello world');
    const rows = await shown.until(new RegExp(`^${meter} · hello world$`));
    expect(rows).toHaveLength(3);
    heard.final('Hello world.');
    await shown.until(/^Hello world\.$/);
    heard.interim('and more');
    const two = await shown.until(new RegExp(`^${meter} · and more$`));
    expect(two.slice(2)).toEqual(['Hello world.', expect.stringMatching(/ · and more$/)]);
    await shown.press('q');
    const left = await shown.until(/exit code/);
    expect(left.slice(1, 4)).toEqual(['listening with arecord; Enter or q ends it', 'Hello world.', 'and the tail']);
    expect(left.slice(4).join('')).toMatch(
      /^microphone {2}0\.50 s of audio .* · recorder blocks \d+ ms .*exit code 0$/,
    );
    expect(await shown.isUsual()).toBe(true);
  });

  it.each(['Enter', 'q', 'Q'])('%s ends it with 0, its tail written, each file whole', async (key) => {
    const { shown } = await listening({
      tail: 'the tail',
      args: ['--save', place.file('t.wav'), '-o', place.file('t.srt')],
    });
    await shown.until(/Enter or q ends it/);
    await shown.press(key);
    const rows = await shown.until(/exit code/);
    expect(rows.at(-1)).toMatch(/exit code 0$/);
    expect(rows).toContain('the tail');
    expect(wavBytes(place.file('t.wav')).equals(pcm)).toBe(true);
    expect(readFileSync(place.file('t.srt'), 'utf8')).toMatch(/^1\n.* --> .*\nthe tail\n\n$/);
    expect(await shown.isUsual()).toBe(true);
  });

  it('other keys end nothing, and are not shown', async () => {
    const { shown, heard } = await listening();
    await shown.until(/Enter or q ends it/);
    await shown.press('x', 'y', 'Space');
    heard.final('still here');
    const rows = await shown.until(/^still here$/);
    expect(rows.join('')).not.toContain('xy');
    await shown.press('q');
    await shown.until(/exit code 0$/);
  });

  it('Ctrl-C does the same with 130', async () => {
    const { shown } = await listening({ tail: 'the tail' });
    await shown.until(/Enter or q ends it/);
    await shown.press('C-c');
    const rows = await shown.until(/exit code/);
    expect(rows).toContain('the tail');
    expect(rows).toContain('vox: interrupted [E_INTERRUPTED]');
    expect(rows.at(-1)).toBe('exit code 130');
    expect(await shown.isUsual()).toBe(true);
  });

  it('a second Ctrl-C ends it at once, though the service never answers', async () => {
    const { shown, heard } = await listening({ tail: false });
    await shown.until(/Enter or q ends it/);
    await shown.press('C-c');
    await heard.asked('finalize');
    await shown.press('C-c');
    const rows = await shown.until(/exit code/);
    expect(rows.at(-1)).toMatch(/exit code 130$/);
    expect(await shown.isUsual()).toBe(true);
  });

  it('so does q and then Ctrl-C twice', async () => {
    const { shown, heard } = await listening({ tail: false });
    await shown.until(/Enter or q ends it/);
    await shown.press('q');
    await heard.asked('finalize');
    await shown.press('C-c', 'C-c');
    expect((await shown.until(/exit code/)).at(-1)).toMatch(/exit code 130$/);
    expect(await shown.isUsual()).toBe(true);
  });

  it('leaves the terminal as it was when the service fails', async () => {
    const { shown, heard } = await listening({ args: ['--no-reconnect'] });
    await shown.until(/Enter or q ends it/);
    heard.final('Hello world.');
    await shown.until(/^Hello world\.$/);
    heard.hangUp(1011);
    const rows = await shown.until(/exit code/);
    expect(rows).toContain('Hello world.');
    expect(rows.at(-1)).toBe('exit code 5');
    expect(await shown.isUsual()).toBe(true);
  });

  it('and when the recorder does', async () => {
    programs.put('arecord', brokenRecordingOf(place.file('pcm.raw'), 'kill -9 $$'));
    const { shown } = await listening({ tail: 'the tail' });
    const rows = await shown.until(/exit code/);
    expect(rows).toContain('the tail');
    expect(rows.join('')).toContain('[E_RECORDER]');
    expect(rows.at(-1)).toBe('exit code 6');
    expect(await shown.isUsual()).toBe(true);
  });

  it('and at SIGTERM', async () => {
    const { shown } = await listening({ tail: 'the tail' });
    await shown.until(/Enter or q ends it/);
    process.kill(Number(readFileSync(`${programs.PATH}/arecord.parent`, 'utf8')), 'SIGTERM');
    const rows = await shown.until(/exit code/);
    expect(rows).toContain('vox: interrupted by SIGTERM [E_INTERRUPTED]');
    expect(rows.at(-1)).toBe('exit code 130');
    expect(await shown.isUsual()).toBe(true);
  });

  it('on a narrow terminal the moving line is the end of what is said, and finals wrap', async () => {
    const { shown, heard } = await listening({ columns: 40 });
    await shown.until(/^listening with arecord; Enter or q ends/);
    const long = 'one two three four five six seven eight nine ten';
    heard.interim(long);
    const rows = await shown.until(/nine ten$/);
    expect(rows.filter((row) => /one|ten$/.test(row) && !row.startsWith('listening'))).toHaveLength(1);
    heard.final(`${long}.`);
    const after = await shown.until(/ten\.$/);
    // The screen shows no blank at the end of a row.
    expect(after.join('').replaceAll(' ', '')).toContain(`${long}.`.replaceAll(' ', ''));
    await shown.press('q');
    const left = (await shown.until(/exit code/)).join('');
    expect(left.match(/one two/g)).toHaveLength(1);
  });

  it.each(['NO_COLOR', 'CI'])('under %s: neither a moving line nor a colour, but the keys', async (name) => {
    const { shown, heard } = await listening({ env: { [name]: '1' }, tail: 'the tail' });
    await shown.until(/Enter or q ends it/);
    heard.interim('hello wor');
    heard.final('Hello world.');
    const rows = await shown.until(/^Hello world\.$/);
    expect(rows.join('')).not.toMatch(/[▁▂▃▄▅▆▇█]|hello wor/);
    expect((await shown.rows({ escapes: true })).join('')).not.toContain('\u001b');
    await shown.press('q');
    await shown.until(/exit code 0$/);
  });

  it('reads no audio from a keyboard', async () => {
    screen = await Screen.of(['listen', '--source', 'stdin']);
    const rows = await screen.until(/exit code/);
    expect(rows.join('')).toContain('stdin is a terminal, and a keyboard makes no audio [E_USAGE]');
    expect(rows.at(-1)).toBe('exit code 2');
  });
});
