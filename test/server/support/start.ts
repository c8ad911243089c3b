import { afterEach } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { slngSpeak } from '../../../src/dialects/slng/index.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../../src/server/server.ts';
import { Client } from './client.ts';
import { FakeEngine } from './fake-engine.ts';
import { plainService } from './plain-service.ts';

export const direct = '/v1/tts/slng/deepgram/aura:2-en';
export const bridge = '/v1/bridges/unmute/tts/deepgram/aura:2';

export interface Running {
  readonly server: RunningServer;
  readonly engine: FakeEngine;
  connect(path?: string, headers?: Record<string, string>): Promise<Client>;
}

const open: RunningServer[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A server with a fake engine, the SLNG dialect and a plain one; gone after the test. */
export async function start(options: Partial<ServerOptions> = {}): Promise<Running> {
  const engine = new FakeEngine();
  let count = 0;
  const server = await startServer({
    port: 0,
    services: [slngSpeak, plainService],
    engine,
    clock: systemClock,
    ids: () => String(++count),
    today: () => new Date('2026-11-20T12:00:00Z'),
    ...options,
  });
  open.push(server);
  return {
    server,
    engine,
    async connect(path = direct, headers = {}) {
      const client = await Client.open(server.wsUrl + path, headers);
      clients.push(client);
      return client;
    },
  };
}

/** Seed 000's first message. */
export const init = {
  type: 'init',
  model: 'aura:2-en',
  voice: 'aura-2-thalia-en',
  config: { encoding: 'linear16', sample_rate: 24000 },
};

export const flush = { type: 'flush' };

export function text(words: string, more: object = {}): object {
  return { type: 'text', text: words, ...more };
}
