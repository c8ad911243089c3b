import { describe, expect, it } from 'vitest';
import { textTable } from '../../src/report/table.ts';

const brackets = (text: string) => `<${text}>`;

describe('textTable', () => {
  it('makes each column as wide as its widest cell', () => {
    expect(
      textTable([
        ['a', 'bb', 'ccc'],
        ['aaaa', 'b', 'c'],
      ]),
    ).toBe('a     bb  ccc\naaaa  b   c\n');
  });

  it('does not pad the last column, nor leave spaces at the end of a line', () => {
    expect(
      textTable([
        ['voice', 'a long description'],
        ['slt', ''],
      ]),
    ).toBe('voice  a long description\nslt\n');
  });

  it('counts wide characters as a terminal does', () => {
    expect(
      textTable([
        ['你好', 'x'],
        ['ab', 'y'],
      ]),
    ).toBe('你好  x\nab    y\n');
  });

  it('paints a cell without its padding, so that colours cost no columns', () => {
    expect(
      textTable([
        [{ text: 'ok', paint: brackets }, 'fine'],
        ['warn', { text: 'hm', paint: brackets }],
      ]),
    ).toBe('<ok>    fine\nwarn  <hm>\n');
  });

  it('wraps the last column to a terminal, under itself', () => {
    const rows = [['flite', 'one two three four five six seven']];
    expect(textTable(rows, { columns: 30 })).toBe('flite  one two three four five\n       six seven\n');
  });

  it('paints every line of a wrapped cell', () => {
    const cell = { text: 'one two three four five six seven', paint: brackets };
    expect(textTable([['flite', cell]], { columns: 30 })).toBe(
      'flite  <one two three four five>\n       <six seven>\n',
    );
  });

  it('wraps nothing in a pipe', () => {
    const long = 'word '.repeat(100).trim();
    expect(textTable([['a', long]])).toBe(`a  ${long}\n`);
  });

  it('wraps nothing where a terminal leaves too little room', () => {
    expect(textTable([['a-name-of-many-letters', 'one two three four']], { columns: 30 })).toBe(
      'a-name-of-many-letters  one two three four\n',
    );
  });

  it('makes what comes from outside harmless, before it is measured', () => {
    expect(
      textTable([
        ['\x1b[2J', 'a\nb'],
        ['abc', { text: '\x07', paint: brackets }],
      ]),
    ).toBe('\\x1b[2J  a b\nabc      <\\x07>\n');
  });

  it('is empty without rows, and keeps an empty row', () => {
    expect(textTable([])).toBe('');
    expect(textTable([[]])).toBe('\n');
  });
});
