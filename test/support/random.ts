import { Random } from '../../src/metrics/random.ts';

/** Numbers from 0 to below 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  const random = Random.seeded(seed);
  return () => random.next() / 2 ** 32;
}
