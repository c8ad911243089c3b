import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { chunk, fmt, riff, wavFile } from '../audio/wav-bytes.ts';
import { recordings, withRecordings } from '../support/recordings.ts';
import { type Ran, type Served, serve } from '../support/vox.ts';
import { humming, spoken, wavOf } from './spoken.ts';
import { expectFailure, workplace } from './workplace.ts';

const place = workplace();
let served: Served;
/** "Still heard.", and all else that is made of it. */
let sound: number[] = [];
beforeAll(async () => {
  served = await serve(['--engine', 'scripted']);
  sound = [...new Uint8Array((await spoken('Still heard.')).buffer)];
});
afterAll(async () => {
  expect(await served.stop()).toBe(0);
  place.remove();
});

const fast = ['--route', 'direct', '--pace', 'fast'];
const transcribe = (name: string, ...args: string[]): Promise<Ran> =>
  place.vox(['transcribe', name, ...fast, '--endpoint', served.wsUrl, ...args]);

interface Bad {
  readonly name: string;
  readonly bytes: () => Uint8Array | string;
  readonly says: RegExp | string;
  readonly code?: ErrorCode;
}

const noise = Array.from({ length: 3200 }, (_, i) => ((i * 7919) % 251) + ((i * 31) % 5));

const refused: readonly Bad[] = [
  { name: 'an empty file', bytes: () => '', says: 'x.wav is empty' },
  { name: 'a text named .wav', bytes: () => 'Dear reader,\n', says: 'x.wav is no audio that vox knows' },
  { name: 'a WAV cut off in its header', bytes: () => wavFile({}, sound).subarray(0, 30), says: 'cut off inside' },
  { name: 'a WAV cut off after four bytes', bytes: () => wavFile({}, sound).subarray(0, 4), says: /x\.wav/ },
  { name: 'a WAV with no data chunk', bytes: () => riff(chunk('fmt ', fmt())), says: /x\.wav/ },
  { name: 'a WAV with no audio in it', bytes: () => wavFile({}, []), says: 'x.wav holds no audio' },
  { name: 'a sample rate of 0', bytes: () => wavFile({ rate: 0 }, sound), says: /0 samples a second/ },
  { name: 'a sample rate of 1092676', bytes: () => wavFile({ rate: 1_092_676 }, sound), says: /1092676 samples/ },
  { name: '17 channels', bytes: () => wavFile({ channels: 17 }, sound), says: /17 channels/ },
  { name: 'no channels', bytes: () => wavFile({ channels: 0 }, sound), says: /0 channels|no channels/ },
  { name: '40 bits', bytes: () => wavFile({ bits: 40 }, sound), says: /40.bit|40 bits/ },
  { name: 'a WAV of ADPCM', bytes: () => wavFile({ tag: 2, bits: 4 }, sound), says: /x\.wav/ },
  { name: 'an MP3 tag with nothing behind it', bytes: () => `ID3\u0004\0\0\0\0\0\0`, says: /x\.wav/ },
  { name: 'a FLAC header with nothing behind it', bytes: () => 'fLaC', says: /x\.wav/ },
  {
    name: 'Opus that its decoder breaks down on, twice',
    bytes: () => readFileSync('fixtures/fuzz/ogg-opus/breaks-its-decoder.ogg'),
    says: 'is damaged: its Opus packets cannot be decoded',
  },
  { name: 'an Ogg page cut off', bytes: () => 'OggS\0\u0002', says: /x\.wav/ },
];

describe('vox transcribe refuses', () => {
  it.each(refused)('$name', async ({ bytes, says, code = 'E_AUDIO' }) => {
    place.put('x.wav', bytes());
    const ran = await transcribe('x.wav', '-o', 'x.txt');
    expectFailure(ran, code, says);
    expect(ran.stdout.toString()).toBe('');
    expect(place.names().filter((name) => name.endsWith('.txt'))).toEqual([]);
  });

  it('the same from a pipe', async () => {
    for (const { bytes } of refused) {
      const ran = await place.vox(['transcribe', '-', ...fast, '--endpoint', served.wsUrl, '-q'], { input: bytes() });
      expectFailure(ran, 'E_AUDIO', 'stdin');
    }
  }, 60_000);

  it('a file that is not there, a folder, and what cannot be read', async () => {
    mkdirSync(place.file('a-folder'), { recursive: true });
    expectFailure(await transcribe('nowhere.wav'), 'E_FILE', /cannot read nowhere\.wav: there is no such file/);
    expectFailure(await transcribe('a-folder'), 'E_FILE', /cannot read a-folder: it is a folder/);
  });

  it('raw audio that is no whole sample', async () => {
    place.put('one.pcm', Uint8Array.of(7));
    expectFailure(await transcribe('one.pcm', '--raw'), 'E_AUDIO', 'one.pcm');
  });
});

