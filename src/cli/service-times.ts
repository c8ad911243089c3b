import type { ServiceTime } from '../doctor/clock.ts';
import type { Connect } from '../transport/transport.ts';
import { readHttpDate } from './http-date.ts';

/** Of TLS: what a wrong clock looks like. */
const notNow = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'];

/** Collects what services tell of the time when they are reached, whether they let us in or not. */
export class ServiceTimes {
  readonly times: ServiceTime[] = [];
  readonly distrusted: string[] = [];
  readonly #today: () => Date;

  /** `today`: this machine's time of day. */
  constructor(today: () => Date) {
    this.#today = today;
  }

  /** The same, with an ear for the `Date` of the answer. */
  of(provider: string, connect: Connect): Connect {
    const note = ({ date = '' }: Readonly<Record<string, string>>) => {
      const thereMs = readHttpDate(date);
      if (thereMs !== undefined) this.times.push({ provider, thereMs, hereMs: this.#today().getTime() });
    };
    return async (request, options) => {
      const heard: typeof options.refused = (refusal) => {
        note(refusal.headers);
        return options.refused(refusal);
      };
      try {
        const opened = await connect(request, { ...options, refused: heard });
        note(opened.headers);
        return opened;
      } catch (thrown) {
        if (isDistrust(thrown)) this.distrusted.push(provider);
        throw thrown;
      }
    };
  }
}

function isDistrust(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return ('code' in thrown && notNow.includes(String(thrown.code))) || isDistrust(thrown.cause);
}
