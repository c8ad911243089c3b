import { describe, expect, it } from 'vitest';
import {
  errorCodeOfStatus,
  errorCodeOfWord,
  faultDetail,
  firstText,
  isFields,
  oneLine,
  readBody,
} from '../../../src/dialects/shapes/faults.ts';

describe('oneLine', () => {
  it('hides what looks like a key', () => {
    expect(oneLine('bad header: Bearer sk_1234567890abc sent')).toBe('bad header: Bearer … sent');
    expect(oneLine('no such path /v1?token=sk_1234567890abc"')).toBe('no such path /v1?token=…"');
    expect(oneLine('Authorization: Token abc4567890')).toBe('Authorization: Token …');
    expect(oneLine('Sec-WebSocket-Protocol: token, abc4567890')).toBe('Sec-WebSocket-Protocol: token, …');
  });

  it('leaves ordinary words', () => {
    expect(oneLine('the token is bad')).toBe('the token is bad');
    expect(oneLine('Bearer authentication is required')).toBe('Bearer authentication is required');
  });

  it('cuts what is long', () => {
    const cut = oneLine('x'.repeat(5000));
    expect(cut).toHaveLength(300);
    expect(cut.endsWith('…')).toBe(true);
  });
});

describe('readBody', () => {
  it.each([
    ['', { said: '' }],
    [
      '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"r"}',
      { said: 'Invalid credentials.', vendor: 'INVALID_AUTH', requestId: 'r' },
    ],
    [
      '{"errors":[{"code":"10009","title":"Authentication failed","detail":"No key found"}]}',
      { said: 'No key found', vendor: '10009' },
    ],
    ['{"errors":[]}', { said: '{"errors":[]}' }],
    ['{"errors":["plain"],"message":"m"}', { said: 'm' }],
    ['{"error":{"code":7,"message":"inner"},"message":"outer"}', { said: 'inner', vendor: '7' }],
    ['<title> Bad Gateway </title>', { said: 'Bad Gateway' }],
    ['null', { said: 'null' }],
  ])('of %s', (body, said) => expect(readBody(body)).toEqual(said));
});

it('firstText takes the first that says something, source by source', () => {
  expect(firstText([{ a: ' ', b: 'x' }, { a: 'y' }], ['a', 'b'])).toBe('x');
  expect(firstText([{ a: 5 }], ['a'])).toBe('5');
  expect(firstText([{ a: null }], ['a'])).toBeUndefined();
});

it('isFields is true of an object alone', () => {
  expect([{}, [], null, 'x', 1].map(isFields)).toEqual([true, false, false, false, false]);
});

it.each([
  [401, 'E_AUTH'],
  [408, 'E_PROVIDER'],
  [422, 'E_REQUEST'],
  [429, 'E_RATE_LIMIT'],
  [502, 'E_PROVIDER'],
  [302, 'E_CONNECT'],
] as const)('a status of %i is %s', (status, code) => expect(errorCodeOfStatus(status)).toBe(code));

describe('what a vendor’s word means', () => {
  const table = { too_many: 'E_RATE_LIMIT', 'data-0001': 'E_REQUEST' } as const;
  it.each([
    ['too_many', 'E_RATE_LIMIT'],
    [' Too_Many ', 'E_RATE_LIMIT'],
    ['DATA-0001', 'E_REQUEST'],
    ['401', 'E_AUTH'],
    ['599', 'E_PROVIDER'],
    ['399', 'E_PROVIDER'],
    ['toString', 'E_PROVIDER'],
    ['', 'E_PROVIDER'],
    [undefined, 'E_PROVIDER'],
  ] as const)('%j is %s', (word, code) => expect(errorCodeOfWord(word, table)).toBe(code));

  it('is kept beside the request’s id, each in one line, where there is one', () => {
    expect(faultDetail(undefined, undefined)).toEqual({});
    expect(faultDetail('a\nb', undefined)).toEqual({ vendorCode: 'a b' });
    expect(faultDetail('a', 'r\u001b[2J')).toEqual({ vendorCode: 'a', requestId: 'r [2J' });
  });
});
