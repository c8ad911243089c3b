import type { Clock } from '../clock.ts';

/** Wrong keys of an address that are answered at once: a typing mistake, or a client with an old one. */
const free = 3;
/** What the next one waits; each after it twice as long, up to the most, ms. */
const firstMs = 125;
const mostMs = 1000;
/** An address that has shown none for so long begins anew, ms. */
const forgetMs = 60_000;

/**
 * How long the answer to a wrong key waits, so that keys are not tried by the thousand. Who guesses from so many
 * addresses that they cannot be told apart any more waits the longest at every one.
 */
export class WrongKeys {
  readonly #clock: Clock;
  readonly #mostAddresses: number;
  readonly #seen = new Map<string, { times: number; atMs: number }>();

  /** @param mostAddresses how many are remembered */
  constructor(clock: Clock, mostAddresses: number) {
    this.#clock = clock;
    this.#mostAddresses = mostAddresses;
  }

  /** Counts one more from the address, and says how long it waits, ms. */
  delayMs(address: string): number {
    const atMs = this.#clock.now();
    const known = this.#seen.get(address);
    if (known === undefined && !this.#hasRoom(atMs)) return mostMs;
    const times = known === undefined || atMs - known.atMs > forgetMs ? 1 : known.times + 1;
    this.#seen.set(address, { times, atMs });
    return times <= free ? 0 : Math.min(mostMs, firstMs * 2 ** (times - free - 1));
  }

  #hasRoom(atMs: number): boolean {
    if (this.#seen.size < this.#mostAddresses) return true;
    for (const [address, seen] of this.#seen) if (atMs - seen.atMs > forgetMs) this.#seen.delete(address);
    return this.#seen.size < this.#mostAddresses;
  }
}
