import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSubtitles } from '../report/transcript/subtitle-reader.ts';
import { testSignal } from '../support/sound-card.ts';
import { type Served, serve } from '../support/vox.ts';
import { type HearingService, hearingService } from './hearing-service.ts';
import { expectFailure, objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const bytesOf = (samples: Int16Array) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
const silence = (ms: number) => Buffer.alloc(32 * ms);

const listen = (...args: string[]) => ['listen', '--source', 'stdin', ...args];

describe('vox listen, of what it is piped', () => {
  let served: Served;
  /** Two sentences, each with a second of silence behind it: 16 kHz PCM. */
  let speech: Buffer;
  beforeAll(async () => {
    served = await serve(['--engine', 'scripted']);
    const said = async (text: string) => {
      const args = ['synth', text, '--endpoint', served.wsUrl, '--sample-rate', '16000', '-o', '-', '--format', 'pcm'];
      return (await place.vox(args)).stdout;
    };
    speech = Buffer.concat([await said('Hello there.'), silence(1000), await said('And again.'), silence(1000)]);
  });
  afterAll(async () => {
    expect(await served.stop()).toBe(0);
  });

  const heard = (...args: string[]) => place.vox(listen('--endpoint', served.wsUrl, ...args), { input: speech });

  it('writes the finals alone, one a line, and its figures to stderr', async () => {
    const ran = await heard();
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout.toString()).toBe('Hello there.\nAnd again.\n');
    expect(ran.stderr).toMatch(/^stdin {2}2\.\d\d s of audio in .* · 4 words · .*rtt /m);
    // Neither a line that moves nor a key to press, where nobody looks.
    for (const sign of ['\r', '\u001b', 'Enter']) expect(ran.stderr).not.toContain(sign);
  });

  it('--quiet: nothing else', async () => {
    const ran = await heard('--quiet', '--param', 'model=scripted');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.toString()).toBe('Hello there.\nAnd again.\n');
  });

  it('--json: an object an event; each final says how long after its speech it came', async () => {
    const ran = await heard('--json', '--route', 'direct');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const events = objects(ran.stdout);
    expect(events[0]).toMatchObject({ event: 'chosen', provider: 'slng' });
    const finals = events.filter(({ event }) => event === 'final');
    expect(finals).toMatchObject([
      { text: 'Hello there.', startMs: 0, endOfUtterance: true, latencyMs: expect.any(Number) },
      { text: 'And again.', endOfUtterance: true, latencyMs: expect.any(Number) },
    ]);
    const interims = events.filter(({ event }) => event === 'interim');
    expect(interims[0]).toMatchObject({ text: 'Hello' });
    expect(events.at(-1)).toMatchObject({ event: 'heard', ended: 'done', input: 'stdin', words: 4, segments: 2 });
    const figures = ['ttfiMs', 'ttfsMs', 'eotMs', 'finalizeMs', 'rttMs', 'connectMs', 'handshakeMs', 'rtf'];
    for (const name of figures) expect(events.at(-1), name).toHaveProperty(name, expect.any(Number));
  });

  it('-o - beside --json: the text has stdout, the events go to stderr', async () => {
    const ran = await heard('--json', '-o', '-');
    expect(ran.stdout.toString()).toBe('Hello there.\nAnd again.\n');
    expect(objects(ran.stderr).map(({ event }) => event)).toContain('heard');
  });

  it('a file, in real time', async () => {
    place.put('speech.raw', speech.subarray(0, 32 * 700));
    const text =
      'This is a recording of a hundred and forty letters which is played in real time and not a bit faster than somebody would have spoken it all.';
    const args = ['synth', text, '--endpoint', served.wsUrl, '--sample-rate', '16000', '-o', 'speech.wav'];
    expect(await place.vox(args)).toMatchObject({ code: 0 });
    const wav = ['listen', '--source', 'speech.wav', '--endpoint', served.wsUrl, '--json'];
    const events = objects((await place.vox(wav)).stdout);
    const { audioMs, processingMs, chunks } = events.at(-1) ?? {};
    const textMs = 10 * text.length;
    expect(audioMs).toBe(textMs);
    expect(chunks).toBe(textMs / 50);
    // From the first chunk, which goes out 50 ms after the start, to the last. The first may be late; half-way between
    // real time and a pace of 1.25 the two can be told apart.
    const realMs = textMs - 50;
    expect(Number(processingMs)).toBeGreaterThan((realMs + realMs / 1.25) / 2);
    expect(events).toContainEqual(expect.objectContaining({ event: 'final', text }));
    expectFailure(await place.vox(['listen', '--source', 'speech.raw']), 'E_AUDIO');
  });

  it.each([
    [20, 640],
    [50, 1600],
    [100, 3200],
  ])('--chunk-ms %i: frames of %i bytes, and a shorter last one', async (ms, bytes) => {
    const service = await hearingService();
    const pcm = bytesOf(testSignal(16_000, 330));
    const args = listen('--endpoint', service.wsUrl, '--chunk-ms', String(ms), '--save', 'chunks.wav');
    const ran = await place.vox(args, { input: pcm }).finally(service.close);
    expect(ran.code).toBe(0);
    const whole = Math.floor(pcm.length / bytes);
    const rest = pcm.length % bytes;
    expect(service.frames).toEqual([...Array.from({ length: whole }, () => bytes), ...(rest > 0 ? [rest] : [])]);
    expect(service.audio().equals(pcm)).toBe(true);
    expect(wavBytes(place.file('chunks.wav')).equals(pcm)).toBe(true);
  });

  it('--duration ends it to the sample, though more would come', async () => {
    const service = await hearingService({ tail: 'the end' });
    const pcm = bytesOf(testSignal(16_000, 1000));
    const ran = await place
      .vox(listen('--endpoint', service.wsUrl, '--duration', '0.333', '--save', 'short.wav'), {
        // It stays open.
        during: (child) => void child.stdin?.write(pcm),
      })
      .finally(service.close);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout.toString()).toBe('the end\n');
    expect(service.audio().equals(pcm.subarray(0, 2 * 5328))).toBe(true);
    expect(wavBytes(place.file('short.wav')).equals(service.audio())).toBe(true);
  });

  it('--until-silence ends it so long after speech, and not while nobody has spoken', async () => {
    const synth = ['synth', 'Go forward ten meters.', '-v', 'rms', '--sample-rate', '16000', '-o', '-'];
    const spoken = (await place.vox([...synth, '--format', 'pcm', '--provider', 'local'])).stdout;
    const service = await hearingService();
    const input = Buffer.concat([silence(3000), spoken, silence(1500), spoken, silence(3000)]);
    const args = listen('--endpoint', service.wsUrl, '--until-silence', '1', '--save', 'until.wav');
    const ran = await place.vox(args, { input }).finally(service.close);
    expect(ran.code).toBe(0);
    const keptMs = wavBytes(place.file('until.wav')).length / 32;
    const spokenMs = spoken.length / 32;
    // The voice fades before its end, and the detector holds on a little behind it.
    expect(keptMs).toBeGreaterThan(3000 + spokenMs + 500);
    expect(keptMs).toBeLessThan(3000 + spokenMs + 1400);
  });
});

