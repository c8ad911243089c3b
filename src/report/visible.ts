/** What could move a cursor, ring, recolour, or turn text round: control characters, and the controls of direction. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const lineBreaks = /\s*[\r\n\u2028\u2029]\s*/g;

/**
 * One line that is safe on a terminal, whoever wrote the text: line breaks become spaces, other control characters
 * their escapes (`\x1b`).
 */
export function visible(text: string): string {
  return text.replace(lineBreaks, ' ').replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** One line of JSON. What JSON lets through and a terminal would obey (C1 controls, direction) is escaped, too. */
export function jsonLine(value: object): string {
  return `${visibleJson(JSON.stringify(value))}\n`;
}

/** The same of JSON that is written already; it stays JSON of the same meaning. */
export function visibleJson(json: string): string {
  return json.replace(unsafe, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

/** An endpoint without what may hold a secret: user, password, query. */
export function bareEndpoint(endpoint: string): string {
  if (!URL.canParse(endpoint)) return endpoint;
  const { protocol, host, pathname } = new URL(endpoint);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
