import { describe, expect, it } from 'vitest';
import { betweenMs, sinceMs } from '../../src/metrics/latency.ts';
import { Timeline } from '../../src/metrics/timeline.ts';

describe('Timeline', () => {
  it('keeps the first write of a name', () => {
    const line = new Timeline();
    expect(line.at('ready')).toBeUndefined();
    line.mark('ready', 10);
    line.mark('ready', 20);
    expect(line.at('ready')).toBe(10);
  });

  it('keeps a mark at zero', () => {
    const line = new Timeline();
    line.mark('open', 0);
    line.mark('open', 5);
    expect(line.at('open')).toBe(0);
  });
});

describe('betweenMs', () => {
  it('is the difference, also where it is negative or zero', () => {
    const line = new Timeline();
    line.mark('open', 0);
    line.mark('ready', 12.5);
    expect(betweenMs(line, 'open', 'ready')).toBe(12.5);
    expect(betweenMs(line, 'ready', 'open')).toBe(-12.5);
    expect(betweenMs(line, 'open', 'open')).toBe(0);
  });

  it('is undefined where a mark is missing', () => {
    const line = new Timeline();
    line.mark('open', 0);
    expect(betweenMs(line, 'open', 'ready')).toBeUndefined();
    expect(betweenMs(line, 'tls', 'open')).toBeUndefined();
    expect(sinceMs(undefined, 4)).toBeUndefined();
    expect(sinceMs(1, 4)).toBe(3);
  });
});
