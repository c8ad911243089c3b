import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Plan, plans } from './plans.ts';

/** One turn as the server saw it: ms on its clock, which starts with the session's `init`. */
export interface TurnRecord {
  readonly plan: Plan;
  readonly textMs: number;
  readonly flushMs: number;
  readonly cancelMs: number | undefined;
  readonly sent: readonly { readonly atMs: number; readonly bytes: number }[];
}

export interface SessionRecord {
  readonly requestId: string;
  readonly handshakeMs: number;
  readonly turns: readonly TurnRecord[];
}

export interface ExactServer<Record> {
  readonly wsUrl: string;
  record(): Promise<readonly Record[]>;
  stop(): void;
}

/** As server.mjs writes it: instants are nanoseconds, in decimal digits. */
interface Written {
  readonly requestId: string;
  readonly initNs: string;
  readonly readyNs: string;
  readonly turns: readonly {
    readonly plan: number;
    readonly textNs: string;
    readonly flushNs?: string;
    readonly cancelNs?: string;
    readonly sent: readonly (readonly [string, number])[];
  }[];
}

/** One of the programs here, with what it is told; `read` makes sense of what it wrote of a session. */
export async function startExact<Written, Record>(
  program: string,
  told: unknown,
  read: (written: Written) => Record,
): Promise<ExactServer<Record>> {
  const child = fork(join(import.meta.dirname, program), [JSON.stringify(told)]);
  const [port] = await once(child, 'message');
  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    async record() {
      const response = await fetch(`http://127.0.0.1:${port}/record`);
      const written: readonly Written[] = JSON.parse(await response.text());
      return written.map(read);
    },
    stop: () => child.disconnect(),
  };
}

export const startExactServer = () => startExact('server.mjs', plans, read);

function read({ requestId, initNs, readyNs, turns }: Written): SessionRecord {
  const ms = (ns: string) => Number(BigInt(ns) - BigInt(initNs)) / 1e6;
  return {
    requestId,
    handshakeMs: ms(readyNs),
    turns: turns.flatMap(({ plan: index, textNs, flushNs, cancelNs, sent }) => {
      const plan = plans[index];
      if (plan === undefined || flushNs === undefined) return [];
      const cancelMs = cancelNs === undefined ? undefined : ms(cancelNs);
      const frames = sent.map(([atNs, bytes]) => ({ atMs: ms(atNs), bytes }));
      return [{ plan, textMs: ms(textNs), flushMs: ms(flushNs), cancelMs, sent: frames }];
    }),
  };
}
