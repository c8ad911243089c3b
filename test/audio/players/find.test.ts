import { describe, expect, it } from 'vitest';
import type { OpenOptions, Player } from '../../../src/audio/players/device.ts';
import { findPlayer, listPlayers, players } from '../../../src/audio/players/find.ts';
import { SpeechError } from '../../../src/errors.ts';
import { noLog } from '../../../src/log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { FakeDevice } from '../fake-device.ts';

const clock = new ManualClock();

interface Fake extends Player {
  readonly opened: OpenOptions[];
  readonly device: FakeDevice;
}

function fake(
  name: string,
  { missing, broken, picksDevice = false }: { missing?: string; broken?: string; picksDevice?: boolean } = {},
): Fake {
  const device = new FakeDevice(clock);
  const opened: OpenOptions[] = [];
  return {
    name,
    picksDevice,
    opened,
    device,
    missing: () => missing,
    async open(options) {
      opened.push(options);
      if (broken !== undefined) throw new SpeechError('E_DEVICE', `${name}: ${broken}\nand a trace`);
      return device;
    },
  };
}

const options = { sampleRateHz: 24000, clock, log: noLog };

describe('finding a player', () => {
  it('takes the first that opens, and remembers why not the others', async () => {
    const among = [fake('a', { missing: 'not installed' }), fake('b', { broken: 'no card' }), fake('c'), fake('d')];
    const said: string[] = [];
    const log = (_area: string, text: () => string) => void said.push(text());
    const found = await findPlayer({ ...options, log, among });
    expect(found).toEqual({
      name: 'c',
      device: among[2]?.device,
      passedOver: [
        { name: 'a', why: 'not installed' },
        { name: 'b', why: 'no card' },
      ],
    });
    expect(among.map((player) => player.opened.length)).toEqual([0, 1, 1, 0]);
    expect(said).toEqual(['not through a: not installed', 'not through b: no card', 'plays through c at 24000 Hz']);
  });

  it('opens it at the rate', async () => {
    const only = fake('a');
    await findPlayer({ ...options, among: [only] });
    expect(only.opened).toEqual([{ sampleRateHz: 24000, clock, deviceName: undefined }]);
  });

  it('opens the wanted one, and no other', async () => {
    const among = [fake('a'), fake('b')];
    expect((await findPlayer({ ...options, among, wanted: 'b' })).name).toBe('b');
    expect(among[0]?.opened).toEqual([]);
  });

  it('fails with every reason where none works, and says what to do', async () => {
    const among = [fake('a', { missing: 'not installed' }), fake('b', { broken: 'no card' })];
    await expect(findPlayer({ ...options, among })).rejects.toMatchObject({
      code: 'E_PLAYER',
      message: expect.stringContaining('a: not installed; b: no card'),
      todo: expect.stringMatching(/install .*-o/),
    });
  });

  it('fails where the wanted one does not work, though another would', async () => {
    const among = [fake('a'), fake('b', { broken: 'no card' })];
    await expect(findPlayer({ ...options, among, wanted: 'b' })).rejects.toMatchObject({ code: 'E_PLAYER' });
  });

  it('lists the names for one that is none', async () => {
    await expect(findPlayer({ ...options, wanted: 'gramophone' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('gramophone'),
      todo: `use one of: ${players.map((player) => player.name).join(', ')}`,
    });
  });
});

describe('a named device', () => {
  it('goes to the first player that can pick one', async () => {
    const among = [fake('a'), fake('b', { picksDevice: true })];
    const found = await findPlayer({ ...options, among, deviceName: 'hw:1' });
    expect(found.name).toBe('b');
    expect(among[1]?.opened).toEqual([{ sampleRateHz: 24000, clock, deviceName: 'hw:1' }]);
  });

  it('is refused where the wanted player cannot', async () => {
    const among = [fake('a'), fake('b', { picksDevice: true })];
    await expect(findPlayer({ ...options, among, deviceName: 'hw:1', wanted: 'a' })).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      todo: expect.stringContaining('b'),
    });
  });
});

describe('the list for doctor', () => {
  it('opens and closes each', async () => {
    const among = [fake('a', { missing: 'not installed' }), fake('b', { broken: 'no card' }), fake('c')];
    expect(await listPlayers(clock, among)).toEqual([
      { name: 'a', why: 'not installed' },
      { name: 'b', why: 'no card' },
      { name: 'c', why: undefined },
    ]);
    expect(among[2]?.device.calls).toEqual(['abort']);
  });
});

it('tries the packages first, speaker before audio-io (docs/playing.md), and afplay last', () => {
  const names = players.map((player) => player.name);
  expect(names.slice(0, 2)).toEqual(['speaker', 'audio-io']);
  expect(names.at(-1)).toBe('afplay');
});
