/** A letter or digit of any script, or one of the few signs that engines read aloud even when they stand alone. */
const sounding = /[\p{L}\p{N}\p{Sc}%&@°]/u;

/**
 * Whether an engine would say anything for this text. "...", "—", "***", blanks and emoji alone are not speakable;
 * "%" and "€" are.
 */
export function isSpeakable(text: string): boolean {
  return sounding.test(text);
}