describe('what grows while it listens', () => {
  const outputs = ['-o', 'a.srt', '-o', 'a.vtt', '-o', 'a.txt'];
  const files = () => ['srt', 'vtt', 'txt'].map((ending) => readFileSync(place.file(`a.${ending}`), 'utf8'));
  /** The text of the cues in both files of subtitles, and the lines of the text. */
  const written = () => {
    const [srt = '', vtt = '', text = ''] = files();
    const cues = [readSubtitles('srt', srt), readSubtitles('vtt', vtt)].map((found) =>
      found.map(({ lines }) => lines.join(' ')),
    );
    return [...cues, text.split('\n').filter((line) => line !== '')];
  };

  async function run(service: HearingService, during: (said: () => Promise<string>, end: () => void) => Promise<void>) {
    const args = listen('--endpoint', service.wsUrl, ...outputs, '--save', 'grown.wav');
    return place
      .vox(args, {
        async during(child) {
          const lines: string[] = [];
          let waiting = () => {};
          child.stdout?.on('data', (data) => {
            lines.push(...String(data).trimEnd().split('\n'));
            waiting();
          });
          const said = async () => {
            while (lines.length === 0) {
              await new Promise<void>((resolve) => {
                waiting = resolve;
              });
            }
            return lines.shift() ?? '';
          };
          child.stdin?.write(bytesOf(testSignal(16_000, 500)));
          await during(said, () => child.stdin?.end());
        },
      })
      .finally(service.close);
  }

  it('is valid at every moment, and has each final when stdout has it', async () => {
    const service = await hearingService({ tail: 'and the tail' });
    const ran = await run(service, async (said, end) => {
      await service.heard((audio) => audio.length === 16_000);
      expect(written()).toEqual([[], [], []]);
      service.interim('the fir');
      service.final('the first');
      expect(await said()).toBe('the first');
      expect(written()).toEqual(Array.from({ length: 3 }, () => ['the first']));
      service.final('the second');
      expect(await said()).toBe('the second');
      expect(written()).toEqual(Array.from({ length: 3 }, () => ['the first', 'the second']));
      end();
    });
    expect(ran.code).toBe(0);
    expect(ran.stdout.toString()).toBe('the first\nthe second\nand the tail\n');
    expect(written()).toEqual(Array.from({ length: 3 }, () => ['the first', 'the second', 'and the tail']));
    expect(wavBytes(place.file('grown.wav')).length).toBe(16_000);
  });

  it('loses nothing of what comes before the service is ready', async () => {
    const service = await hearingService({ late: true });
    await run(service, async (_, end) => {
      await service.asked('init');
      end();
      service.ready();
    });
    expect(service.audio().equals(bytesOf(testSignal(16_000, 500)))).toBe(true);
  });

  it('gives the others all, where one cannot be written', async () => {
    const service = await hearingService({ tail: 'and the tail' });
    const args = listen('--endpoint', service.wsUrl, '-o', '/dev/full', '-o', 'rest.txt');
    const ran = await place
      .vox(args, {
        async during(child) {
          child.stdin?.write(silence(100));
          await service.heard((audio) => audio.length > 0);
          service.final('the first');
          // It ends by itself: its stdin stays open.
        },
      })
      .finally(service.close);
    expectFailure(ran, 'E_DISK_FULL', '/dev/full');
    expect(ran.stderr).toContain('  kept: rest.txt\n');
    expect(ran.stdout.toString()).toBe('the first\nand the tail\n');
    expect(readFileSync(place.file('rest.txt'), 'utf8')).toContain('and the tail');
  });

  it('into a pipe that nobody reads any further: a quiet end, though more audio would come', async () => {
    const service = await hearingService();
    const vox = `$VOX listen --source stdin --quiet --endpoint ${service.wsUrl}`;
    // Bash waits for head alone, and for vox, whose stdin stays open.
    const ran = await place
      .shell(`${vox} | head -n 1`, {
        async during(child) {
          child.stdin?.write(silence(100));
          await service.heard((audio) => audio.length > 0);
          service.final('the first');
          await new Promise((resolve) => child.stdout?.once('data', resolve));
          // The next that it writes after head has gone tells it so.
          do service.final('more');
          while (await service.read());
        },
      })
      .finally(service.close);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.toString()).toBe('the first\n');
  });
});
