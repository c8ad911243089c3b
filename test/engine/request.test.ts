import { describe, expect, it } from 'vitest';
import { checkRequest, pcmEncoding, tailMs } from '../../src/engine/request.ts';
import { linear24 } from './contract.ts';

describe('the silence behind a text', () => {
  it.each([
    'One.',
    'Two!',
    'Three?',
    'He said “no.”',
    "'Yes!'",
    '(Really?)',
    'Wait…',
    '三。',
    '何？',
    'Done.  ',
    'Oh?!',
  ])('is that of a sentence behind %s', (text) => {
    expect(tailMs(text)).toBe(250);
  });

  it.each(['one', 'two,', 'three;', 'four:', 'five -', '3.14', 'e.g. this', '一，', '', '"quoted"'])(
    'is that of a clause behind %s',
    (text) => {
      expect(tailMs(text)).toBe(60);
    },
  );
});

describe('what the engines refuse', () => {
  const request = { text: 'x', voice: 'v', language: 'en', speed: 1, format: linear24 };

  it('names the rates that there are', () => {
    const call = () => pcmEncoding({ ...linear24, sampleRateHz: 12_345 });
    expect(call).toThrow(expect.objectContaining({ message: expect.stringContaining('12345') }));
    expect(call).toThrow(expect.objectContaining({ todo: expect.stringContaining('22050') }));
  });

  it.each([0.25, 1, 4])('takes speed %d', (speed) => {
    expect(() => checkRequest({ ...request, speed })).not.toThrow();
  });

  it.each([0, 0.24, 4.01, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses speed %d', (speed) => {
    expect(() => checkRequest({ ...request, speed })).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }));
  });

  it('gives the encoding of a format that it takes', () => {
    expect(pcmEncoding({ ...linear24, encoding: 'mulaw' })).toBe('mulaw');
    expect(() => pcmEncoding({ ...linear24, encoding: 'opus' })).toThrow(/opus/);
    expect(() => pcmEncoding({ ...linear24, encoding: 'vorbis' })).toThrow(/vorbis/);
  });
});
