import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { root, run, type Served, scratch, serve } from '../support/vox.ts';

/** The programs of SLNG's own page, against `vox serve`: they know nothing of us but the URL. */
const programs: [name: string, program: string, file: string][] = [
  ['JavaScript, quick start', process.execPath, 'slng-quick-start.cjs'],
  ['JavaScript, batch', process.execPath, 'slng-batch.cjs'],
  // Debian's python3-websockets belongs to Debian's own Python.
  ['Python, quick start', '/usr/bin/python3', 'slng_quick_start.py'],
  ['Python, batch', '/usr/bin/python3', 'slng_batch.py'],
];

const { describe, it } = needs('sox', '/usr/bin/python3');

describe("SLNG's own example programs against vox serve", () => {
  const folder = scratch();
  let served: Served;

  beforeAll(async () => {
    served = await serve([], { VOX_SERVE_KEY: 'a-key-for-the-test' });
  });
  afterAll(async () => {
    expect(await served.stop()).toBe(0);
    folder.remove();
  });

  it.each(programs)('%s', async (_name, program, file) => {
    const ran = await run(program, [join(root, 'test/programs', file)], {
      cwd: folder.path,
      env: { SLNG_API_KEY: 'a-key-for-the-test', SLNG_URL: served.wsUrl, NODE_PATH: join(root, 'node_modules') },
    });
    expect(ran.stderr).toBe('');
    expect(ran.stdout.toString()).toContain('All audio received');
    expect(ran.code).toBe(0);
    const pcm = readFileSync(join(folder.path, 'output.pcm'));
    expect(pcm.length % 2).toBe(0);
    // sox plays it as what the page says it is (24 kHz, 16 bit), and hears speech: seconds long, and not silent.
    const heard = await run(
      'sox',
      ['-t', 'raw', '-r', '24000', '-e', 'signed', '-b', '16', '-c', '1', 'output.pcm', '-n', 'stat'],
      {
        cwd: folder.path,
      },
    );
    const seconds = Number(/Length \(seconds\):\s+([\d.]+)/.exec(heard.stderr)?.[1]);
    const loudest = Number(/Maximum amplitude:\s+([\d.]+)/.exec(heard.stderr)?.[1]);
    expect(seconds).toBeGreaterThan(file.includes('batch') ? 5 : 2);
    expect(seconds).toBeLessThan(20);
    expect(loudest).toBeGreaterThan(0.1);
  });

  it('refuses a wrong key in words that the program shows', async () => {
    const ran = await run(process.execPath, [join(root, 'test/programs/slng-quick-start.cjs')], {
      cwd: folder.path,
      env: { SLNG_API_KEY: 'another', SLNG_URL: served.wsUrl, NODE_PATH: join(root, 'node_modules') },
    });
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain('401');
  });
});
