import { afterEach } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../../src/server/server.ts';
import { Client } from './client.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeRecogniser } from './fake-recogniser.ts';
import { plainListen } from './plain-listen.ts';
import { plainService } from './plain-service.ts';

export const hear = '/hear?configured';

export interface Listening {
  readonly server: RunningServer;
  readonly recogniser: FakeRecogniser;
  /** A client, not yet `ready`. */
  connect(path?: string, headers?: Record<string, string>): Promise<Client>;
  /** One that is. */
  ready(settings?: object): Promise<Client>;
}

const open: RunningServer[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A server with a fake recogniser, speaking the plain dialect both ways; gone after the test. */
export async function startListening(options: Partial<ServerOptions> = {}): Promise<Listening> {
  const recogniser = new FakeRecogniser();
  let count = 0;
  const server = await startServer({
    port: 0,
    services: [plainService, plainListen],
    engine: new FakeEngine(),
    recogniser,
    clock: systemClock,
    ids: () => String(++count),
    today: () => new Date('2026-11-20T12:00:00Z'),
    ...options,
  });
  open.push(server);
  const connect: Listening['connect'] = async (path = hear, headers = {}) => {
    const client = await Client.open(server.wsUrl + path, headers);
    clients.push(client);
    return client;
  };
  return {
    server,
    recogniser,
    connect,
    async ready(settings = {}) {
      const client = await connect('/hear');
      client.send({ type: 'configure', settings });
      await client.got('ready');
      return client;
    },
  };
}

/** Resolves when the server has seen to everything that a client sent before: pings are answered in order. */
export async function seen(client: Client): Promise<void> {
  client.socket.ping();
  await new Promise((resolve) => client.socket.once('pong', resolve));
}
