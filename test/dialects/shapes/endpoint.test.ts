import { describe, expect, it } from 'vitest';
import { baseUrlOf, jsonRefusal, socketUrl } from '../../../src/dialects/shapes/endpoint.ts';
import { SpeechError } from '../../../src/errors.ts';

const href = (base: string) => socketUrl(base, '/v1/speak', 'wss://api.example.com').href;

describe('socketUrl', () => {
  it.each([
    ['wss://api.deepgram.com', 'wss://api.deepgram.com/v1/speak'],
    ['https://api.deepgram.com/', 'wss://api.deepgram.com/v1/speak'],
    ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080/v1/speak'],
    ['ws://h:1/deepgram//?a=b', 'ws://h:1/deepgram/v1/speak?a=b'],
  ])('of %s is %s', (base, expected) => expect(href(base)).toBe(expected));

  it.each(['api.deepgram.com', 'ftp://h', ''])('refuses %s and names the vendor’s own', (base) => {
    expect(() => href(base)).toThrow(SpeechError);
    expect(() => href(base)).toThrow(`no endpoint: ${base}`);
    try {
      href(base);
    } catch (thrown) {
      expect(thrown).toMatchObject({
        code: 'E_USAGE',
        todo: 'give a URL such as wss://api.example.com or ws://127.0.0.1:8080',
      });
    }
  });
});

describe('baseUrlOf', () => {
  it.each([
    ['http://h:1/x/v1/speak', '/x', 'ws://h:1/x'],
    ['wss://h/v1/speak', undefined, 'wss://h'],
    ['ftp://h/v1/speak', '', 'ws://h'],
  ])('of %s behind %s is %s', (url, prefix, base) => expect(baseUrlOf(new URL(url), prefix)).toBe(base));
});

it('a refusal is JSON, and says so', () => {
  expect(jsonRefusal(400, { a: 1 }, { 'dg-error': 'x' })).toEqual({
    status: 400,
    body: '{"a":1}',
    headers: { 'content-type': 'application/json', 'dg-error': 'x' },
  });
});
