import type { Random } from '../../src/metrics/random.ts';

/** Bytes that mean something in most formats, and lengths that are just too much. */
const extremes = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x22, 0x5c, 0x7b, 0x0a, 0x25];
const mostBytes = 64 * 1024;

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

function stretch(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.below(16))];
}

const mutations: readonly Mutation[] = [
  (bytes, random) => {
    const changed = bytes.slice();
    for (let left = 1 + random.below(4); left > 0; left--) {
      const at = random.below(Math.max(1, changed.length));
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    }
    return changed;
  },
  (bytes, random) => {
    const changed = bytes.slice();
    const [from, to] = stretch(bytes, random);
    changed.fill(extremes[random.below(extremes.length)] ?? 0, from, to);
    return changed;
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.slice(random.below(bytes.length + 1)),
  (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    const again = Array.from({ length: 1 + random.below(64) }, () => bytes.subarray(from, to));
    return join(bytes.subarray(0, to), ...again, bytes.subarray(to));
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const put = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256));
    return join(bytes.subarray(0, at), put, bytes.subarray(at));
  },
  (bytes, random, other) =>
    join(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1))),
  // A number of four bytes, of either order: where it is a length, it is a wrong one.
  (bytes, random) => {
    const changed = bytes.slice();
    if (changed.length < 4) return changed;
    const view = new DataView(changed.buffer);
    const number = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length, bytes.length + 1][random.below(7)] ?? 0;
    view.setUint32(random.below(changed.length - 3), number, random.below(2) === 0);
    return changed;
  },
];

/** A seed, or two of them, changed at up to five places; now and then untouched, now and then nothing but noise. */
export function mutated(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  const pick = () => seeds[random.below(seeds.length)] ?? new Uint8Array();
  if (random.below(50) === 0) return Uint8Array.from({ length: random.below(200) }, () => random.below(256));
  let bytes = pick();
  for (let left = random.below(6); left > 0; left--) {
    bytes = mutations[random.below(mutations.length)]?.(bytes, random, pick()) ?? bytes;
  }
  return bytes.subarray(0, mostBytes);
}
