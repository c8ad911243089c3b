import { describe, expect, it } from 'vitest';
import { errorList, listenError, readFault, speakError } from '../../../src/dialects/telnyx/errors.ts';
import { telnyxListen, telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';

describe('what a message tells of a failure', () => {
  it.each([
    [{ error: 'Error in audio response' }, { code: 'E_PROVIDER', message: 'Error in audio response', detail: {} }],
    [
      { type: 'error', error: 'x' },
      { code: 'E_PROVIDER', message: 'x', detail: {} },
    ],
    [
      {
        errors: [
          { code: '40005', title: 'Invalid Parameter', detail: 'too fast', source: { parameter: 'sample_rate' } },
        ],
      },
      { code: 'E_REQUEST', message: 'too fast', detail: { vendorCode: '40005', parameter: 'sample_rate' } },
    ],
    [{ errors: [{ code: 40101, title: 'No' }] }, { code: 'E_AUTH', message: 'No', detail: { vendorCode: '40101' } }],
    [{ errors: [{ code: '42900' }] }, { code: 'E_RATE_LIMIT', message: '42900', detail: { vendorCode: '42900' } }],
    [{ errors: [{ code: '503' }] }, { code: 'E_PROVIDER', message: '503', detail: { vendorCode: '503' } }],
    [{ errors: [{ code: '90103' }] }, { code: 'E_PROVIDER', message: '90103', detail: { vendorCode: '90103' } }],
    [{ errors: [{ code: '400051' }] }, { code: 'E_PROVIDER', message: '400051', detail: { vendorCode: '400051' } }],
    [
      { errors: [{ title: 'x', source: { pointer: '/voice' } }] },
      { code: 'E_PROVIDER', message: 'x', detail: { parameter: '/voice' } },
    ],
    [
      { type: 'error', error: { message: 'a\nb', code: '40000' } },
      { code: 'E_REQUEST', message: 'a b', detail: { vendorCode: '40000' } },
    ],
    [{ type: 'error' }, { code: 'E_PROVIDER', message: 'the service gave no reason', detail: {} }],
  ])('of %j', (message, fault) => expect(readFault(message)).toEqual(fault));

  it.each([[{}], [{ error: null }], [{ error: ' ' }], [{ errors: [] }], [{ errors: ['x'] }], [{ errors: 'x' }]])(
    'nothing: %j',
    (message) => expect(readFault(message)).toBeUndefined(),
  );
});

describe('what our server tells', () => {
  it('is a list, with the SDK’s members beside it', () => {
    const fault = {
      code: 'E_REQUEST',
      message: 'no',
      detail: { vendorCode: '40002', parameter: 'input_format' },
    } as const;
    expect(listenError(fault)).toEqual({
      type: 'error',
      error: 'no',
      errors: [{ code: '40002', title: 'Unsupported format', detail: 'no', source: { parameter: 'input_format' } }],
    });
    expect(speakError(fault)).toEqual({ type: 'error', error: 'no' });
  });

  it.each([
    ['E_AUTH', '401'],
    ['E_UNSUPPORTED', '400'],
    ['E_RATE_LIMIT', '429'],
    ['E_TIMEOUT', '408'],
    ['E_ENGINE', '500'],
  ] as const)('%s is %s, and read as much', (code, vendorCode) => {
    const message = listenError({ code, message: 'x' });
    expect(message).toMatchObject({ errors: [{ code: vendorCode }] });
    expect(readFault({ ...message })?.detail).toEqual({ vendorCode });
  });

  it('has a title for a status that it does not know', () => {
    expect(errorList('599', 'x')).toEqual({ errors: [{ code: '599', title: 'Internal Error', detail: 'x' }] });
  });
});

describe('a refused upgrade', () => {
  const refused = (status: number, body: string, headers = {}) =>
    telnyxSpeak.endpoint.refused({ status, body, headers });

  it.each([
    [400, 'E_REQUEST'],
    [401, 'E_AUTH'],
    [403, 'E_REQUEST'],
    [429, 'E_RATE_LIMIT'],
    [500, 'E_PROVIDER'],
    [302, 'E_CONNECT'],
  ])('with %d is %s', (status, code) => {
    const error = refused(status, '');
    expect([error.code, error.message, error.detail]).toEqual([code, `the service answered ${status}`, { status }]);
  });

  it('with 403 is the key’s for speech in, where nothing else is documented', () => {
    expect(telnyxListen.endpoint.refused({ status: 403, body: '', headers: {} }).code).toBe('E_AUTH');
  });

  it('shows the reason, the code and the request’s id', () => {
    const body = '{"errors":[{"code":"10015","title":"Bad Request","detail":"voice is invalid"}]}';
    const error = refused(400, body, { 'x-request-id': 'r1' });
    expect(error.message).toBe('the service answered 400: voice is invalid');
    expect(error.detail).toEqual({ status: 400, vendorCode: '10015', requestId: 'r1' });
  });

  it('reads what its own server refuses with', () => {
    const found = telnyxSpeak.endpoint.match(new URL('ws://h/v2/text-to-speech/speech?voice=x'), {}, []);
    if (found === undefined || !('status' in found)) throw new Error('it was not refused');
    const { message, code } = refused(found.status, found.body, found.headers);
    expect([code, message]).toEqual(['E_REQUEST', 'the service answered 400: voice: Provider.Model.VoiceId is wanted']);
  });
});
