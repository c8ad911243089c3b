import { describe, expect, it } from 'vitest';
import { isSecretName, Secrets, shownUrl, shownValues } from '../../src/cli/secrets.ts';

describe('Secrets', () => {
  it('takes a key out as it stands, as a URL writes it and as JSON does', () => {
    const secrets = new Secrets();
    secrets.add('a+b/c="d"');
    const written = ['a+b/c="d"', encodeURIComponent('a+b/c="d"'), JSON.stringify({ said: 'a+b/c="d"' })];
    expect(written.map((text) => secrets.hide(text))).toEqual(['KEY', 'KEY', '{"said":"KEY"}']);
  });

  it('takes out every one, every time', () => {
    const secrets = new Secrets();
    secrets.add('first-key');
    secrets.add('second-key');
    expect(secrets.hide('first-key second-key first-key')).toBe('KEY KEY KEY');
  });

  it('leaves short words alone, and knows that there may be no key', () => {
    const secrets = new Secrets();
    secrets.add('hello');
    secrets.add('');
    secrets.add(undefined);
    expect(secrets.hide('hello there')).toBe('hello there');
  });
});

it.each([
  ['Authorization', true],
  ['Proxy-Authorization', true],
  ['cookie', true],
  ['X-API-Key', true],
  ['X-Slng-Provider-Key', true],
  ['apikey', true],
  ['api_key', true],
  ['token', true],
  ['access_token', true],
  ['keyterm', false],
  ['transaction_key', false],
  ['monkey', false],
  ['X-SLNG-Session-Id', false],
  ['region', false],
])('the name %s: %s', (name, secret) => {
  expect(isSecretName(name)).toBe(secret);
});

it('shows values by name, and the scheme of a key', () => {
  const shown = shownValues({ Authorization: 'Bearer abc', 'X-API-Key': 'abc', Cookie: 'a=b; c=d', Accept: 'x y' });
  expect(shown).toEqual({ Authorization: 'Bearer KEY', 'X-API-Key': 'KEY', Cookie: 'KEY', Accept: 'x y' });
});

it('shows a URL as it was, but for the secrets of its query', () => {
  const plain = 'wss://api.slng.ai/v1/tts/slng/deepgram/aura:2-en?region=eu%2Dnorth';
  expect(shownUrl(plain)).toBe(plain);
  expect(shownUrl('ws://host/v1/tts/a/b?token=abc&region=x')).toBe('ws://host/v1/tts/a/b?token=KEY&region=x');
  expect(shownUrl('ws://host/?api_key=a&api_key=b')).toBe('ws://host/?api_key=KEY');
});
