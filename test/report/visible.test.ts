import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareEndpoint, jsonLine, visible } from '../../src/report/visible.ts';

/** Whether a terminal could obey any part of the text. */
function obeyed(text: string): boolean {
  return [...text].some((character) => {
    const code = character.codePointAt(0) ?? 0;
    const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    return control || [0x2028, 0x2029, 0x202e, 0x2066, 0x200f, 0x061c].includes(code);
  });
}

const anyText = fc.string({ unit: 'binary' });
const nasty = fc.array(
  fc.oneof(anyText, fc.constantFrom('\x1b[2J', '\x07', '\u009b31m', '\r', '\n', '\x7f', '\u202e', '\u2066', '\0')),
);

describe('visible', () => {
  it.each([
    ['an escape sequence', 'a\x1b[2Jb', 'a\\x1b[2Jb'],
    ['the bell', 'ring\x07', 'ring\\x07'],
    ['an 8-bit control sequence', 'a\u009b31mb', 'a\\x9b31mb'],
    ['delete', 'a\x7fb', 'a\\x7fb'],
    ['a tab', 'a\tb', 'a\\x09b'],
    ['a turn of direction', 'abc\u202efed', 'abc\\u202efed'],
  ])('escapes %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it.each([
    ['\n', 'one two'],
    ['\r\n', 'one two'],
    ['\n\n   ', 'one two'],
    ['  \r', 'one two'],
    ['\u2028', 'one two'],
  ])('makes one line of lines broken by %j', (lineBreak, shown) => {
    expect(visible(`one${lineBreak}two`)).toBe(shown);
  });

  it('leaves every letter alone', () => {
    const text = 'Grüße, Ωmega, 你好, שלום, 👩‍👩‍👧 · → … "quoted" \\back';
    expect(visible(text)).toBe(text);
  });

  it('lets nothing through that a terminal obeys', () => {
    fc.assert(fc.property(nasty, (parts) => !obeyed(visible(parts.join('')))));
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(nasty, (parts) => visible(visible(parts.join(''))) === visible(parts.join(''))));
  });
});

describe('jsonLine', () => {
  it('is one line that reads back as it was', () => {
    fc.assert(
      fc.property(nasty, (parts) => {
        const line = jsonLine({ text: parts.join('') });
        expect(line.endsWith('}\n')).toBe(true);
        expect(obeyed(line.slice(0, -1))).toBe(false);
        expect(JSON.parse(line)).toEqual({ text: parts.join('') });
      }),
    );
  });

  it('leaves out what is undefined', () => {
    expect(jsonLine({ event: 'turn', ttfbMs: undefined, bytes: 0 })).toBe('{"event":"turn","bytes":0}\n');
  });
});

describe('bareEndpoint', () => {
  it.each([
    ['ws://127.0.0.1:8080', 'ws://127.0.0.1:8080'],
    ['wss://api.example.com/', 'wss://api.example.com'],
    ['wss://api.example.com/prefix', 'wss://api.example.com/prefix'],
    ['wss://user:secret@api.example.com/prefix', 'wss://api.example.com/prefix'],
    ['wss://api.example.com/prefix?token=secret#secret', 'wss://api.example.com/prefix'],
  ])('shows %s as %s', (endpoint, shown) => {
    expect(bareEndpoint(endpoint)).toBe(shown);
  });

  it('shows what is no URL as it is', () => {
    expect(bareEndpoint('somewhere')).toBe('somewhere');
  });
});
