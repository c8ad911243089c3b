import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { soundCardPrograms, sounding, startSoundCard, testSignal } from '../support/sound-card.ts';
import { scratch, vox } from '../support/vox.ts';
import { samplesOf } from './played.ts';
import { Screen } from './screen.ts';
import { type ScriptedService, scriptedService } from './scripted-service.ts';

const folder = scratch();
afterAll(folder.remove);
const at = (name: string) => join(folder.path, name);

let screen: Screen | undefined;
async function show(args: readonly string[], env: Record<string, string> = {}): Promise<Screen> {
  screen = await Screen.of(args, env);
  return screen;
}
afterEach(() => screen?.close());

const { describe, it } = needs('tmux');

describe('vox synth at a terminal', () => {
  let service: ScriptedService;
  beforeEach(async () => {
    service = await scriptedService();
  });
  afterEach(() => service.close());

  const signal = testSignal(24_000, 500);
  const work = (name: string) => [
    ...['synth', '--endpoint', service.wsUrl, '--flush', 'sentence', '-o', at(name)],
    'The first sentence takes a while. The second is the last.',
  ];

  it('shows how far long work has come, and leaves a clean summary', async () => {
    const shown = await show(work('long.wav'));
    await service.asked;
    service.sound(signal);
    service.done();
    const rows = await shown.until(/sentence/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^vox: provider slng at ws:\/\/127\.0\.0\.1:\d+ \(an endpoint is given\)$/);
    expect(rows[1]).toMatch(/^\S text {2}█{12}░{8} 1 sentence · 0\.50 s of audio$/);
    service.sound(signal);
    service.done();
    const [chosen, ...rest] = await shown.until(/exit code/);
    expect(chosen).toBe(rows[0]);
    // The summary may be longer than the screen is wide; the moving line is gone.
    const left = rest.join('');
    expect(left).toMatch(
      /long\.wav {2}1\.00 s of audio, 48\.0 kB, in \d+\.\d\d s · ttfb .* · rtf \d+\.\d+ · gaps up to [\d.]+ m?sexit code 0$/,
    );
    expect(left).not.toContain('sentence');
    expect(samplesOf(readFileSync(at('long.wav')).subarray(44)).length).toBe(2 * signal.length);
  });

  const speaking = ['synth', '--endpoint'];
  const long = 'The first sentence takes a while.\n';

  it('of a file, by its size in bytes', async () => {
    // Each quarter of the file is as long in bytes as the others, and not in characters.
    const book = `${long}${long.replace('first', 'fést')}${long}${long}`;
    writeFileSync(at('book.txt'), book);
    const args = [...speaking, service.wsUrl, '-f', at('book.txt'), '--flush', 'sentence', '-o', at('book.wav')];
    const shown = await show(args);
    await service.asked;
    service.sound(signal);
    service.done();
    expect((await shown.until(/sentence/))[1]).toMatch(/book\.txt {2}█{5}░{15} 1 sentence · 0\.50 s of audio$/);
    service.sound(signal);
    service.done();
    expect((await shown.until(/2 sentences/))[1]).toMatch(/book\.txt {2}█{10}░{10} 2 sentences · 1\.00 s of audio$/);
    service.done();
    service.done();
    await shown.until(/exit code 0/);
  });

  it.each([
    { what: 'the lines of a file', args: ['--lines', '-f', at('lines.txt')], bar: /█{10}░{10} 1 file · 0\.50 s/ },
    { what: 'several files', args: ['-f', at('1.txt'), '-f', at('2.txt')], bar: /█{10}░{10} 1\/2 files · 0\.50 s/ },
  ])('of $what, by what is done', async ({ args, bar }) => {
    writeFileSync(at('1.txt'), long);
    writeFileSync(at('2.txt'), long);
    writeFileSync(at('lines.txt'), long + long);
    const shown = await show([...speaking, service.wsUrl, ...args, '--out-dir', at('parts')]);
    await service.asked;
    service.sound(signal);
    service.done();
    await shown.until(bar);
    service.done();
    await shown.until(/exit code/);
  });

  it('ends at Ctrl-C with 130, says so, and keeps what came', async () => {
    const shown = await show(work('stopped.wav'));
    await service.asked;
    service.sound(signal);
    service.done();
    await shown.until(/sentence/);
    await shown.press('C-c');
    const rows = (await shown.until(/exit code/)).join('\n');
    expect(rows).toMatch(/exit code 130$/);
    expect(rows).toMatch(/stopped\.wav {2}0\.50 s of audio, 24\.0 kB, in .* · interrupted · /);
    expect(rows).toMatch(/interrupted \[E_INTERRUPTED\]/);
    expect(rows).toContain('stopped.partial.wav');
    expect(readdirSync(folder.path).filter((name) => name.startsWith('stopped'))).toEqual(['stopped.partial.wav']);
    expect(samplesOf(readFileSync(at('stopped.partial.wav')).subarray(44))).toEqual(signal);
  });
});

describe('colours', () => {
  const lookFor = async (env: Record<string, string>) => {
    const shown = await show(['synth', 'Hello.', '-o', at('colours.wav')], env);
    await shown.until(/exit code 0/);
    return (await shown.rows({ escapes: true })).join('\n');
  };

  it('are there for a person', async () => {
    expect(await lookFor({})).toContain('\u001b[2mvox: provider local');
  });

  it.each(['NO_COLOR', 'CI'])('are left out under %s', async (name) => {
    const rows = await lookFor({ [name]: '1' });
    expect(rows).toContain('vox: provider local');
    expect(rows).not.toContain('\u001b');
  });

  it('and the moving line are left out where nobody looks', async () => {
    const ran = await vox(['synth', 'Hello.', '-o', at('colours.wav')]);
    expect(ran.stderr).not.toContain('\u001b');
    expect(ran.stderr).not.toContain('\r');
  });
});

describe('audio and a terminal', () => {
  it.each([
    ['-', 'wav'],
    ['-', 'pcm'],
    ['/dev/stdout', 'mp3'],
  ])('-o %s as %s is refused: exit code 2', async (output, kind) => {
    const shown = await show(['synth', 'Hello.', '-o', output, '--format', kind]);
    const rows = await shown.until(/exit code/);
    expect(rows.at(-1)).toBe('exit code 2');
    expect(rows.join('\n')).toMatch(/vox: audio is not written to a terminal \[E_USAGE\]\n {2}→ name a file with -o/);
    expect(rows.length).toBeLessThan(6);
    expect(existsSync('/dev/stdout.partial.wav')).toBe(false);
  });
});

needs('tmux', ...soundCardPrograms, 'paplay').it('vox say speaks each line as it is typed', async () => {
  const card = startSoundCard(24_000);
  try {
    const recording = await card.record();
    const shown = await show(['say', '--player', 'paplay'], { ...card.env });
    await shown.until(/type what to say; Ctrl-D ends it/);
    await shown.press('Hello there.', 'Enter');
    await recording.untilSilent(12_000, 200);
    const first = sounding(recording.samples).length;
    await shown.press('And again.', 'Enter');
    await recording.untilSilent(first + 10_000, 200);
    await shown.press('C-d');
    const rows = await shown.until(/exit code/);
    expect(rows.slice(0, 4)).toEqual([
      'vox: provider local (no key is set)',
      'type what to say; Ctrl-D ends it',
      'Hello there.',
      'And again.',
    ]);
    expect(rows.at(-1)).toBe('exit code 0');
    expect(rows.join('')).not.toMatch(/warning|underrun/);
  } finally {
    card.stop();
  }
});
