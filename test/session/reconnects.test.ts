import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { Reconnects, withRetryAfter } from '../../src/session/reconnects.ts';

const lost = new SpeechError('E_CLOSED', 'lost');
const refused = new SpeechError('E_AUTH', 'no');

function established(max = 50, random = () => 1 - 2 ** -53) {
  const reconnects = new Reconnects({ max, random });
  reconnects.established();
  return reconnects;
}

const rounded = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms));

describe('Reconnects', () => {
  it('doubles the wait from 250 ms, and gives up after five attempts that brought nothing', () => {
    const reconnects = established();
    const waits = Array.from({ length: 6 }, () => rounded(reconnects.next(lost)));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, undefined]);
  });

  it('begins anew once something has come, and never waits longer than 8 s', () => {
    const reconnects = established();
    expect(rounded(reconnects.next(lost))).toBe(250);
    expect(rounded(reconnects.next(lost))).toBe(500);
    reconnects.borne();
    expect(rounded(reconnects.next(lost))).toBe(250);
    const asked = new SpeechError('E_RATE_LIMIT', 'later', { detail: { retryAfterS: 3 } });
    expect(reconnects.next(asked)).toBe(3000);
  });

  it('spreads the waits between half and all of them', () => {
    expect(established(1, () => 0).next(lost)).toBe(125);
    expect(established(1, () => 0.5).next(lost)).toBe(187.5);
  });

  it('waits no shorter than its own waits for who asks for less, and counts that attempt', () => {
    const reconnects = established();
    const asked = new SpeechError('E_RATE_LIMIT', 'later', { detail: { retryAfterS: 1 } });
    const waits = Array.from({ length: 6 }, () => rounded(reconnects.next(asked)));
    expect(waits).toEqual([1000, 1000, 1000, 2000, 4000, undefined]);
  });

  it('makes no more than it may', () => {
    const reconnects = established(2);
    for (const wanted of [true, true, false]) {
      reconnects.borne();
      expect(reconnects.next(lost) !== undefined).toBe(wanted);
    }
  });

  it('is of no use for an error that would come again, nor before a first connection was made', () => {
    expect(established().next(refused)).toBeUndefined();
    expect(established().next(new SpeechError('E_TIMEOUT', 'late'))).toBeUndefined();
    expect(new Reconnects({ max: 50 }).next(lost)).toBeUndefined();
    expect(new Reconnects().enabled).toBe(false);
  });

  it('does not wait for who asks for more than a minute', () => {
    const detail = (retryAfterS: number) => new SpeechError('E_RATE_LIMIT', 'later', { detail: { retryAfterS } });
    expect(established().next(detail(60))).toBe(60_000);
    expect(established().next(detail(61))).toBeUndefined();
  });
});

describe('Retry-After', () => {
  const date = 'Thu, 26 Nov 2026 10:00:00 GMT';
  it.each([
    ['2', '', 2],
    [' 0 ', '', 0],
    ['Thu, 26 Nov 2026 10:00:07 GMT', date, 7],
    ['Thu, 26 Nov 2026 10:00:07 GMT', 'Thu, 26 Nov 2026 09:59:59.500 GMT', 8],
    ['Thu, 26 Nov 2026 09:00:00 GMT', date, 0],
    ['Thu, 26 Nov 2026 10:00:07 GMT', '', undefined],
    ['soon', date, undefined],
    ['-1', date, undefined],
    ['9999999999999999999', date, undefined],
  ])('%s, sent on %s', (after, sentOn, wanted) => {
    const error = new SpeechError('E_RATE_LIMIT', 'later', { todo: 'wait', detail: { status: 429 } });
    const headers = { 'retry-after': after, ...(sentOn && { date: sentOn }) };
    expect(withRetryAfter(error, headers)).toMatchObject({
      code: 'E_RATE_LIMIT',
      todo: 'wait',
      detail: { status: 429, ...(wanted !== undefined && { retryAfterS: wanted }) },
    });
    expect('retryAfterS' in withRetryAfter(error, headers).detail).toBe(wanted !== undefined);
  });

  it('leaves an error its cause', () => {
    const cause = new Error('why');
    const error = new SpeechError('E_RATE_LIMIT', 'later', { cause });
    expect(withRetryAfter(error, { 'retry-after': '2' }).cause).toBe(cause);
  });

  it('leaves an error alone where there is none', () => expect(withRetryAfter(lost, {})).toBe(lost));
});
