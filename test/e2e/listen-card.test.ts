import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from 'vitest';
import { readSubtitles } from '../report/transcript/subtitle-reader.ts';
import { needs } from '../support/programs.ts';
import {
  alsaReachesCard,
  type SoundCard,
  soundCardPrograms,
  startSoundCard,
  testSignal,
} from '../support/sound-card.ts';
import { vox } from '../support/vox.ts';
import { hearingService } from './hearing-service.ts';
import { findIn, samplesOf } from './played.ts';
import { objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const recorders = ['rec', 'sox', 'arecord'] as const;
const { describe, it } = needs(...soundCardPrograms, ...recorders, 'paplay');

/** Of what it was given, on this card. */
function play(card: SoundCard, samples: Int16Array): Promise<unknown> {
  const path = place.file('played.raw');
  writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  const format = ['--raw', '--format=s16le', '--rate=16000', '--channels=1'];
  const args = ['--device=cable', ...format, path];
  return promisify(execFile)('paplay', args, { env: { ...process.env, ...card.env } });
}

/** How much sound there is in all. */
function energy(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0);
}

describe('vox listen from a sound card', () => {
  let card: SoundCard;
  beforeAll(() => {
    card = startSoundCard(16_000);
  });
  afterAll(() => card.stop());

  it('needs what lets ALSA reach the card', () => {
    expect(alsaReachesCard()).toBe(true);
  });

  it.each(recorders)('%s: what is played is sent, and saved as it was sent', async (recorder) => {
    const signal = testSignal(16_000, 1000);
    const service = await hearingService();
    const args = ['listen', '--endpoint', service.wsUrl, '--recorder', recorder, '--save', `${recorder}.wav`, '--json'];
    const ran = await place
      .vox(args, {
        env: card.env,
        async during(child) {
          child.stdin?.end();
          await service.heard((audio) => audio.length > 0);
          await play(card, signal);
          // All of it has come when there is silence behind it again. SoX may put a little noise into that.
          await service.heard((audio) => {
            const samples = samplesOf(audio);
            const last = samples.findLastIndex((sample) => Math.abs(sample) > 50);
            const first = samples.findIndex((sample) => Math.abs(sample) > 50);
            return last - first > signal.length * 0.9 && samples.length - last > 3200;
          });
          child.kill('SIGINT');
        },
      })
      .finally(service.close);
    expect(ran.code).toBe(130);
    const saved = samplesOf(wavBytes(place.file(`${recorder}.wav`)));
    expect(saved).toEqual(samplesOf(service.audio()));
    // Those of SoX are asked for another rate, and what comes back is near, but not the same to the sample.
    if (recorder === 'arecord') {
      expect(findIn(saved, signal)).toMatchObject({ samples: signal.length, strangeSamples: 0 });
    } else {
      expect(energy(saved) / energy(signal)).toBeGreaterThan(0.8);
      expect(energy(saved) / energy(signal)).toBeLessThan(1.05);
    }
    const heard = objects(ran.stdout).at(-2);
    expect(heard).toMatchObject({ event: 'heard', input: 'microphone', recorder });
    // Longer blocks would show in every latency.
    expect(heard?.blockMs).toBeGreaterThan(10);
  });

  it('a device that is not there', async () => {
    const ran = await place.vox(['listen', '--provider', 'local', '--device', 'no-such-card'], { env: card.env });
    expect(ran.code).toBe(6);
    expect(ran.stderr).toMatch(/^vox: \w+ cannot record from no-such-card: .* \[E_RECORDER\]$/m);
  });

  needs('pocketsphinx_continuous').it.each(recorders)(
    'a sentence that vox says into it is heard through %s',
    async (recorder) => {
      const env = { ...card.env, SLNG_API_KEY: undefined };
      const outputs = ['-o', 'said.srt', '-o', 'said.vtt', '--save', 'said.wav'];
      const ran = await place.vox(['listen', '--recorder', recorder, '--until-silence', '1', '--json', ...outputs], {
        env,
        withinMs: 60_000,
        async during(child) {
          child.stdin?.end();
          await new Promise<void>((resolve) => {
            child.stdout?.on('data', (text) => String(text).includes('"listening with') && resolve());
          });
          const say = ['say', '-v', 'rms', '--player', 'paplay', 'Go forward ten meters.'];
          expect(await vox(say, { env, withinMs: 60_000 })).toMatchObject({ code: 0 });
        },
      });
      expect(ran.code).toBe(0);
      const events = objects(ran.stdout);
      const text = events.flatMap((event) => (event.event === 'final' ? [event.text] : [])).join(' ');
      // A machine that is too busy may lose a moment of sound; nobody else says these words.
      const understood = ['go', 'forward', 'ten', 'meters'].filter((word) => text.split(' ').includes(word));
      expect(understood.length, text).toBeGreaterThanOrEqual(3);
      for (const kind of ['srt', 'vtt'] as const) {
        const cues = readSubtitles(kind, readFileSync(place.file(`said.${kind}`), 'utf8'));
        expect(cues.flatMap(({ lines }) => lines).join(' ')).toBe(text);
      }
      const heard = events.at(-1);
      for (const figure of ['ttfiMs', 'ttfsMs', 'eotMs', 'rttMs', 'blockMs']) {
        expect(heard, figure).toHaveProperty(figure, expect.any(Number));
      }
    },
  );
});
