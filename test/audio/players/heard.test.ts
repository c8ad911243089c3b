import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AudioChunk } from '../../../src/audio/format.ts';
import { listPlayers, players } from '../../../src/audio/players/find.ts';
import { openSpeaker } from '../../../src/audio/sinks/speaker.ts';
import { systemClock } from '../../../src/clock.ts';
import { noLog } from '../../../src/log.ts';
import { needs } from '../../support/programs.ts';
import type { SoundCard } from '../../support/sound-card.ts';
import { alsaReachesCard, soundCardPrograms, sounding, startSoundCard, testSignal } from '../../support/sound-card.ts';

const sampleRateHz = 24000;
const format = { encoding: 'linear16', sampleRateHz, channels: 1 } as const;

/** What each player needs beside the card. pw-play wants PipeWire and afplay a Mac: neither can be had here. */
const heard: Record<string, { programs: string[]; alsa: boolean }> = {
  speaker: { programs: [], alsa: true },
  'audio-io': { programs: [], alsa: true },
  paplay: { programs: ['paplay'], alsa: false },
  aplay: { programs: ['aplay'], alsa: true },
  ffplay: { programs: ['ffplay'], alsa: false },
  play: { programs: ['play'], alsa: true },
};

function chunks(samples: Int16Array, chunkMs = 20): AudioChunk[] {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const size = (sampleRateHz / 1000) * chunkMs * 2;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => ({
    format,
    bytes: bytes.subarray(index * size, (index + 1) * size),
    firstSample: (index * size) / 2,
  }));
}

const ms = (samples: number) => (samples / sampleRateHz) * 1000;

for (const [player, { programs, alsa }] of Object.entries(heard)) {
  const why = players.find(({ name }) => name === player)?.missing();
  // Compiled where it is installed, or not at all: there is no program that could be asked for.
  const required = process.env.VOX_REQUIRE_ALL === '1';
  const uncompiled = !required && player === 'speaker' && why !== undefined;
  const unreachable = !required && alsa && !alsaReachesCard();
  const suite = needs(...soundCardPrograms, ...programs).describe;

  suite.skipIf(uncompiled || unreachable)(`${player}, heard through a sound card`, { timeout: 30_000 }, () => {
    let card: SoundCard;
    beforeAll(() => {
      card = startSoundCard(sampleRateHz);
      for (const [name, value] of Object.entries(card.env)) vi.stubEnv(name, value);
    });
    afterAll(() => {
      card.stop();
      vi.unstubAllEnvs();
    });
    const open = () => openSpeaker({ sampleRateHz, bufferMs: 200, player, clock: systemClock, log: noLog });

    it('plays the very samples, in order, from the first to the last', async () => {
      const recording = await card.record();
      const sink = await open();
      const signal = testSignal(sampleRateHz, 1234);
      for (const chunk of chunks(signal)) await sink.write(chunk);
      await sink.drain();
      const drainedMs = performance.now();
      await recording.untilSilent(signal.length, 300);
      recording.stop();
      expect(sink.player).toBe(player);
      // Where the machine was too busy, silence may stand between them, but nothing is lost or out of order.
      expect(Buffer.compare(bytesOf(sounding(recording.samples)), bytesOf(signal))).toBe(0);
      expect(sink.position().playedSamples).toBe(signal.length);
      const last = recording.samples.findLastIndex((sample) => sample !== 0);
      expect(drainedMs).toBeGreaterThan(recording.arrivalMs(last) - 100);
    });

    it('is silent within 100 ms of an abort, and knows what was heard', async () => {
      const recording = await card.record();
      const sink = await open();
      for (const chunk of chunks(testSignal(sampleRateHz, 5000))) await sink.write(chunk);
      const drained = sink.drain();
      await recording.until((samples) => ms(sounding(samples).length) > 700);
      const recordedBy = recording.samples.length;
      sink.abort();
      await drained;
      await recording.untilSilent(1, 400);
      recording.stop();
      const last = recording.samples.findLastIndex((sample) => sample !== 0);
      expect(ms(last - recordedBy)).toBeLessThan(100);
      // On a quiet machine 20 to 60 ms (docs/playing.md); a busy one starts some programs late.
      expect(Math.abs(ms(sink.position().playedSamples - sounding(recording.samples).length))).toBeLessThan(250);
    });

    it('counts the silence where the source stalls, and loses nothing in it', async () => {
      const recording = await card.record();
      const sink = await open();
      const signal = testSignal(sampleRateHz, 1000);
      for (const chunk of chunks(signal.subarray(0, sampleRateHz * 0.4))) await sink.write(chunk);
      await recording.untilSilent(sampleRateHz * 0.4, 400);
      for (const chunk of chunks(signal.subarray(sampleRateHz * 0.4))) await sink.write(chunk);
      await sink.drain();
      await recording.untilSilent(signal.length, 300);
      recording.stop();
      expect(sink.underruns).toBeGreaterThanOrEqual(1);
      expect(sink.underrunMs).toBeGreaterThan(300);
      expect(Buffer.compare(bytesOf(sounding(recording.samples)), bytesOf(signal))).toBe(0);
    });
  });
}

const bytesOf = (samples: Int16Array) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

describe('with no sound at all', () => {
  it('lists every player with the reason, and plays nothing', { timeout: 30_000 }, async () => {
    vi.stubEnv('HOME', '/nonexistent');
    vi.stubEnv('XDG_RUNTIME_DIR', '/nonexistent');
    vi.stubEnv('PULSE_SERVER', 'unix:/nonexistent');
    vi.stubEnv('PIPEWIRE_REMOTE', '/nonexistent');
    vi.stubEnv('ALSA_CONFIG_PATH', '/nonexistent');
    vi.stubEnv('SDL_AUDIODRIVER', 'pulse');
    const list = await listPlayers(systemClock);
    vi.unstubAllEnvs();
    expect(list.map(({ name }) => name)).toEqual(players.map(({ name }) => name));
    expect(list.filter(({ why }) => why === undefined)).toEqual([]);
  });
});
