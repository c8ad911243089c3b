import type { Reader } from './reader.ts';

const seeds = () => [new Uint8Array([1, 2, 3, 4])];
const kept: unknown[] = [];

/** Readers that are broken on purpose, each with what must be said of it: whoever does not find that out is broken too. */
export const brokenReaders: Readonly<Record<string, Reader & { readonly why: RegExp }>> = {
  'broken: throws': {
    why: /undefined/,
    seeds,
    read(bytes) {
      if (bytes.length > 4) (undefined as unknown as { at: number }).at.toFixed();
    },
  },
  'broken: loops': {
    why: /^it hangs$/,
    seeds,
    read(bytes) {
      for (let left = bytes.length > 4 ? 1 : 0; left > 0; ) left = Math.max(1, left);
    },
  },
  'broken: slow': {
    why: /^it took \d+ ms$/,
    seeds,
    read(bytes) {
      const endMs = performance.now() + (bytes.length > 4 ? 1100 : 0);
      while (performance.now() < endMs);
    },
  },
  'broken: keeps': {
    why: /memory/,
    seeds,
    read(bytes) {
      kept.push(Array.from({ length: 500_000 }, () => ({ bytes })));
    },
  },
  'broken: leaks': {
    why: /^it keeps \d+ bytes$/,
    seeds,
    read() {
      kept.push(Buffer.alloc(100 * 1024, 1));
    },
  },
  'broken: takes': {
    why: /^it took \d+ bytes$/,
    seeds,
    read(bytes) {
      if (bytes.length > 4) kept.push(Buffer.alloc(200 * 1024 * 1024, 1));
    },
  },
};
