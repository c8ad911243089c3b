import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { cannotConnect, reasonOf, socketError } from '../../src/transport/connect-errors.ts';

function failure(code: string, message = 'raw words'): Error {
  return Object.assign(new Error(message), { code });
}

describe('reasonOf', () => {
  it.each([
    ['ECONNREFUSED', 'connection refused (is the server running?)'],
    ['ENOTFOUND', 'the host name is not known'],
    ['EAI_AGAIN', 'the host name could not be looked up'],
    ['ETIMEDOUT', 'the host does not answer'],
    ['HPE_INVALID_CONSTANT', 'what answers there does not speak HTTP'],
    ['CERT_HAS_EXPIRED', 'raw words'],
  ])('puts %s in words', (code, words) => {
    expect(reasonOf(failure(code))).toBe(words);
  });

  it('looks into the failures of several addresses', () => {
    expect(reasonOf(new AggregateError([failure('ECONNREFUSED'), failure('ENETUNREACH')]))).toBe(
      'connection refused (is the server running?)',
    );
    expect(reasonOf(new AggregateError([], 'none'))).toBe('none');
  });

  it('takes what is no error at all', () => {
    expect(reasonOf('text')).toBe('text');
  });
});

describe('cannotConnect', () => {
  it.each([
    ['wss://host/a/b?token=secret', 'wss://host/a/b'],
    ['wss://host/a#secret', 'wss://host/a'],
    ['ws://user:secret@host:1/a?x=@secret', 'ws://host:1/a'],
    ['ws://host/a@b', 'ws://host/a@b'],
    ['nonsense?secret\nsecret', 'nonsense'],
  ])('shows %s as %s', (url, shown) => {
    expect(cannotConnect(url, 'because', undefined)).toMatchObject({
      code: 'E_CONNECT',
      message: `cannot connect to ${shown}: because`,
    });
  });
});

describe('cannotConnect behind a proxy', () => {
  const proxy = 'http://proxy:1';

  it('names it where it let us through', () => {
    expect(cannotConnect('wss://host', 'because', undefined, { proxy, isOpen: true })).toMatchObject({
      message: `cannot connect to wss://host, through the proxy ${proxy}: because`,
      detail: { proxy },
    });
  });

  it('says what to do about it where it did not', () => {
    const own = new SpeechError('E_CONNECT', `the proxy ${proxy} answered 407`, { todo: 'x', detail: { status: 407 } });
    expect(cannotConnect('wss://host', own.message, own, { proxy, isOpen: false })).toMatchObject({
      code: 'E_CONNECT',
      message: `cannot connect to wss://host: the proxy ${proxy} answered 407`,
      todo: 'x',
      detail: { status: 407, proxy },
    });
  });
});

describe('socketError', () => {
  it('leaves what is told already as it is', () => {
    const told = new SpeechError('E_CONNECT', 'the proxy …');
    expect(socketError(told)).toBe(told);
  });

  it('tells what the peer did wrong from what the network did', () => {
    expect(socketError(failure('WS_ERR_INVALID_UTF8'))).toMatchObject({ code: 'E_PROTOCOL', message: 'raw words' });
    expect(socketError(failure('ECONNRESET'))).toMatchObject({
      code: 'E_CONNECT',
      message: 'the connection was reset',
    });
    expect(socketError(new Error('odd'))).toMatchObject({ code: 'E_CONNECT', message: 'odd' });
  });
});
