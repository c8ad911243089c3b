import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Trimmer, type TrimOptions } from '../../src/engine/trim.ts';

/** At 1000 Hz a block of 10 ms is ten samples, and a millisecond is one. */
const options: TrimOptions = { sampleRateHz: 1000, floorRms: 50, tailMs: 60 };

const hiss = (length: number) => Int16Array.from({ length }, (_, i) => (i % 2 === 0 ? 40 : -40));
const tone = (length: number) => Int16Array.from({ length }, (_, i) => (i % 2 === 0 ? 900 : -900));

function joined(...parts: Int16Array[]): Int16Array {
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

function trimmed(
  input: Int16Array,
  more: Partial<TrimOptions> = {},
  cut: readonly number[] = [input.length],
): number[] {
  const trimmer = new Trimmer({ ...options, ...more });
  const out: number[] = [];
  let at = 0;
  for (let i = 0; at < input.length; i++) {
    const length = Math.max(1, cut[i % cut.length] ?? 1);
    out.push(...trimmer.push(input.subarray(at, at + length)));
    at += length;
  }
  return [...out, ...trimmer.end()];
}

describe('trimming', () => {
  it('keeps 10 ms in front and the tail behind', () => {
    const input = joined(hiss(200), tone(100), hiss(240));
    expect(trimmed(input)).toEqual([...joined(hiss(10), tone(100), hiss(60))]);
    expect(trimmed(input, { tailMs: 150 })).toEqual([...joined(hiss(10), tone(100), hiss(150))]);
  });

  it('fills up with digital silence where there was less', () => {
    expect(trimmed(joined(tone(30), hiss(20)))).toEqual([
      ...joined(new Int16Array(10), tone(30), hiss(20), new Int16Array(40)),
    ]);
    expect(trimmed(tone(30), { tailMs: 250 }).length).toBe(10 + 30 + 250);
  });

  it('keeps the pauses inside, however long', () => {
    const input = joined(tone(20), hiss(500), tone(20));
    expect(trimmed(input, { tailMs: 0 })).toEqual([...joined(new Int16Array(10), input)]);
  });

  it('keeps the quiet block in which an onset begins to rise', () => {
    const rise = Int16Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 5 * i : -5 * i));
    expect(trimmed(joined(hiss(100), rise, tone(10))).slice(0, 20)).toEqual([...joined(rise, tone(10))]);
  });

  it('drops the skipped start unheard, also when it is loud', () => {
    const input = joined(tone(60), hiss(50), tone(20), hiss(100));
    expect(trimmed(input, { skipMs: 80 })).toEqual([...joined(hiss(10), tone(20), hiss(60))]);
  });

  it('gives nothing for silence', () => {
    expect(trimmed(hiss(1234))).toEqual([]);
    expect(trimmed(new Int16Array(0))).toEqual([]);
  });

  it('hears a sound that ends inside a block', () => {
    expect(trimmed(joined(hiss(30), tone(25)), { tailMs: 20 }).length).toBe(10 + 25 + 20);
  });

  it('gives the same however the input is cut', () => {
    const part = fc.record({ loud: fc.boolean(), length: fc.integer({ min: 1, max: 120 }) });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }),
        fc.nat({ max: 50 }),
        (parts, cut, skipMs) => {
          const input = joined(...parts.map(({ loud, length }) => (loud ? tone(length) : hiss(length))));
          expect(trimmed(input, { skipMs }, cut)).toEqual(trimmed(input, { skipMs }));
        },
      ),
    );
  });

  it('rounds its blocks where 10 ms are no whole number of samples', () => {
    const trimmer = new Trimmer({ sampleRateHz: 22_050, floorRms: 50, tailMs: 60 });
    const out = [...trimmer.push(tone(2205)), ...trimmer.end()];
    expect(out.length).toBe(221 + 2205 + 1323);
  });
});
