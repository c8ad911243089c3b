import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../../src/errors.ts';
import { closedFault } from '../../src/session/closed.ts';
import { defaultTimeouts } from '../../src/session/options.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/session.md'), 'utf8');

/** The rows of the tables whose head begins with this cell. */
function tables(head: string): string[][][] {
  const starts = text.split('\n').flatMap((line, at) => (line.startsWith(`| ${head} |`) ? [at] : []));
  return starts.map(rowsBelow);
}

function rowsBelow(start: number): string[][] {
  const lines = text.split('\n');
  const rows: string[][] = [];
  for (let i = start + 2; lines[i]?.startsWith('|'); i++) {
    rows.push(
      (lines[i] ?? '')
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

describe('docs/session.md', () => {
  it('gives every timeout with its figure', () => {
    const listed = tables('name')
      .flat()
      .map(([name, ms]) => [name?.replaceAll('`', ''), Number(ms)]);
    expect(Object.fromEntries(listed)).toEqual(defaultTimeouts);
  });

  it('names only timeouts and codes that there are', () => {
    const cells = tables('from').flat(2);
    for (const [, name] of cells.join(' ').matchAll(/`(\w+Ms)`/g)) expect(defaultTimeouts).toHaveProperty(name ?? '');
    for (const [code] of text.matchAll(/\bE_[A-Z_]+\b/g)) expect(errorTable).toHaveProperty(code);
    expect(cells).toContain('`E_CONNECT_TIMEOUT`');
    expect(cells).toContain('`finalMs` without news');
  });

  it('tells the error of every close code', () => {
    const rows = tables('close code').flat();
    expect(rows).toHaveLength(4);
    for (const [codes = '', error] of rows) {
      for (const [code] of codes.matchAll(/\d{4}/g)) {
        expect([code, `\`${closedFault({ code: Number(code), reason: '' }).code}\``]).toEqual([code, error]);
      }
    }
  });
});
