import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSubtitles } from '../report/transcript/subtitle-reader.ts';
import { type Ran, type RunOptions, type Served, serve } from '../support/vox.ts';
import { spoken, wavOf } from './spoken.ts';
import { expectFailure, objects, workplace } from './workplace.ts';

const place = workplace();
let served: Served;
beforeAll(async () => {
  served = await serve(['--engine', 'scripted', '--max-listeners', '16']);
  place.put('hello.wav', wavOf(await spoken('Hello there.', 700, 'And again.', 100)));
  place.put('more.wav', wavOf(await spoken('Something else.', 50)));
  place.put('third.wav', wavOf(await spoken(50, 'A third one.')));
});
afterAll(async () => {
  expect(await served.stop()).toBe(0);
  place.remove();
});

/** As fast as the words are read: they say where in the audio they are. */
const fast = ['--route', 'direct', '--pace', 'fast'];
const transcribe = (args: readonly string[], options?: RunOptions): Promise<Ran> =>
  place.vox(['transcribe', ...args, ...fast, '--endpoint', served.wsUrl], options);

const read = (name: string) => readFileSync(place.file(name), 'utf8');
const textOf = ({ stdout }: Ran) => stdout.toString();

describe('vox transcribe, a recording', () => {
  it('prints what is said, a line a segment, and its figures to stderr', async () => {
    const ran = await transcribe(['hello.wav']);
    expect(ran.code).toBe(0);
    expect(textOf(ran)).toBe('Hello there.\nAnd again.\n');
    expect(ran.stderr).toMatch(/^hello\.wav {2}1\.02 s of audio in \d+\.\d\d s · 4 words · ttfi /m);
  });

  it.each(['direct', 'bridge'])('says the same over the %s route', async (route) => {
    const ran = await place.vox(['transcribe', 'hello.wav', '-q', '--route', route, '--endpoint', served.wsUrl]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(textOf(ran)).toBe('Hello there.\nAnd again.\n');
  });

  it('says the same with audio as base64', async () => {
    expect(textOf(await transcribe(['hello.wav', '-q', '--audio-as', 'json']))).toBe('Hello there.\nAnd again.\n');
  });

  it.each([20, 33, 100])('says the same in frames of %d ms', async (ms) => {
    expect(textOf(await transcribe(['hello.wav', '-q', '--chunk-ms', String(ms)]))).toBe('Hello there.\nAnd again.\n');
  });

  it('from stdin, under the name of that', async () => {
    const ran = await transcribe(['-'], { input: readFileSync(place.file('hello.wav')) });
    expect(textOf(ran)).toBe('Hello there.\nAnd again.\n');
    expect(ran.stderr).toMatch(/^stdin {2}/m);
  });

  it('raw', async () => {
    const samples = await spoken('No header here.');
    place.put('raw.pcm', new Uint8Array(samples.buffer));
    expect(textOf(await transcribe(['raw.pcm', '--raw', '-q']))).toBe('No header here.\n');
    const half = await transcribe(['raw.pcm', '--raw', '--sample-rate', '8000', '-q', '--json']);
    expect(objects(half.stdout).find(({ event }) => event === 'heard')).toMatchObject({ audioMs: 300 });
  });

  it('--words: each with its times, below its line', async () => {
    const ran = await transcribe(['third.wav', '--words', '-q']);
    expect(textOf(ran)).toBe('A third one.\n\t0.050\t0.060\tA\t1\n\t0.070\t0.120\tthird\t1\n\t0.130\t0.170\tone.\t1\n');
  });

  it('--interim in a pipe: finals alone, never a line that is written again', async () => {
    const ran = await transcribe(['hello.wav', '--interim']);
    expect(textOf(ran)).toBe('Hello there.\nAnd again.\n');
    expect(ran.stderr).not.toContain('\r');
  });

  it('--endpointing off: one segment, when the audio ends', async () => {
    expect(textOf(await transcribe(['hello.wav', '--endpointing', 'off', '-q']))).toBe('Hello there. And again.\n');
  });

  it('--pace: a factor takes its time', async () => {
    const ran = await place.vox([
      ...['transcribe', 'hello.wav', '--pace', '0.3', '--json', '--route', 'direct', '--endpoint', served.wsUrl],
    ]);
    // 3.4 s, less what a busy machine was late with the first frame; as fast as it goes it takes 0.1 s.
    const { processingMs } = objects(ran.stdout).find(({ event }) => event === 'heard') ?? {};
    expect(Number(processingMs)).toBeGreaterThan(1500);
  });

  it('--json: events, with --interim what is understood on the way; a confidence only where there is one', async () => {
    const events = objects((await transcribe(['hello.wav', '--json', '--interim'])).stdout);
    const names = events.map(({ event }) => event);
    expect(new Set(names)).toEqual(new Set(['chosen', 'warning', 'speechStarted', 'interim', 'final', 'heard']));
    expect(names.at(-1)).toBe('heard');
    const finals = events.filter(({ event }) => event === 'final');
    expect(finals.map(({ text }) => text)).toEqual(['Hello there.', 'And again.']);
    expect(finals[0]).toMatchObject({
      input: 'hello.wav',
      startMs: 0,
      confidence: 1,
      endOfUtterance: true,
      forced: false,
      words: [{ text: 'Hello', startMs: 0, endMs: 50, confidence: 1 }, { text: 'there.' }],
    });
    expect(finals[1]).toMatchObject({ endOfUtterance: false, forced: true });
    expect(finals.some((event) => 'channel' in event)).toBe(false);
    const plain = objects((await transcribe(['hello.wav', '--json'])).stdout);
    expect(plain.map(({ event }) => event)).toEqual(['chosen', 'warning', 'final', 'final', 'heard']);
    expect(plain.at(-1)).toMatchObject({ ended: 'done', segments: 2, words: 4, provider: 'slng', input: 'hello.wav' });
  });
});

describe('vox transcribe, into files', () => {
  it('-o more than once, the kind by the ending; nothing goes to stdout', async () => {
    const ran = await transcribe([
      'hello.wav',
      '-q',
      ...['srt', 'vtt', 'json', 'txt'].flatMap((x) => ['-o', `a.${x}`]),
    ]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(textOf(ran)).toBe('');
    expect(read('a.txt')).toBe('Hello there.\nAnd again.\n');
    const cues = readSubtitles('srt', read('a.srt'));
    expect(cues.map(({ lines }) => lines.join(' '))).toEqual(['Hello there.', 'And again.']);
    expect(readSubtitles('vtt', read('a.vtt'))).toHaveLength(2);
    const whole = JSON.parse(read('a.json'));
    expect(whole).toMatchObject({ file: 'hello.wav', durationMs: 1020, provider: 'slng' });
    expect(whole.segments).toHaveLength(2);
  });

  it('-o -: to stdout, beside a file', async () => {
    const ran = await transcribe(['hello.wav', '-o', '-', '-o', 'b.txt', '--format', 'vtt', '-q']);
    expect(textOf(ran)).toMatch(/^WEBVTT\n/);
    expect(read('b.txt')).toBe('Hello there.\nAnd again.\n');
  });

  it.each([
    ['srt', /^1\n00:00:00,000 --> /],
    ['vtt', /^WEBVTT\n\n00:00:00\.000 --> /],
    ['json', /^\{\n {2}"file": "hello\.wav"/],
    ['text', /^Hello there\.\n/],
  ])('--format %s: to stdout', async (format, begins) => {
    expect(textOf(await transcribe(['hello.wav', '-q', '--format', format]))).toMatch(begins);
  });

  it('cuts subtitles by words a cue and characters a line', async () => {
    place.put('long.wav', wavOf(await spoken('one two three four five six')));
    const cues = async (...args: string[]) =>
      readSubtitles('srt', textOf(await transcribe(['long.wav', '-q', '--format', 'srt', ...args])));
    expect((await cues('--words-per-cue', '2')).map(({ lines }) => lines)).toEqual([
      ['one two'],
      ['three four'],
      ['five six'],
    ]);
    const lines = (await cues('--chars-per-line', '14')).flatMap((cue) => cue.lines);
    expect(lines.join(' ')).toBe('one two three four five six');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(14);
  });

  it('replaces a file by a whole one alone', async () => {
    place.put('old.txt', 'before');
    expect((await transcribe(['more.wav', '-o', 'old.txt', '-q'])).code).toBe(0);
    expect(read('old.txt')).toBe('Something else.\n');
  });
});

describe('vox transcribe, many recordings', () => {
  const all = ['hello.wav', 'more.wav', 'third.wav'];

  it('one after another, in their order', async () => {
    const ran = await transcribe([...all, '-q']);
    expect(textOf(ran)).toBe('Hello there.\nAnd again.\nSomething else.\nA third one.\n');
  });

  it('--jobs: each transcript stays together, in the order of the recordings', async () => {
    const ran = await transcribe([...all, ...all, '--jobs', '4', '-q']);
    expect(ran.code).toBe(0);
    expect(textOf(ran)).toBe('Hello there.\nAnd again.\nSomething else.\nA third one.\n'.repeat(2));
  });

  it('--format json: an object each', async () => {
    const text = textOf(await transcribe([...all, '--format', 'json', '-q']));
    const whole = JSON.parse(`[${text.replaceAll('}\n{', '},{')}]`);
    expect(whole.map(({ file }: { file: string }) => file)).toEqual(all);
  });

  it('--out-dir: a file for each, in a folder that is made', async () => {
    const ran = await transcribe([...all, '--out-dir', 'made/of/it', '--format', 'srt', '--jobs', '2', '-q']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(place.file('made/of/it')).sort()).toEqual(['hello.srt', 'more.srt', 'third.srt']);
    expect(readSubtitles('srt', read('made/of/it/more.srt'))[0]?.lines).toEqual(['Something else.']);
  });

  it('says which each event belongs to', async () => {
    const events = objects((await transcribe([...all, '--jobs', '3', '--json'])).stdout);
    for (const file of all) {
      const own = events.filter(({ input }) => input === file).map(({ event }) => event);
      expect(own).toEqual([...(file === 'hello.wav' ? ['final'] : []), 'final', 'heard']);
    }
  });

  it('one that fails does not stop the others; the exit code is that of the first failure', async () => {
    place.put('bad.wav', 'no audio at all');
    const args = ['hello.wav', 'bad.wav', 'none.wav', 'more.wav', '-q'];
    const ran = await transcribe(args);
    expect(ran.code).toBe(6);
    expect(textOf(ran)).toBe('Hello there.\nAnd again.\nSomething else.\n');
    const [first, second] = ran.stderr.split('\n').filter((line) => line.startsWith('vox: '));
    expect(first).toMatch(/^vox: bad\.wav is no audio .*\[E_AUDIO\]$/);
    expect(second).toMatch(/^vox: cannot read none\.wav: .*\[E_FILE\]$/);
    const errors = objects((await transcribe([...args, '--json'])).stdout).filter(({ event }) => event === 'error');
    expect(errors.map(({ input }) => input)).toEqual(['bad.wav', 'none.wav']);
  });

  it('--out-dir, with one that fails: no file of it', async () => {
    place.put('bad.wav', 'no audio at all');
    expect((await transcribe(['bad.wav', 'more.wav', '--out-dir', 'some', '-q'])).code).toBe(6);
    expect(readdirSync(place.file('some'))).toEqual(['more.txt']);
  });
});

describe('vox transcribe --reference', () => {
  it('tells the word errors, of one recording and of all together', async () => {
    place.put('hello.txt', 'Hello, there! And once again.\n');
    place.put('more.txt', 'something else');
    const one = await transcribe(['hello.wav', '--reference', 'hello.txt']);
    expect(one.stderr).toMatch(/ · wer 20\.0 % \(0 sub, 1 del, 0 ins of 5 words, voxwire-en \d+\) · /);
    const two = await transcribe(['hello.wav', 'more.wav', '--reference', 'hello.txt', '--reference', 'more.txt']);
    expect(two.stderr).toMatch(/^together {2}wer 14\.3 % \(0 sub, 1 del, 0 ins of 7 words, voxwire-en \d+\)$/m);
  });

  it('puts them into the JSON', async () => {
    place.put('more.txt', 'something new');
    const args = ['more.wav', '--reference', 'more.txt'];
    const wer = { wer: 0.5, substitutions: 1, deletions: 0, insertions: 0, words: 2, normaliser: 'voxwire-en' };
    const [heard] = objects((await transcribe([...args, '--json'])).stdout).filter(({ event }) => event === 'heard');
    expect(heard).toMatchObject({ wer });
    expect(JSON.parse(textOf(await transcribe([...args, '--format', 'json', '-q'])))).toMatchObject({ wer });
  });

  it('wants one a recording, that can be read', async () => {
    place.put('ref.txt', 'x');
    expectFailure(await transcribe(['hello.wav', 'more.wav', '--reference', 'ref.txt']), 'E_USAGE', /1 reference/);
    expectFailure(await transcribe(['hello.wav', '--reference', 'nowhere.txt']), 'E_FILE', 'nowhere.txt');
    place.put('latin.txt', Uint8Array.of(0xe9, 0x20));
    expectFailure(await transcribe(['hello.wav', '--reference', 'latin.txt']), 'E_NOT_UTF8', 'latin.txt');
  });
});

describe('vox transcribe --channels', () => {
  beforeAll(async () => {
    const caller = await spoken('How are you?', 1500, 'Good to hear.', 100);
    const callee = await spoken(900, 'I am fine.', 100);
    place.put('call.wav', wavOf(caller, callee));
  });
  const inOrder = ['How are you?', 'I am fine.', 'Good to hear.'];

  it('split: each a speaker, by time', async () => {
    const ran = await transcribe(['call.wav', '--channels', 'split']);
    expect(ran.code).toBe(0);
    expect(textOf(ran)).toBe('Channel 1: How are you?\nChannel 2: I am fine.\nChannel 1: Good to hear.\n');
    expect(ran.stderr).toMatch(
      /^call\.wav \(channel 1\) {2}.* · 6 words · [\s\S]*^call\.wav \(channel 2\) {2}.* · 3 words · /m,
    );
  });

  it('split: events and files say the channel', async () => {
    const ran = await transcribe(['call.wav', '--channels', 'split', '--json', '-o', 'call.vtt', '-o', 'call.json']);
    const events = objects(ran.stdout);
    const finals = events.filter(({ event }) => event === 'final');
    expect(finals.map(({ text }) => text)).toEqual(inOrder);
    expect(finals.map(({ channel }) => channel)).toEqual([0, 1, 0]);
    expect(events.filter(({ event }) => event === 'heard').map(({ channel }) => channel)).toEqual([0, 1]);
    expect(read('call.vtt')).toContain('<v Channel 2>I am fine.');
    const { segments } = JSON.parse(read('call.json'));
    expect(segments.map(({ channel }: { channel: number }) => channel)).toEqual([0, 1, 0]);
  });

  it('mix: one stream, as the default', async () => {
    place.put('both.wav', wavOf(await spoken('Left.', 400), await spoken('Left.', 400)));
    expect(textOf(await transcribe(['both.wav', '-q']))).toBe('Left.\n');
  });

  it('split in a dry run: the frames of each', async () => {
    const ran = await place.vox([
      'transcribe',
      'call.wav',
      '--channels',
      'split',
      '--dry-run',
      '--endpoint',
      'wss://x',
    ]);
    const lines = textOf(ran).split('\n');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(lines.filter((line) => line.includes('"type":"init"'))).toHaveLength(2);
    expect(lines.filter((line) => line === '> {"type":"close"}')).toHaveLength(2);
  });
});

describe('vox transcribe --dry-run', () => {
  it('shows the URL, the headers without the key, and the frames', async () => {
    const ran = await place.vox(['transcribe', 'more.wav', '--dry-run', '--provider', 'slng', '--language', 'en']);
    expect(ran.code).toBe(0);
    const [url, header, ...frames] = textOf(ran).trimEnd().split('\n');
    expect(url).toBe('wss://api.slng.ai/v1/bridges/unmute/stt/slng/deepgram/nova:3-en');
    expect(header).toBe('Authorization: Bearer KEY');
    expect(JSON.parse(frames[0]?.slice(2) ?? '')).toMatchObject({
      type: 'init',
      config: { language: 'en', sample_rate: 16_000, encoding: 'linear16', enable_partials: true },
    });
    expect(frames.slice(1)).toEqual(['> (1600 bytes) × 4', '> {"type":"finalize"}', '> {"type":"close"}']);
  });

  it('reads the file: what is no audio is told here, too', async () => {
    place.put('bad.wav', 'no audio at all');
    expectFailure(await place.vox(['transcribe', 'bad.wav', '--dry-run']), 'E_AUDIO', 'bad.wav');
  });
});

describe('vox transcribe, contradictions', () => {
  it.each([
    [['a.wav', 'b.wav', '-o', 'x.txt'], /several recordings and one --output/],
    [['a.wav', 'b.wav', '--format', 'srt'], /several recordings do not make one srt/],
    [['a.wav', '-o', 'x.doc'], /does not write transcripts as \.doc/],
    [['-', '-'], /'-' is given twice/],
    [['x/a.wav', 'y/a.mp3', '--out-dir', 'd'], /would both become d\/a\.txt/],
    [['a.wav', '--pace', 'quick'], /'realtime', 'fast'/],
    [['a.wav', '--format', 'doc'], /Allowed choices are text, json, srt, vtt|text/],
    [[], /missing required argument/],
  ])('%j', async (args, says) => {
    expectFailure(await place.vox(['transcribe', ...args]), 'E_USAGE', says);
    expect(existsSync(place.file('d'))).toBe(false);
  });
});

describe('vox transcribe, where it cannot write', () => {
  it.each([
    ['a full disk', '/dev/full', 'E_DISK_FULL'],
    ['a folder that is not there', 'no/such/x.txt', 'E_FILE'],
    ['a folder', 'a-folder.txt', 'E_FILE'],
  ] as const)('%s', async (_, path, code) => {
    mkdirSync(place.file('a-folder.txt'), { recursive: true });
    expectFailure(await transcribe(['hello.wav', '-o', path, '-q']), code, path);
  });

  it('a full disk behind stdout', async () => {
    const line = `$VOX transcribe hello.wav -q ${fast.join(' ')} --endpoint ${served.wsUrl} > /dev/full`;
    expectFailure(await place.shell(line), 'E_DISK_FULL', 'standard output');
  });

  it('a pipe that is closed: quietly, with 0', async () => {
    const line = `$VOX transcribe hello.wav more.wav -q ${fast.join(' ')} --endpoint ${served.wsUrl} | head -1`;
    const ran = await place.shell(line);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(textOf(ran)).toBe('Hello there.\n');
  });

  it('--out-dir where a file is in the way', async () => {
    place.put('in-the-way', '');
    expectFailure(await transcribe(['hello.wav', '--out-dir', 'in-the-way', '-q']), 'E_FILE', 'in-the-way');
  });
});
