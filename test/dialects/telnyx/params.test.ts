import { describe, expect, it } from 'vitest';
import { refuseSettings, sortParams } from '../../../src/dialects/telnyx/params.ts';
import { thrownBy } from '../thrown.ts';

const settingOf = { voice: '--voice', 'voice_settings.voice_speed': '--speed' };

describe('where a --param goes', () => {
  it('is the query, or where it is forced', () => {
    expect(
      sortParams({ a: '1', 'query.b': '2', 'voice_settings.c': '3', 'voice_settings.d.e': 'x' }, settingOf),
    ).toEqual({
      query: { a: '1', b: '2' },
      voiceSettings: { c: 3, 'd.e': 'x' },
    });
    expect(sortParams(undefined, settingOf)).toEqual({ query: {}, voiceSettings: {} });
  });

  it.each([
    ['0.7', 0.7],
    ['true', true],
    ['{"a":1}', { a: 1 }],
    ['"7"', '7'],
    ['calm', 'calm'],
    ['null', 'null'],
    ['1e999', '1e999'],
    ['-1e999', '-1e999'],
    ['', ''],
  ])('sends %s as %j in voice_settings', (value, wanted) => {
    expect(sortParams({ 'voice_settings.x': value }, settingOf).voiceSettings).toEqual({ x: wanted });
  });

  it.each([
    ['voice', '--voice'],
    ['query.voice', '--voice'],
    ['voice_settings.voice_speed', '--speed'],
  ])('is nowhere for %s: there is %s', (name, flag) => {
    const error = thrownBy(() => sortParams({ [name]: 'x' }, settingOf));
    expect([error.code, error.message]).toEqual(['E_USAGE', `--param ${name}: use ${flag} for this`]);
  });

  it('is free for a name that only looks like a setting’s', () => {
    const sorted = sortParams({ 'voice_settings.voice': 'x', voice_speed: '2', toString: 'y' }, settingOf);
    expect(sorted).toEqual({ query: { voice_speed: '2', toString: 'y' }, voiceSettings: { voice: 'x' } });
  });
});

describe('what is refused by name', () => {
  it('is a setting that is there, whatever it holds', () => {
    expect(() => refuseSettings({ region: undefined, other: 1 }, { region: '--region' })).not.toThrow();
    const error = thrownBy(() => refuseSettings({ region: '' }, { region: '--region' }));
    expect([error.code, error.message, error.todo]).toEqual([
      'E_UNSUPPORTED',
      'Telnyx has no --region',
      'leave out --region',
    ]);
  });
});
