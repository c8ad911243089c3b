import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../../src/errors.ts';
import { closedFault } from '../../src/session/closed.ts';
import { defaultTimeouts } from '../../src/session/options.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/session.md'), 'utf8');

/** The rows of the table whose head begins with this cell. */
function table(head: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
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
    const listed = table('name').map(([name, ms]) => [name?.replaceAll('`', ''), Number(ms)]);
    expect(Object.fromEntries(listed)).toEqual(defaultTimeouts);
  });

  it('names only timeouts and codes that there are', () => {
    const cells = table('from').flat();
    for (const [, name] of cells.join(' ').matchAll(/`(\w+Ms)`/g)) expect(defaultTimeouts).toHaveProperty(name ?? '');
    for (const [code] of text.matchAll(/\bE_[A-Z_]+\b/g)) expect(errorTable).toHaveProperty(code);
    expect(cells).toContain('`E_CONNECT_TIMEOUT`');
  });

  it('tells the error of every close code', () => {
    const rows = table('close code');
    expect(rows).toHaveLength(4);
    for (const [codes = '', error] of rows) {
      for (const [code] of codes.matchAll(/\d{4}/g)) {
        expect([code, `\`${closedFault({ code: Number(code), reason: '' }).code}\``]).toEqual([code, error]);
      }
    }
  });
});
