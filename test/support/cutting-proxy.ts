import { type End, type Middleman, middleman, passOn } from './middleman.ts';
import { randomFrom } from './random.ts';

/** A proxy that breaks connections. */
export interface CuttingProxy extends Middleman {
  /** How often it has cut so far. */
  readonly cuts: number;
  readonly connections: number;
}

export interface Cutting {
  /** So often; what comes after that passes whole. */
  readonly cuts: number;
  /** A connection is cut when so many bytes have passed on it: drawn evenly between the two, at any byte of a frame. */
  readonly bytes: readonly [least: number, most: number];
  /** Which of the two ways is counted: what the server says, or what the client does. */
  readonly of: End;
  readonly seed: number;
  /** The bytes count from behind the first piece in which this stands; from the first byte where it is left out. */
  readonly after?: RegExp;
}

/** Passes bytes on, both ways, until it is time to cut; half of a frame may have gone through by then. */
export async function cuttingProxy(
  wsUrl: string,
  { cuts: most, bytes: [least, largest], of, seed, after }: Cutting,
): Promise<CuttingProxy> {
  const random = randomFrom(seed);
  let cuts = 0;
  let connections = 0;
  const proxy = await middleman(wsUrl, ({ client, reach }) => {
    connections++;
    const upstream = reach();
    const bytes = cuts < most ? Math.floor(least + random() * (largest - least)) : Number.POSITIVE_INFINITY;
    const [counted, other] = of === 'server' ? [upstream, client] : [client, upstream];
    passOn(counted, other, { bytes, ...(after && { after }) }, () => {
      cuts++;
      counted.destroy();
    });
    passOn(other, counted);
  });
  return {
    ...proxy,
    get cuts() {
      return cuts;
    },
    get connections() {
      return connections;
    },
  };
}
