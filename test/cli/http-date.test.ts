import { describe, expect, it } from 'vitest';
import { readHttpDate } from '../../src/cli/http-date.ts';

describe('readHttpDate', () => {
  it('reads the form that is sent', () => {
    expect(readHttpDate('Fri, 27 Nov 2026 12:00:00 GMT')).toBe(Date.UTC(2026, 10, 27, 12));
    expect(readHttpDate('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
  });

  it.each([
    ['a form without a zone', 'Fri Nov 27 12:00:00 2026'],
    ['another zone', 'Fri, 27 Nov 2026 12:00:00 EST'],
    ['the wrong day of the week', 'Thu, 27 Nov 2026 12:00:00 GMT'],
    ['a day that there is not', 'Sun, 30 Feb 2026 12:00:00 GMT'],
    ['a year of five digits', 'Fri, 27 Nov 22026 12:00:00 GMT'],
    ['a digit', '1'],
    ['nothing', ''],
  ])('takes no time from %s', (_, text) => {
    expect(readHttpDate(text)).toBeUndefined();
  });
});
