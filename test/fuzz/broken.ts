import type { Reader } from './readers.ts';

const seeds = () => [new Uint8Array([1, 2, 3, 4])];
const kept: unknown[] = [];

/** Readers that are broken on purpose: whoever does not find that out is broken too. */
export const brokenReaders: Readonly<Record<string, Reader>> = {
  'broken: throws': {
    seeds,
    read(bytes) {
      if (bytes.length > 4) (undefined as unknown as { at: number }).at.toFixed();
    },
  },
  'broken: loops': {
    seeds,
    read(bytes) {
      for (let left = bytes.length > 4 ? 1 : 0; left > 0; ) left = Math.max(1, left);
    },
  },
  'broken: slow': {
    seeds,
    read(bytes) {
      const endMs = performance.now() + (bytes.length > 4 ? 1100 : 0);
      while (performance.now() < endMs);
    },
  },
  'broken: keeps': {
    seeds,
    read(bytes) {
      kept.push(Array.from({ length: 500_000 }, () => ({ bytes })));
    },
  },
  'broken: takes': {
    seeds,
    read(bytes) {
      if (bytes.length > 4) kept.push(Buffer.alloc(200 * 1024 * 1024, 1));
    },
  },
};
