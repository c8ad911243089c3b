import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import { Random } from '../../metrics/random.ts';
import type { Refusal } from '../../speech/service.ts';
import { asRefusal, problem } from '../answer.ts';
import type { Admitted } from '../upgrade.ts';
import { type Fault, FaultySending } from './sending.ts';
import { type FaultPlan, faultTable } from './table.ts';

/** What becomes of an upgrade: another answer, or a later one (ms; infinite: none). */
export type Hindrance = Refusal | { readonly afterMs: number };

/** Makes a server fail as it was told to. */
export interface FaultInjector {
  /** An upgrade was admitted; undefined: it goes on as if nothing were. */
  upgrade(admitted: Admitted): Hindrance | undefined;
  /** A connection is open, over this socket. */
  opened(socket: WebSocket, network: Duplex, admitted: Admitted): void;
}

const mayComeAgain = [429, 503];

export function createFaults({ faults: wishes, seed }: FaultPlan, clock: Clock): FaultInjector {
  const random = Random.seeded(seed);
  const faults: Fault[] = wishes.map((wish) => ({ ...wish, left: wish.times }));
  const ofScope = (isUpgrade: boolean) =>
    faults.filter(({ name, left }) => left > 0 && (faultTable[name].scope === 'upgrade') === isUpgrade);
  return {
    upgrade(admitted) {
      const [fault] = ofScope(true);
      if (!fault) return undefined;
      fault.left--;
      if (fault.name === 'late') return { afterMs: fault.value };
      return fault.name === 'refuse' ? refusal(fault.value, admitted) : { afterMs: Number.POSITIVE_INFINITY };
    },
    opened(socket, network, { matched }) {
      const armed = ofScope(false).map((fault) => {
        const { unit, least, most } = fault.at;
        return { fault, unit, at: least + random.below(most - least + 1) };
      });
      if (armed.length > 0) new FaultySending(socket, network, { armed, clock, format: matched.settings.format });
    },
  };
}

/** In the dialect's own words where it has some. */
function refusal(status: number, { service, sessionId }: Admitted): Refusal {
  const title = STATUS_CODES[status] ?? 'Refused';
  const why = 'This fault was asked for';
  const told = service.endpoint.refuse?.(status, why, sessionId) ?? asRefusal(problem(status, title, why));
  return mayComeAgain.includes(status) ? { ...told, headers: { ...told.headers, 'retry-after': '1' } } : told;
}
