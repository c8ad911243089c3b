import { describe, expect, it } from 'vitest';
import type { LineKind, Within } from '../../src/text/blocks.ts';
import { closesFence, readLine } from '../../src/text/blocks.ts';

const outside: Within = { paragraph: false, table: false };

function kindOf(line: string, within: Partial<Within> = {}): LineKind | 'more' {
  const read = readLine(line, false, { ...outside, ...within });
  return read === 'more' ? read : read.kind;
}

describe('readLine', () => {
  const whole: [line: string, kind: LineKind, text: string][] = [
    ['', 'blank', ''],
    ['  \t', 'blank', '  \t'],
    ['text', 'text', 'text'],
    ['   text', 'text', 'text'],
    ['# One', 'heading', 'One'],
    ['   ###### Six', 'heading', 'Six'],
    ['####### seven', 'text', '####### seven'],
    ['#one', 'text', '#one'],
    ['- one', 'item', 'one'],
    ['    *   one', 'item', 'one'],
    ['+ one', 'item', 'one'],
    ['-one', 'text', '-one'],
    ['12. one', 'item', '12. one'],
    ['  3) one', 'item', '3) one'],
    ['1234. one', 'text', '1234. one'],
    ['1.one', 'text', '1.one'],
    ['> one', 'text', 'one'],
    ['>> - one', 'item', 'one'],
    ['>', 'blank', ''],
    ['---', 'rule', '---'],
    ['- - -', 'rule', '- - -'],
    ['***', 'rule', '***'],
    ['_ _ _ _', 'rule', '_ _ _ _'],
    ['===', 'rule', '==='],
    ['-', 'rule', '-'],
    ['- * -', 'item', '* -'],
    ['|---|:--:|', 'separator', '|---|:--:|'],
    ['--- | ---', 'separator', '--- | ---'],
    ['| a | b |', 'row', '| a | b |'],
    ['```', 'fence', '```'],
    ['  ~~~~ js x', 'fence', '  ~~~~ js x'],
    ['```a``` b', 'text', '```a``` b'],
    ['``a``', 'text', '``a``'],
    ['[a]: http://x', 'link', '[a]: http://x'],
    ['[^a]: note', 'note', 'note'],
    ['[a] b', 'text', '[a] b'],
    ['\r', 'blank', '\r'],
  ];

  it.each(whole)('%j is %s', (line, kind, text) => {
    const read = readLine(`${line}\nmore`, false, outside);
    if (read === 'more') throw new Error('it is all there');
    expect(read.kind).toBe(kind);
    expect(line.slice(read.markupChars)).toBe(text);
    expect(readLine(line, true, outside)).toEqual(read);
  });

  it('is told on no more of the line than it takes', () => {
    const told: (readonly [start: string, kind: LineKind | 'more'])[] = [
      ...([
        ['', 'more'],
        ['-', 'more'],
        ['- ', 'more'],
        ['- x', 'item'],
        ['--', 'more'],
      ] as const),
      ...([
        ['12', 'more'],
        ['12.', 'more'],
        ['12. x', 'item'],
        ['12x', 'text'],
        ['t', 'text'],
      ] as const),
      ...([
        ['> ', 'more'],
        ['> x', 'text'],
        ['|', 'more'],
        ['| x', 'row'],
        ['**', 'more'],
        ['**x', 'text'],
      ] as const),
      ...([
        ['#', 'more'],
        ['# Title', 'more'],
        ['#x', 'text'],
        ['```', 'more'],
        ['```js', 'more'],
      ] as const),
      ...([
        ['[a', 'more'],
        ['[a]', 'more'],
        ['[a] ', 'text'],
        ['[a](', 'text'],
        ['[a]:', 'link'],
      ] as const),
    ];
    for (const [start, kind] of told) expect([start, kindOf(start)]).toEqual([start, kind]);
  });

  it('is told on 200 characters at most', () => {
    expect(kindOf('-'.repeat(199))).toBe('more');
    expect(kindOf('-'.repeat(200))).toBe('rule');
    expect(kindOf(`# ${'x'.repeat(197)}`)).toBe('more');
    expect(kindOf(`# ${'x'.repeat(198)}`)).toBe('heading');
  });

  it('minds what is open', () => {
    expect(kindOf('7. x', { paragraph: true })).toBe('text');
    expect(kindOf('1. x', { paragraph: true })).toBe('item');
    expect(kindOf('- x', { paragraph: true })).toBe('item');
    expect(kindOf('a | b', { table: true })).toBe('row');
    expect(kindOf('a | b')).toBe('text');
  });

  it('tells quotes, the marks of a fence, and the text of a heading', () => {
    expect(readLine('> x', true, outside)).toMatchObject({ quoted: true, markupChars: 2 });
    expect(readLine('x', true, outside)).toMatchObject({ quoted: false, markupChars: 0 });
    expect(readLine('~~~~ x\n', false, outside)).toMatchObject({ fence: '~~~~' });
    expect(readLine('## Title ##\n', false, outside)).toMatchObject({ markupChars: 3, textChars: 5 });
    expect(readLine('# C#\n', false, outside)).toMatchObject({ markupChars: 2, textChars: 2 });
    expect(readLine('# #\n', false, outside)).toMatchObject({ textChars: 0 });
  });
});

describe('closesFence', () => {
  const cases: [rest: string, marks: string, closes: boolean | 'more'][] = [
    ['```\n', '```', true],
    ['  ```  \n', '```', true],
    ['> ```\n', '```', true],
    ['`````\n', '```', true],
    ['```\n', '````', false],
    ['~~~\n', '```', false],
    ['```js\n', '```', false],
    ['\n', '```', false],
    ['x```\n', '```', false],
    ['``', '```', 'more'],
    ['```', '```', 'more'],
    ['', '```', 'more'],
    ['x', '```', false],
    [' '.repeat(200), '```', false],
  ];
  it.each(cases)('%j of %j: %s', (rest, marks, closes) => expect(closesFence(rest, false, marks)).toBe(closes));

  it('knows at the end of the text', () => {
    expect(closesFence('```', true, '```')).toBe(true);
    expect(closesFence('``', true, '```')).toBe(false);
  });
});
