import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, vox } from '../support/vox.ts';

/** The golden texts: `npx vitest run test/cli/help.test.ts -u` writes them anew, and the diff is what users will read. */
const golden = (name: string) => join(root, 'fixtures/help', `${name.replace(' ', '-')}.txt`);

const commands = ['say', 'synth', 'transcribe', 'listen', 'voices', 'serve', 'bench', 'doctor'];
/** Of `bench`. */
const benches = ['bench tts', 'bench stt', 'bench roundtrip', 'bench compare', 'bench report'];

describe.each(['vox', ...commands, ...benches])('%s --help', (name) => {
  const args = name === 'vox' ? ['--help'] : [...name.split(' '), '--help'];

  it('is the golden text, on stdout, with exit code 0', async () => {
    const ran = await vox(args);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    await expect(ran.stdout.toString()).toMatchFileSnapshot(golden(name));
  });

  it('fits a terminal of 100 columns, and is the same in one of another width', async () => {
    const ran = await vox(args, { env: { COLUMNS: '60' } });
    const rows = ran.stdout.toString().split('\n');
    expect(rows.filter((row) => row.length > 100 || row !== row.trimEnd())).toEqual([]);
    expect(ran.stdout.toString().endsWith('\n')).toBe(true);
    await expect(ran.stdout.toString()).toMatchFileSnapshot(golden(name));
  });
});

describe('help in other words', () => {
  it.each(commands)('vox help %s is its --help', async (name) => {
    const [asked, flagged] = await Promise.all([vox(['help', name]), vox([name, '--help'])]);
    expect(asked).toEqual(flagged);
  });

  it.each([[['-h']], [['help']]])('vox %j is vox --help', async (args) => {
    const [asked, whole] = await Promise.all([vox(args), vox(['--help'])]);
    expect(asked).toEqual(whole);
  });

  it('says in `vox bench --help` what `vox bench tts` takes, which it is', async () => {
    const flagsOf = async (args: string[]) =>
      (await vox([...args, '--help'])).stdout.toString().match(/^ {2}(-\w, )?--[\w-]+/gm);
    expect(await flagsOf(['bench'])).toEqual(await flagsOf(['bench', 'tts']));
  });

  it('names every command in the summary', async () => {
    const { stdout } = await vox(['--help']);
    for (const name of commands) expect(stdout.toString()).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  });

  it('has no empty default, and no option without a word about it', async () => {
    for (const name of [...commands, ...benches]) {
      const { stdout } = await vox([...name.split(' '), '--help']);
      expect(stdout.toString()).not.toMatch(/default: (\[\]|""|undefined)/);
      expect(stdout.toString()).not.toMatch(/^ {2}-{1,2}[\w-]+(, --[\w-]+)?( <[^>]+>)?\s*$/m);
    }
  });
});
