import { describe, expect, it } from 'vitest';
import { createNullSink } from '../../src/audio/sinks/null.ts';
import { playerCheck, recorderCheck, toneCheck } from '../../src/doctor/sound.ts';
import { errorTable, SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { signal } = new AbortController();
const works = { name: 'aplay' };
const broken = { name: 'speaker', why: 'not installed' };

describe('the check of the player', () => {
  it('names those that work', async () => {
    const players = [broken, works, { name: 'ffplay' }];
    expect(await playerCheck(async () => players).run(signal)).toEqual({
      status: 'ok',
      detail: 'aplay, ffplay',
      data: { players },
    });
  });

  it('warns where none works, saying why not and what to install', async () => {
    const players = [broken, { name: 'aplay', why: 'no such program' }];
    expect(await playerCheck(async () => players).run(signal)).toMatchObject({
      status: 'warn',
      detail: 'none works (speaker: not installed; aplay: no such program)',
      todo: errorTable.E_PLAYER.todo,
    });
  });

  it('warns where there is none at all: a server has none', async () => {
    expect(await playerCheck(async () => []).run(signal)).toMatchObject({ status: 'warn', detail: 'none' });
  });
});

describe('the check of the recorder', () => {
  const missing = 'it was not found on the PATH';

  it('names those that are there, in the order in which they are tried', async () => {
    const recorders = [
      { name: 'rec', path: '/bin/rec' },
      { name: 'sox', missing },
      { name: 'arecord', path: '/bin/a' },
    ];
    expect(await recorderCheck(() => recorders).run(signal)).toEqual({
      status: 'ok',
      detail: 'rec, arecord',
      data: { recorders },
    });
  });

  it('warns where there is none, saying why not and what to install', async () => {
    const found = await recorderCheck(() => [
      { name: 'rec', missing },
      { name: 'sox', missing },
    ]).run(signal);
    expect(found).toMatchObject({
      status: 'warn',
      code: 'E_RECORDER',
      detail: `none (rec: ${missing}; sox: ${missing})`,
      todo: errorTable.E_RECORDER.todo,
    });
    expect(found.todo).toContain('alsa-utils');
  });
});

describe('the check of the tone', () => {
  const list = async () => [works];

  it('plays a second on a player that works', async () => {
    const sink = createNullSink(new ManualClock());
    let opened: unknown;
    const check = toneCheck({
      list,
      open: (format) => {
        opened = format;
        return sink;
      },
    });
    expect(await check.run(signal)).toMatchObject({ status: 'ok', detail: '1 s played', data: { toneMs: 1000 } });
    expect(opened).toEqual({ encoding: 'linear16', sampleRateHz: 24_000, channels: 1 });
  });

  it('is skipped where it is not wanted', async () => {
    expect(await toneCheck({ list }).run(signal)).toEqual({ status: 'skip', detail: 'not wanted' });
  });

  it('is skipped where there is no player, and opens nothing', async () => {
    let opened = false;
    const open = () => {
      opened = true;
      return createNullSink(new ManualClock());
    };
    expect(await toneCheck({ list: async () => [broken], open }).run(signal)).toEqual({
      status: 'skip',
      detail: 'no player',
    });
    expect(opened).toBe(false);
  });

  it('fails as a device where the player does', async () => {
    const check = toneCheck({ list, open: () => Promise.reject(new Error('device busy')) });
    await expect(check.run(signal)).rejects.toThrow('device busy');
    expect(check.fault).toBe('E_DEVICE');
  });

  const silent = () => Promise.reject(new SpeechError('E_PLAYER', 'nothing here plays sound'));

  it('warns where there are players and no sound card', async () => {
    expect(await toneCheck({ list, open: silent }).run(signal)).toEqual({
      status: 'warn',
      detail: 'nothing here plays sound',
      todo: errorTable.E_PLAYER.todo,
      code: 'E_PLAYER',
    });
  });

  it('fails where the player that was named does not work', async () => {
    const check = toneCheck({ list: async () => [broken], open: silent, named: true });
    await expect(check.run(signal)).rejects.toMatchObject({ code: 'E_PLAYER' });
  });

  it('is played apart from all else, and has the time that it takes', () => {
    const check = toneCheck({ list });
    expect(check.stage).toBe('sound');
    expect(check.withinMs).toBeGreaterThan(1000);
  });
});
