import { describe, expect, it } from 'vitest';
import { loadPaint, plainPaint } from '../../src/report/paint.ts';
import { PaintedLines } from '../../src/report/painted-lines.ts';
import { hasEscapes, Pipe, withoutColor } from './screen.ts';

describe('PaintedLines', () => {
  it('writes at once where there is no colour', () => {
    const pipe = new Pipe();
    const lines = new PaintedLines((text) => pipe.write(text), false);
    lines.add((paint) => `${paint.red('one')}\n`);
    expect(pipe.text).toBe('one\n');
  });

  it('keeps the order of what was said while the colours were loading, and after', async () => {
    const pipe = new Pipe();
    const lines = new PaintedLines((text) => pipe.write(text), true);
    for (let i = 0; i < 5; i++) lines.add((paint) => `${paint.red(`line ${i}`)}\n`);
    await lines.flushed();
    lines.add((paint) => `${paint.green('last')}\n`);
    expect(withoutColor(pipe.text)).toBe('line 0\nline 1\nline 2\nline 3\nline 4\nlast\n');
    expect(pipe.lines.every(hasEscapes)).toBe(true);
  });

  it('has nothing to wait for when nothing was said', async () => {
    await expect(new PaintedLines(() => {}, true).flushed()).resolves.toBeUndefined();
  });
});

describe('loadPaint', () => {
  it('colours whatever chalk thinks of this process', async () => {
    const paint = await loadPaint(true);
    const painted = [paint.red('x'), paint.green('x'), paint.yellow('x'), paint.dim('x'), paint.bold('x')];
    expect(new Set(painted).size).toBe(5);
    expect(painted.map(withoutColor)).toEqual(['x', 'x', 'x', 'x', 'x']);
  });

  it('is plain without colour', async () => {
    expect(await loadPaint(false)).toBe(plainPaint);
  });
});
