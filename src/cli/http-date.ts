/** Of `Sun, 06 Nov 1994 08:49:37 GMT`. */
const formChars = 29;

/**
 * The time of a header like `Date`, ms since 1970; undefined where it is not in the one form that is sent (RFC 9110,
 * 5.6.7). Date.parse alone makes a time of nearly anything: of `1` a day in 2001, of a form without a zone local time.
 */
export function readHttpDate(text: string): number | undefined {
  // A year of five digits would be written by toUTCString as well.
  const ms = text.length === formChars ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toUTCString() === text ? ms : undefined;
}
