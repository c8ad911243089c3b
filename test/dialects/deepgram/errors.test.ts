import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorMessage, readFault, refusal, refusedUpgrade } from '../../../src/dialects/deepgram/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { errorTable } from '../../../src/errors.ts';

const codes = Object.keys(errorTable).filter((code): code is ErrorCode => Object.hasOwn(errorTable, code));

/** The bodies of developers.deepgram.com/docs/errors, as they stand there. */
const documented: [number, string, ErrorCode, string, RegExp][] = [
  [
    401,
    '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"uuid"}',
    'E_AUTH',
    'Invalid credentials.',
    /DEEPGRAM_API_KEY/,
  ],
  [
    401,
    '{"err_code":"INSUFFICIENT_PERMISSIONS","err_msg":"User does not have sufficient permissions.","request_id":"uuid"}',
    'E_AUTH',
    'User does not have sufficient permissions.',
    /ask Deepgram for access/,
  ],
  [
    403,
    '{"err_code":"INSUFFICIENT_PERMISSIONS","err_msg":"Project does not have access to the requested model.","request_id":"uuid"}',
    'E_AUTH',
    'Project does not have access to the requested model.',
    /choose another one/,
  ],
  [
    400,
    '{"err_code":"Bad Request","err_msg":"Bad Request: No such model/version combination found.","request_id":"uuid"}',
    'E_REQUEST',
    'Bad Request: No such model/version combination found.',
    /its voice/,
  ],
  [
    400,
    '{"err_code":"INVALID_QUERY_PARAMETER","err_msg":"Unsupported audio format: x","request_id":"uuid"}',
    'E_REQUEST',
    'Unsupported audio format: x',
    /--encoding/,
  ],
  [
    400,
    '{"category":"INVALID_JSON","message":"Invalid JSON submitted.","details":"d","request_id":"uuid"}',
    'E_REQUEST',
    'Invalid JSON submitted.',
    /--param/,
  ],
  [
    402,
    '{"err_code":"ASR_PAYMENT_REQUIRED","err_msg":"Project does not have enough credits.","request_id":"uuid"}',
    'E_REQUEST',
    'Project does not have enough credits.',
    /credits/,
  ],
  [
    413,
    '{"err_code":"Payload Too Large","err_msg":"Input text exceeds maximum character limit of 2000.","request_id":"uuid"}',
    'E_REQUEST',
    'Input text exceeds maximum character limit of 2000.',
    /2000 characters/,
  ],
  [
    422,
    '{"err_code":"UNPROCESSABLE_ENTITY","err_msg":"Failed to handle request.","request_id":"uuid"}',
    'E_REQUEST',
    'Failed to handle request.',
    /could not be processed/,
  ],
  [
    429,
    '{"err_code":"TOO_MANY_REQUESTS","err_msg":"Too many requests. Please try again later","request_id":"uuid"}',
    'E_RATE_LIMIT',
    'Too many requests. Please try again later',
    /--jobs/,
  ],
  [
    503,
    '{"error_code":"Service Unavailable","err_msg":"Please try again later","request_id":"uuid"}',
    'E_PROVIDER',
    'Please try again later',
    /try again later/,
  ],
];

describe('a refused upgrade', () => {
  it.each(documented)('%i %s', (status, body, code, said, todo) => {
    const error = refusedUpgrade({ status, headers: {}, body });
    expect(error).toMatchObject({ code, message: `the service answered ${status}: ${said}` });
    expect(error.detail).toMatchObject({ status, requestId: 'uuid' });
    expect(error.todo).toMatch(todo);
  });

  it('tells what its headers add', () => {
    const headers = { 'dg-error': 'Bad Request: no such model', 'dg-request-id': 'r-1' };
    expect(refusedUpgrade({ status: 400, headers, body: '' })).toMatchObject({
      message: 'the service answered 400: Bad Request: no such model',
      detail: { status: 400, requestId: 'r-1' },
    });
    const body = '{"err_code":"Bad Request","err_msg":"Bad Request: no such model","request_id":"r-2"}';
    expect(refusedUpgrade({ status: 400, headers, body })).toMatchObject({
      message: 'the service answered 400: Bad Request: no such model',
      detail: { requestId: 'r-1', vendorCode: 'Bad Request' },
    });
    expect(refusedUpgrade({ status: 400, headers, body: '{"err_msg":"other"}' }).message).toBe(
      'the service answered 400: other; Bad Request: no such model',
    );
  });

  it('without a word has its status', () => {
    expect(refusedUpgrade({ status: 502, headers: {}, body: '' })).toMatchObject({
      code: 'E_PROVIDER',
      message: 'the service answered 502',
    });
  });

  it('is one bounded line, whatever came', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.json()), (header, body) => {
        const { message } = refusedUpgrade({ status: 500, headers: { 'dg-error': header.repeat(40) }, body });
        expect(message.length).toBeLessThan(680);
        expect(message).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('of our own server is read back', () => {
    const { status, body, headers = {} } = refusal(401, 'Invalid credentials.', 'r-7');
    expect(refusedUpgrade({ status, body, headers })).toMatchObject({
      code: 'E_AUTH',
      message: 'the service answered 401: Invalid credentials.',
      detail: { vendorCode: 'INVALID_AUTH', requestId: 'r-7' },
    });
  });

  it('of our own server keeps its header to one printable line', () => {
    expect(refusal(400, 'a\r\nb: ü').headers?.['dg-error']).toBe('a b: ?');
  });
});

describe('an Error message', () => {
  it.each([
    [{ err_code: 'INVALID_AUTH', err_msg: 'm' }, 'E_AUTH'],
    [{ code: 'invalid_auth', message: 'm' }, 'E_AUTH'],
    [{ variant: 'SchemaError', description: 'm' }, 'E_REQUEST'],
    [{ code: 'Bad Request', description: 'm' }, 'E_REQUEST'],
    [{ code: '503', message: 'm' }, 'E_PROVIDER'],
    [{ code: 429, message: 'm' }, 'E_RATE_LIMIT'],
    [{ code: 'toString', message: 'm' }, 'E_PROVIDER'],
    [{ err_code: 'x', code: 'INVALID_AUTH', err_msg: 'm', message: 'other' }, 'E_PROVIDER'],
  ])('%o is %s', (message, code) => expect(readFault(message)).toMatchObject({ code, message: 'm' }));

  it('is read whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (message) => {
        const fault = readFault(message);
        expect(codes).toContain(fault.code);
        expect(fault.message.length).toBeLessThanOrEqual(300);
      }),
    );
  });

  it.each(codes)('of our server for %s is read as one of the same kind, or as the service’s fault', (code) => {
    const back = readFault({ ...errorMessage({ code, message: 'm' }) });
    expect(back.message).toBe('m');
    expect(['E_AUTH', 'E_RATE_LIMIT', 'E_REQUEST', 'E_PROVIDER']).toContain(back.code);
  });

  it('of our server keeps a word of the vendor’s', () => {
    expect(errorMessage({ code: 'E_REQUEST', message: 'm', detail: { vendorCode: 'SchemaError' } })).toEqual({
      ...{ type: 'Error', variant: 'SchemaError', description: 'm', message: 'm' },
      ...{ code: 'SchemaError', err_code: 'SchemaError', err_msg: 'm' },
    });
  });
});
