import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import { Random } from '../../metrics/random.ts';
import type { Refusal } from '../../speech/service.ts';
import { asRefusal, problem } from '../answer.ts';
import type { Admitted } from '../upgrade.ts';
import { act, type Fault, FaultySending } from './sending.ts';
import { type FaultOf, type FaultPlan, hasScope, type Place } from './table.ts';

/** What becomes of an upgrade: another answer, or a later one (ms; infinite: none). */
export type Hindrance = Refusal | { readonly afterMs: number };

/** Makes a server fail as it was told to. */
export interface FaultInjector {
  /** An upgrade was admitted; undefined: it goes on as if nothing were. */
  upgrade(admitted: Admitted): Hindrance | undefined;
  /** A connection is open, over this socket. */
  opened(socket: WebSocket, network: Duplex, admitted: Admitted): void;
  /** How often one has acted so far. */
  readonly acted: number;
}

type Hinder = (value: number, admitted: Admitted) => Hindrance;

const hindrances: Readonly<Record<FaultOf<'upgrade'>, Hinder>> = {
  refuse: refusal,
  late: (afterMs) => ({ afterMs }),
  unanswered: () => ({ afterMs: Number.POSITIVE_INFINITY }),
};

export function createFaults({ faults: wishes, seed }: FaultPlan, clock: Clock): FaultInjector {
  const random = Random.seeded(seed);
  const faults: Fault[] = wishes.map((wish) => ({ ...wish, left: wish.times, acted: 0 }));
  const drawn = ({ least, most }: Place) => least + random.below(most - least + 1);
  const ofUpgrades = faults
    .filter((fault) => hasScope('upgrade', fault))
    .map((fault) => ({ fault, from: drawn(fault.at) }));
  let upgrades = 0;
  const ofMessages = faults.filter((fault) => hasScope('message', fault));
  return {
    get acted() {
      return faults.reduce((sum, { acted }) => sum + acted, 0);
    },
    upgrade(admitted) {
      upgrades++;
      const fault = ofUpgrades.find((armed) => armed.fault.left > 0 && armed.from <= upgrades)?.fault;
      if (!fault) return undefined;
      act(fault);
      return hindrances[fault.name](fault.value, admitted);
    },
    opened(socket, network, { matched }) {
      const armed = ofMessages
        .filter(({ left }) => left > 0)
        .map((fault) => ({ fault, unit: fault.at.unit, at: drawn(fault.at) }));
      if (armed.length > 0) new FaultySending(socket, network, { armed, clock, format: matched.settings.format });
    },
  };
}

const mayComeAgain = [429, 503];

/** In the dialect's own words where it has some. */
function refusal(status: number, { service, sessionId }: Admitted): Refusal {
  const title = STATUS_CODES[status] ?? 'Refused';
  const why = 'This fault was asked for';
  const told = service.endpoint.refuse?.(status, why, sessionId) ?? asRefusal(problem(status, title, why));
  return mayComeAgain.includes(status) ? { ...told, headers: { ...told.headers, 'retry-after': '1' } } : told;
}
