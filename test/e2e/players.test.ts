import { describe, expect, it } from 'vitest';
import { players } from '../../src/audio/players/find.ts';
import { needs } from '../support/programs.ts';
import { alsaReachesCard, soundCardPrograms, sounding, startSoundCard } from '../support/sound-card.ts';
import { vox } from '../support/vox.ts';
import { findIn, lines, synthesized, turnOf } from './played.ts';

const text = 'Here is one sentence. And another!';

/** pw-play wants PipeWire and afplay a Mac: neither can be had on a card of our own. */
const others: { name: string; programs: string[]; alsa: boolean }[] = [
  { name: 'speaker', programs: [], alsa: true },
  { name: 'audio-io', programs: [], alsa: true },
  { name: 'aplay', programs: ['aplay'], alsa: true },
  { name: 'ffplay', programs: ['ffplay'], alsa: false },
  { name: 'play', programs: ['play'], alsa: true },
];

for (const { name, programs, alsa } of others) {
  // An npm package that was not compiled cannot be installed by name; where all is required, the test itself fails.
  const required = process.env.VOX_REQUIRE_ALL === '1';
  const compiled =
    required || programs.length > 0 || players.find((known) => known.name === name)?.missing() === undefined;
  const reachable = required || !alsa || alsaReachesCard();
  needs(...soundCardPrograms, ...programs).it.skipIf(!compiled || !reachable)(
    `vox say --player ${name} plays the very samples that vox synth writes`,
    async () => {
      const card = startSoundCard(24_000);
      try {
        const original = await synthesized(text);
        const recording = await card.record();
        const args = ['say', '--player', name, '--json', '--flush', 'sentence', text];
        const ran = await vox(args, { env: card.env });
        expect(ran).toMatchObject({ code: 0, stderr: '' });
        await recording.untilSilent(sounding(original).length, 100);
        expect(findIn(recording.samples, original)).toMatchObject({ samples: original.length, strangeSamples: 0 });
        expect(turnOf(ran)).toMatchObject({ player: name, underruns: 0 });
        expect(lines(ran).filter(({ event }) => event === 'warning')).toEqual([]);
      } finally {
        card.stop();
      }
    },
  );
}

needs('ffplay').it.each(['8000', '16000', '48000'])('vox say --player ffplay opens at %s Hz', async (rateHz) => {
  const args = ['say', '--player', 'ffplay', '--sample-rate', rateHz, 'Heard by nobody.'];
  expect(await vox(args, { env: { SDL_AUDIODRIVER: 'dummy' } })).toMatchObject({ code: 0 });
});

describe('vox say, where nothing plays', () => {
  const noCard = {
    HOME: '/nonexistent',
    XDG_RUNTIME_DIR: '/nonexistent',
    PULSE_SERVER: 'unix:/nonexistent',
    PIPEWIRE_REMOTE: '/nonexistent',
    ALSA_CONFIG_PATH: '/nonexistent',
  };

  it.each<{ what: string; args: string[]; env: Record<string, string> }>([
    { what: 'no player is installed', args: [], env: { ...noCard, PATH: '' } },
    { what: 'the player of --player is not installed', args: ['--player', 'play'], env: { PATH: '' } },
  ])('says what to install and exits with 6: $what', async ({ args, env }) => {
    const ran = await vox(['say', ...args, 'Nobody hears this.'], { env });
    expect(ran.code).toBe(6);
    expect(ran.stderr).toMatch(/^vox: .*\[E_PLAYER\]\n {2}→ install one of .*alsa-utils.*write a file with -o\n$/ms);
    expect(ran.stdout.toString()).toBe('');
  });

  it('says so, and exits with 6, where players are installed and there is no card', async () => {
    const ran = await vox(['say', 'Nobody hears this.'], { env: noCard });
    expect(ran.code).toBe(6);
    expect(ran.stderr).toMatch(/^vox: .*\[E_PLAYER\]\n {2}→ .+\n$/ms);
    expect(ran.stdout.toString()).toBe('');
  });

  it('takes no player that it does not know: a usage error that lists them', async () => {
    const ran = await vox(['say', '--player', 'gramophone', 'Nobody hears this.']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('gramophone');
    for (const { name } of players) expect(ran.stderr).toContain(name);
  });

  it('takes no device for a player that cannot pick one', async () => {
    const ran = await vox(['say', '--player', 'audio-io', '-a', 'cable', 'Nobody hears this.']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/audio-io cannot pick a device.*\n.*paplay/);
  });
});
