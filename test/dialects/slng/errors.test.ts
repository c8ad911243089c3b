import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCodeOfStatus } from '../../../src/dialects/shapes/faults.ts';
import { readFault, refusedUpgrade, vendorCodeFor, vendorCodes } from '../../../src/dialects/slng/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { errorTable } from '../../../src/errors.ts';

const codes = Object.keys(errorTable).filter((code): code is ErrorCode => Object.hasOwn(errorTable, code));

describe('a refused upgrade', () => {
  it.each([
    [400, 'E_REQUEST'],
    [401, 'E_AUTH'],
    [403, 'E_AUTH'],
    [404, 'E_REQUEST'],
    [408, 'E_PROVIDER'],
    [409, 'E_PROVIDER'],
    [413, 'E_REQUEST'],
    [418, 'E_REQUEST'],
    [422, 'E_REQUEST'],
    [425, 'E_PROVIDER'],
    [429, 'E_RATE_LIMIT'],
    [500, 'E_PROVIDER'],
    [503, 'E_PROVIDER'],
    [200, 'E_CONNECT'],
    [301, 'E_CONNECT'],
  ])('with %i is %s', (status, code) => {
    expect(errorCodeOfStatus(status)).toBe(code);
    const error = refusedUpgrade({ status, headers: {}, body: '' });
    expect(error.code).toBe(code);
    expect(error.message).toBe(`the service answered ${status}`);
    expect(error.detail).toEqual({ status });
  });

  it.each([
    ['{"error":"Unauthorized","message":"Invalid API key","statusCode":401}', 'Invalid API key'],
    ['{"title":"Unauthorized","status":401,"detail":"No Authorization Header"}', 'No Authorization Header'],
    [
      '{"error":"Validation failed","fieldErrors":{"sample_rate":"must be one of 8000"}}',
      'Validation failed: sample_rate: must be one of 8000',
    ],
    [
      '{"error":"Validation failed","fieldErrors":{"voice":["is unknown"]}}',
      'Validation failed: voice: ["is unknown"]',
    ],
    ['{"error":"Bad","fieldErrors":["one","two"]}', 'Bad: one, two'],
    ['{"error":{"code":"x","message":"inner"}}', 'inner'],
    ['{"error":"Model not found","status":404,"details":"no such model"}', 'Model not found'],
    ['{"title":"Too Many Requests"}', 'Too Many Requests'],
    ['{"foo":1}', '{"foo":1}'],
    ['"just a string"', 'just a string'],
    ['[1,2]', '[1,2]'],
    ['  plain\n\ttext\u0007 ', 'plain text'],
    ['<html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>', '502 Bad Gateway'],
    ['<html><style>p{}</style><body><p>No <b>way</b></p></body></html>', 'No way'],
  ])('body %s reads %s', (body, line) => {
    expect(refusedUpgrade({ status: 400, headers: {}, body }).message).toBe(`the service answered 400: ${line}`);
  });

  it('keeps the vendor’s code and the request’s id', () => {
    const body = '{"code":"pronunciation_not_found","error":"no such dictionary","slng_request_id":"r"}';
    const error = refusedUpgrade({ status: 404, headers: { 'x-request-id': 'req_7' }, body });
    expect(error.code).toBe('E_PRONUNCIATION');
    expect(error.detail).toEqual({ status: 404, vendorCode: 'pronunciation_not_found', requestId: 'req_7' });
  });

  it('is one line of bounded length, whatever the body', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((s) => `<p>${s.repeat(200)}</p>`),
        ),
        (body) => {
          const { message } = refusedUpgrade({ status: 500, headers: {}, body });
          expect(message.length).toBeLessThan(340);
          expect(message).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});

describe('an error message', () => {
  it('may lack everything', () => {
    expect(readFault({ type: 'error' })).toEqual({
      code: 'E_PROVIDER',
      message: 'the service gave no reason',
      detail: {},
    });
  });

  it.each([
    [{ code: 'AUTH_ERROR', message: 'm' }, 'E_AUTH'],
    [{ code: ' auth_error ', message: 'm' }, 'E_AUTH'],
    [{ code: 429, message: 'm' }, 'E_RATE_LIMIT'],
    [{ status_code: 503, message: 'm' }, 'E_PROVIDER'],
    [{ code: '401', message: 'm' }, 'E_AUTH'],
    [{ code: '12', message: 'm' }, 'E_PROVIDER'],
    [{ code: 'toString', message: 'm' }, 'E_PROVIDER'],
    [{ code: '__proto__', message: 'm' }, 'E_PROVIDER'],
    [{ variant: 'SchemaError', description: 'm' }, 'E_REQUEST'],
    [{ data: { code: 'rate_limit' }, code: 'provider_error', message: 'm' }, 'E_RATE_LIMIT'],
    [{ data: 'text', code: 'config_error', message: 'm' }, 'E_REQUEST'],
  ])('%o is %s', (message, code) => {
    expect(readFault(message)).toMatchObject({ code, message: 'm' });
  });

  it('is read whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (message) => {
        const fault = readFault(message);
        expect(codes).toContain(fault.code);
        expect(fault.message.length).toBeLessThanOrEqual(300);
      }),
    );
  });
});

describe('the code that our server sends', () => {
  it.each(codes)(
    'for %s is a known one, and is read back as an error of the same exit code or the provider’s',
    (code) => {
      const sent = vendorCodeFor({ code, message: 'm' });
      expect(vendorCodes).toContain(sent);
      expect(errorTable[readFault({ code: sent }).code].exit).toBeGreaterThan(1);
    },
  );

  it.each([
    ['E_AUTH', 'auth_error'],
    ['E_REQUEST', 'config_error'],
    ['E_UNSUPPORTED', 'config_error'],
    ['E_RATE_LIMIT', 'rate_limit'],
    ['E_ENGINE', 'provider_error'],
    ['E_UNEXPECTED', 'provider_error'],
    ['E_PRONUNCIATION', 'pronunciation_not_found'],
    ['E_TIMEOUT', 'idle_timeout_exceeded'],
  ] as const)('for %s is %s', (code, sent) => expect(vendorCodeFor({ code, message: 'm' })).toBe(sent));

  it('is the vendor’s own where the fault came with one', () => {
    const fault = { code: 'E_REQUEST', message: 'm', detail: { vendorCode: 'payload_too_large' } } as const;
    expect(vendorCodeFor(fault)).toBe('payload_too_large');
    expect(vendorCodeFor({ ...fault, detail: { vendorCode: 'nonsense' } })).toBe('config_error');
    expect(vendorCodeFor({ ...fault, detail: { vendorCode: 400 } })).toBe('config_error');
  });
});
