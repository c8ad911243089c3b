import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { recordings, withRecordings } from '../support/recordings.ts';
import { type Served, serve } from '../support/vox.ts';
import { spoken, wavOf } from './spoken.ts';
import { workplace } from './workplace.ts';

/** Every way there is to one server: through each dialect, and through SLNG's two families of routes. */
const ways: [name: string, args: string[]][] = [
  ["SLNG's bridge", ['--provider', 'slng', '--route', 'bridge']],
  ["SLNG's direct routes", ['--provider', 'slng', '--route', 'direct']],
  ['Deepgram', ['--provider', 'deepgram']],
  ['Telnyx', ['--provider', 'telnyx']],
];

const place = workplace();
let local: Served;
let scripted: Served;
beforeAll(async () => {
  [local, scripted] = await Promise.all([serve(), serve(['--engine', 'scripted'])]);
  place.put('hello.wav', wavOf(await spoken('Hello there.', 700, 'And again.', 100)));
});
afterAll(async () => {
  expect(await Promise.all([local.stop(), scripted.stop()])).toEqual([0, 0]);
  place.remove();
});

async function transcribe(file: string, server: Served, args: readonly string[]): Promise<string> {
  const ran = await place.vox(['transcribe', '-q', file, '--endpoint', server.wsUrl, ...args]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran.stdout.toString();
}

describe.each(ways)('vox over one server, through %s', (_name, way) => {
  it('synth: the bytes of the scripted engine', async () => {
    const text = 'One, of five. Two. Three! 3.14 is four?\n\nFive';
    const args = ['synth', '-q', '-o', 'made.pcm', text, '--sample-rate', '16000', '--endpoint', scripted.wsUrl];
    expect(await place.vox([...args, ...way])).toMatchObject({ code: 0, stderr: '' });
    const wanted = await spoken('One, of five.', 'Two.', 'Three!', '3.14 is four?', 'Five');
    expect(readFileSync(place.file('made.pcm')).equals(Buffer.from(wanted.buffer))).toBe(true);
  });

  it('transcribe: the words of the scripted engine', async () => {
    expect(await transcribe('hello.wav', scripted, way)).toBe('Hello there.\nAnd again.\n');
  });

  it('transcribe: what synth has spoken, with the scripted engine', async () => {
    const text = 'Speak, and be heard.';
    const args = ['synth', '-q', '-o', 'made.wav', text, '--sample-rate', '16000', '--endpoint', scripted.wsUrl];
    expect(await place.vox([...args, ...way])).toMatchObject({ code: 0, stderr: '' });
    expect(await transcribe('made.wav', scripted, way)).toBe(`${text}\n`);
  });

  withRecordings('a recording of a person', () => {
    needs('pocketsphinx_continuous').it('transcribe: the words of the recogniser', async () => {
      expect(await transcribe(join(recordings, 'goforward.wav'), local, way)).toBe('go forward ten meters\n');
    });
  });
});
