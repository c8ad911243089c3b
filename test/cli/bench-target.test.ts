import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget, targetLabels } from '../../src/cli/bench-target.ts';
import { SpeechError } from '../../src/errors.ts';

const none = { settings: {}, params: {} };

function complaintOf(text: string): string {
  try {
    parseTarget(text);
  } catch (thrown) {
    if (thrown instanceof SpeechError && thrown.code === 'E_USAGE') return `${thrown.message} → ${thrown.todo}`;
    throw thrown;
  }
  return 'none';
}

describe('parseTarget', () => {
  it.each([
    ['local', { provider: 'local' }],
    ['local:rms', { provider: 'local', voice: 'rms' }],
    ['local?speed=2', { provider: 'local', settings: { speed: 2 } }],
    ['deepgram/aura-2-thalia-en', { provider: 'deepgram', model: 'aura-2-thalia-en' }],
    ['telnyx/NaturalHD:astra', { provider: 'telnyx', model: 'NaturalHD', voice: 'astra' }],
    ['telnyx:a:b', { provider: 'telnyx', voice: 'a:b' }],
    ['deepgram/nova:3', { provider: 'deepgram', model: 'nova', voice: '3' }],
    // SLNG's models: the version is the model's, the voice follows the next colon.
    ['slng/deepgram/aura:2', { provider: 'slng', model: 'deepgram/aura:2' }],
    [
      'slng/deepgram/aura:2:aura-2-thalia-en',
      { provider: 'slng', model: 'deepgram/aura:2', voice: 'aura-2-thalia-en' },
    ],
    [
      'slng/elevenlabs/eleven-flash:2.5:21m00',
      { provider: 'slng', model: 'elevenlabs/eleven-flash:2.5', voice: '21m00' },
    ],
    ['slng/rime/arcana:luna', { provider: 'slng', model: 'rime/arcana', voice: 'luna' }],
    ['slng:3', { provider: 'slng', voice: '3' }],
  ])('%s', (text, parts) => {
    expect(parseTarget(text)).toEqual({ ...none, ...parts });
  });

  it('takes our own settings out of the query, and leaves the rest to the vendor', () => {
    const query =
      'endpoint=ws://127.0.0.1:8080/a?b&route=direct&region=eu-north-1&world-part=eu&language=de&speed=1.5' +
      '&sample-rate=16000&encoding=mulaw&label=one%20two&tier=a%26b&empty=&mip_opt_out=true&plus=a+b&worldPart=x';
    expect(parseTarget(`deepgram/m:v?${query}`)).toEqual({
      provider: 'deepgram',
      model: 'm',
      voice: 'v',
      label: 'one two',
      settings: {
        endpoint: 'ws://127.0.0.1:8080/a?b',
        route: 'direct',
        region: 'eu-north-1',
        worldPart: 'eu',
        language: 'de',
        speed: 1.5,
        sampleRate: 16_000,
        encoding: 'mulaw',
      },
      params: { tier: 'a&b', empty: '', mip_opt_out: 'true', plus: 'a+b', worldPart: 'x' },
    });
  });

  it.each([
    ['', 'names no provider'],
    ['/model', 'names no provider'],
    ['nobody/x', "unknown provider 'nobody' → one of: local, slng, deepgram, telnyx"],
    ['toString/x', "unknown provider 'toString'"],
    ['local/', "names no model behind the '/'"],
    ['deepgram/:v', "names no model behind the '/'"],
    ['local:', "names no voice behind the ':'"],
    ['slng/a:2:', "names no voice behind the ':'"],
    ['local?', 'something else where name=value belongs'],
    ['local?speed', 'something else where name=value belongs'],
    ['local?=x', 'something else where name=value belongs'],
    ['local?a=1&&b=2', 'something else where name=value belongs'],
    ['local?a=1&a=2', 'sets a twice'],
    ['local?speed=9', 'sets speed to what is not possible → Not a number from 0.25 to 4.'],
    ['local?sample-rate=5', 'sets sample-rate to what is not possible'],
    ['local?encoding=flac2', 'sets encoding to what is not possible'],
    ['local?route=', 'sets route to nothing'],
    ['local?label=', 'sets label to nothing'],
    ['local?a=%zz', "has a '%' without two hexadecimal digits"],
    ['local?a=%00', 'a character that cannot be printed'],
    ['local?a%3Db=c', 'has a name with an = in it'],
    ['local\n', 'a character that cannot be printed'],
    ['local/\ud800', 'a character that cannot be printed'],
    [`local/${'m'.repeat(2000)}`, 'is longer than 2000 characters'],
  ])('refuses %j', (text, complaint) => {
    expect(complaintOf(text)).toContain(complaint);
  });

  it('says nothing of a query in a complaint: a key may be in it', () => {
    for (const query of ['api_key=s3cret&api_key=s3cret', 's3cret', 'token=s3cret%zz', 'speed=s3cret']) {
      expect(complaintOf(`deepgram?${query}`)).not.toContain('s3cret');
    }
  });

  it('quotes a bounded part of what was typed', () => {
    expect(complaintOf(`x${'y'.repeat(1900)}`).length).toBeLessThan(400);
  });

  it('gives a target or E_USAGE, whatever comes', () => {
    const word = fc.constantFrom(
      'local',
      'slng',
      'deepgram',
      '/',
      ':',
      '?',
      '&',
      '=',
      '%',
      '%2',
      '2',
      'speed',
      'a',
      '\u202e',
      '',
    );
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 12 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(typed, (text) => {
        if (complaintOf(text) !== 'none') return;
        const { provider, model, voice } = parseTarget(text);
        const path = `${provider}${model === undefined ? '' : `/${model}`}${voice === undefined ? '' : `:${voice}`}`;
        expect(text.split('?', 1)).toEqual([path]);
      }),
    );
  });
});

describe('targetLabels', () => {
  const labels = (...texts: string[]) => targetLabels(texts.map(parseTarget));

  it('are what was typed, without the query, or the label', () => {
    expect(labels('local:rms?speed=2', 'deepgram/m', 'telnyx?label=ours')).toEqual(['local:rms', 'deepgram/m', 'ours']);
  });

  it('are made distinct by number, around names that are given', () => {
    expect(labels('local', 'local?speed=2', 'local')).toEqual(['local', 'local#2', 'local#3']);
    expect(labels('local', 'local?label=local%232', 'local')).toEqual(['local', 'local#2', 'local#3']);
    expect(labels('local?label=a', 'telnyx?label=a', 'slng?label=a%232')).toEqual(['a', 'a#3', 'a#2']);
  });
});