const warned: readonly Bad[] = [
  { name: 'cut off inside its data', bytes: () => wavFile({}, sound, sound.length + 9000), says: /x\.wav ends early/ },
  { name: 'cut off inside a sample', bytes: () => wavFile({}, [...sound, 1]), says: /x\.wav/ },
];

const plain: readonly Omit<Bad, 'says'>[] = [
  { name: 'with a size of 0', bytes: () => wavFile({}, sound, 0) },
  { name: 'with a size of 0xFFFFFFFF', bytes: () => wavFile({}, sound, 0xffff_ffff) },
  {
    name: 'with chunks that nobody knows',
    bytes: () => riff(chunk('LIST', [1, 2, 3]), chunk('fmt ', fmt()), chunk('junk', [9]), chunk('data', sound)),
  },
  { name: 'in stereo', bytes: () => wavOf(samples(), samples()) },
];
const samples = () => new Int16Array(Uint8Array.from(sound).buffer);

describe('vox transcribe hears a WAV file', () => {
  it.each(warned)('$name, with a warning', async ({ bytes, says }) => {
    place.put('x.wav', bytes());
    const ran = await transcribe('x.wav');
    expect({ code: ran.code, text: ran.stdout.toString() }).toEqual({ code: 0, text: 'Still heard.\n' });
    expect(ran.stderr).toMatch(/^vox: warning: x\.wav .* \[audio\]$/m);
    expect(ran.stderr).toMatch(says);
  });

  it.each(plain)('$name', async ({ bytes }) => {
    place.put('x.wav', bytes());
    const ran = await transcribe('x.wav', '-q');
    expect({ ...ran, stdout: ran.stdout.toString() }).toMatchObject({ code: 0, stdout: 'Still heard.\n', stderr: '' });
  });

  it.each([
    ['silence', () => wavOf(new Int16Array(32_000))],
    ['noise', () => wavFile({}, noise)],
    ['a hum', () => humming(500)],
  ])('of %s: nothing, and that is no failure', async (_, bytes) => {
    place.put('x.wav', bytes());
    const ran = await transcribe('x.wav', '-o', 'nothing.srt', '-o', 'nothing.json', '-o', '-');
    expect({ code: ran.code, text: ran.stdout.toString() }).toEqual({ code: 0, text: '' });
    expect(ran.stderr).toContain(' · 0 words · ');
  });
});

describe('vox transcribe, of a pipe', () => {
  const fifo = (name: string) => {
    execFileSync('mkfifo', [place.file(name)]);
    return name;
  };

  it('that nobody writes to: --max-time ends it', async () => {
    expectFailure(await transcribe(fifo('mute'), '--max-time', '1'), 'E_MAX_TIME');
  });

  it('that nobody writes to: after --timeout it is given up', async () => {
    const ran = await transcribe(fifo('dumb'), '--timeout', '0.5');
    expectFailure(ran, 'E_AUDIO', /no audio came from dumb in 0\.5 s/);
  });

  it('that nobody writes to: it is said what is waited for, and Ctrl-C ends it', async () => {
    const ran = await place.vox(['transcribe', fifo('still'), '--endpoint', served.wsUrl], {
      during: (child) => {
        child.stderr?.on('data', (text) => String(text).includes('waiting for') && child.kill('SIGINT'));
      },
    });
    expectFailure(ran, 'E_INTERRUPTED');
    expect(ran.stderr).toContain('\nwaiting for audio from still; Ctrl-C ends it\n');
  });

  it('stdin that stays open and says nothing: --max-time ends it', async () => {
    const ran = await place.vox(['transcribe', '-', '--endpoint', served.wsUrl, '--max-time', '1'], {
      during: () => {},
    });
    expectFailure(ran, 'E_MAX_TIME');
  });

  it('that is written to late', async () => {
    fifo('late');
    place.put('late.wav', wavFile({}, sound));
    const args = `transcribe late -q ${fast.join(' ')} --endpoint ${served.wsUrl}`;
    const ran = await place.shell(`cat late.wav > late & $VOX ${args}; code=$?; wait; exit $code`);
    expect({ code: ran.code, text: ran.stdout.toString() }).toEqual({ code: 0, text: 'Still heard.\n' });
  });
});

withRecordings('vox transcribe, of the recordings that are broken on purpose', () => {
  const bad = join(recordings, 'bad');
  const expected: Record<string, string> = {
    'awful.wav': '1092676 samples a second',
    'bad.wav': 'damaged WAV file',
    'null.wav': 'holds no audio',
  };

  it('knows all of them', () => {
    expect(readdirSync(bad).sort()).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))('%s', async (name, says) => {
    const ran = await transcribe(join(bad, name), '-q');
    expectFailure(ran, 'E_AUDIO', says);
    expect(ran.stderr.split('\n')).toHaveLength(3);
  });
});
