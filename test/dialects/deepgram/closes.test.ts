import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeFault, closeOf, closeWords, limitWords } from '../../../src/dialects/deepgram/closes.ts';
import { deepgramListen, deepgramSpeak } from '../../../src/dialects/deepgram/index.ts';
import { errorTable } from '../../../src/errors.ts';

/** The table of tts-troubleshooting-websocket-net-and-data-errors. */
const table = {
  'MESSAGE-0000': 1003,
  'DATA-0000': 1008,
  'DATA-0001': 1008,
  'BIG-0000': 1009,
  'BIG-0001': 1009,
  'NET-0000': 1011,
  'NET-0001': 1011,
  'NET-0002': 1011,
  'NET-0003': 1011,
};
const words = Object.entries(table);

it('has the whole table', () => expect([...closeWords].sort()).toEqual(Object.keys(table).sort()));

describe.each(words)('%s', (word, code) => {
  it.each(['speak', 'listen'] as const)('is explained to who would %s, with what to do', (direction) => {
    const fault = closeFault({ code, reason: word }, direction);
    expect(fault?.message).toMatch(new RegExp(`^the service closed the connection \\(${code} ${word}\\): .{10,}`));
    expect(fault?.detail).toEqual({ closeCode: code, vendorCode: word });
    expect(fault?.todo).toMatch(/.{10}/);
  });

  it('is what our server closes with, and is read back', () => {
    const close = closeOf({ code: 'E_REQUEST', message: 'm', detail: { vendorCode: word } }, 'speak');
    expect(close).toMatchObject({ type: 'hangUp', code });
    expect(Buffer.byteLength(close?.reason ?? '')).toBeLessThanOrEqual(123);
    expect(closeFault({ code, reason: close?.reason ?? '' }, 'speak')?.detail).toMatchObject({ vendorCode: word });
  });
});

it('a limit of a minute is one to wait for, an end after an hour one to begin anew after', () => {
  const codeOf = (reason: string) => closeFault({ code: 1011, reason }, 'speak')?.code ?? 'E_UNEXPECTED';
  expect(errorTable[codeOf('DATA-0001')]).toMatchObject({ exit: 5, retryable: true });
  expect(codeOf('DATA-0001')).toBe('E_RATE_LIMIT');
  expect(errorTable[codeOf('NET-0003')]).toMatchObject({ exit: 4, retryable: true });
  expect(errorTable[codeOf('BIG-0001')]).toMatchObject({ exit: 5, retryable: false });
});

it.each([
  [1011, 'Deepgram did not receive audio data or a text message. See https://dpgr.am/net0001', 'NET-0001'],
  [1008, 'data-0000', 'DATA-0000'],
  [1011, 'failed (NET-0003).', 'NET-0003'],
])('the reason of %i %s is %s', (code, reason, word) => {
  expect(closeFault({ code, reason }, 'listen')?.detail?.vendorCode).toBe(word);
});

it.each([
  [1000, 'NET-0001'],
  [1011, ''],
  [1011, 'NET-9999'],
  [1008, 'XDATA-0000'],
  [1006, 'dropped'],
  [1006, 'NET-0001'],
])('a close with %i %s says no more than its code', (code, reason) => {
  expect(closeFault({ code, reason }, 'speak')).toBeUndefined();
});

it('any reason is read without a fault', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 4999 }), fc.string(), (code, reason) => {
      const fault = closeFault({ code, reason }, 'speak');
      if (fault) expect(closeWords).toContain(fault.detail?.vendorCode);
    }),
  );
});

it.each<Record<string, string | number>>([
  {},
  { vendorCode: 'SchemaError' },
  { vendorCode: 7 },
  { vendorCode: 'toString' },
])('a fault with %o leaves the connection open', (detail) =>
  expect(closeOf({ code: 'E_REQUEST', message: 'm', detail }, 'listen')).toBeUndefined(),
);

describe('the words for a limit', () => {
  it.each([
    ['flushes', 'EXCESSIVE_FLUSH', 'Rate limit exceeded for flushes. Please try again later.'],
    ['chars', 1008, 'DATA-0001'],
    ['text', 1009, 'BIG-0001'],
    ['session', 1011, 'NET-0003'],
    ['idle', 1011, 'NET-0001'],
  ] as const)('%s are %s %s', (limit, code, reason) => {
    const said = deepgramSpeak.limitWords?.(limit);
    expect(said?.code).toBe(code);
    expect(said?.reason.startsWith(reason)).toBe(true);
  });

  it('differ by direction where the vendor’s do', () => {
    expect(deepgramListen.limitWords?.('idle')?.reason).toBe('NET-0001: no audio and no message came in time');
    expect(limitWords('idle', 'speak')?.reason).toBe('NET-0001: no message came in time');
  });
});
