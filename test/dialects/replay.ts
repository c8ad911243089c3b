import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../src/clock.ts';
import type { ConnectSettings } from '../../src/speech/connect.ts';
import type { Peer, Service, Step, Traits } from '../../src/speech/service.ts';
import type { CloseInfo, Connect, Frame, Transport, UpgradeRequest } from '../../src/transport/transport.ts';
import { createWebSocketConnect } from '../../src/transport/websocket.ts';
import type { Fixture } from '../support/wire-fixture.ts';
import { type AnyService, compare, type Mismatch, Pending } from './contract.ts';
import type { Script } from './script.ts';
import { asWritten, comparable, credentialsOf, frameOf, listenScript, speakScript } from './script.ts';

type Arrival = { readonly frame: Frame } | { readonly close: CloseInfo };

/** What came, taken one after another; after the close there is only the close. */
class Inbox {
  #arrived: Arrival[] = [];
  #waiting: (() => void) | undefined;

  put(arrival: Arrival): void {
    this.#arrived.push(arrival);
    this.#waiting?.();
  }

  async next(): Promise<Arrival> {
    while (this.#arrived.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    const [arrival] = this.#arrived;
    if (arrival === undefined) throw new Error('nothing has arrived');
    if ('frame' in arrival) this.#arrived.shift();
    return arrival;
  }
}

const arrived = (arrival: Arrival) => ('frame' in arrival ? comparable(arrival.frame) : arrival);

class Replay<C, E, R, S extends ConnectSettings, T extends Traits> {
  readonly found: Mismatch[] = [];
  readonly #service: Service<C, E, R, S, T>;
  readonly #script: Script<C, E, S>;

  constructor(service: Service<C, E, R, S, T>, script: Script<C, E, S>) {
    this.#service = service;
    this.#script = script;
  }

  #check(line: number, expected: unknown, got: unknown): void {
    const wrong = compare(expected, got);
    if (wrong) this.found.push({ way: 'replay', line, ...wrong });
  }

  /** The service's side: each of its frames goes out as soon as all that the client sends before it have come. */
  async serve(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const { upgrade: asked, settings, lines } = this.#script;
    const inbox = new Inbox();
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      inbox.put({ frame: isBinary ? { kind: 'binary', bytes: data } : { kind: 'text', text: data.toString() } });
    });
    socket.on('close', (code, reason) => inbox.put({ close: { code, reason: reason.toString() } }));
    const upgrade = asked ?? this.#service.endpoint.build(settings, credentialsOf(this.#script));
    const { pathname, search } = new URL(upgrade.url);
    this.#check(1, pathname + search, request.url);
    this.#check(1, upgrade.headers.Authorization, request.headers.authorization);
    this.#check(1, upgrade.subprotocols?.join() || undefined, request.headers['sec-websocket-protocol']);
    for (const [i, entry] of lines.entries()) {
      if (!('dir' in entry)) continue;
      if ('close' in entry) socket.close(entry.close.code, entry.close.reason);
      else if (entry.dir === 'c>s') this.#check(i + 2, comparable(frameOf(entry)), arrived(await inbox.next()));
      else sendTo(socket, frameOf(entry));
    }
    for (let more = await inbox.next(); 'frame' in more; more = await inbox.next()) this.#check(0, undefined, more);
  }

  /** The client's side: the codec at the end of a real transport. A client that is not ours is played as it was. */
  async run(transport: Transport, codec: Peer<C, E>): Promise<void> {
    const { lines, ways } = this.#script;
    const inbox = new Inbox();
    transport.receive({ frame: (frame) => inbox.put({ frame }), closed: (close) => inbox.put({ close }) });
    const events = new Pending<E>('replay', this.found);
    const isOurs = ways.includes('clientEncode');
    let sent = 0;
    let due = 0;
    const send = (frames: readonly Frame[]) => {
      sent += frames.length;
      for (const frame of frames) transport.send(frame);
    };
    const run = (step: Step<E>, line: number) => {
      events.settle();
      if (isOurs) send(step.frames);
      if (ways.includes('clientDecode')) events.add(step.events, line);
    };
    run(codec.opened(), 1);
    for (const [i, entry] of lines.entries()) {
      const line = i + 2;
      if ('cmd' in entry) run(codec.encode(entry.cmd), line);
      else if ('event' in entry) {
        events.expect(line, (got) => compare(entry.event, asWritten(got, entry.event, this.#script)));
      } else if ('close' in entry) {
        const end = await inbox.next();
        this.#check(line, { close: entry.close }, arrived(end));
        if ('close' in end) run(codec.closed(end.close), line);
      } else if ('dir' in entry && entry.dir === 'c>s') {
        const frame = frameOf(entry);
        if (!isOurs && frame) send([frame]);
        // The service would wait for it, and we for the service.
        if (sent < ++due) return this.#check(line, entry, 'nothing was sent');
      } else if ('dir' in entry) {
        const arrival = await inbox.next();
        this.#check(line, comparable(frameOf(entry)), arrived(arrival));
        if ('close' in arrival) return;
        run(codec.decode(arrival.frame), line);
      }
    }
    events.settle();
  }
}

function sendTo(socket: WebSocket, frame: Frame | undefined): void {
  if (frame?.kind === 'text') socket.send(frame.text);
  else if (frame) socket.send(frame.bytes, { binary: true });
}

/** The upgrade of a client that is not ours is asked for as it was. */
function requestOf<C, E, R, S extends ConnectSettings, T extends Traits>(
  service: Service<C, E, R, S, T>,
  { upgrade, ways, ...script }: Script<C, E, S>,
  settings: S,
): UpgradeRequest {
  const built = service.endpoint.build(settings, credentialsOf(script));
  if (upgrade === undefined || ways.some((way) => way === 'clientEncode' || way === 'clientDecode')) return built;
  const { pathname, search } = new URL(upgrade.url);
  return { ...built, ...upgrade, url: settings.baseUrl + pathname + search };
}

async function replay<C, E, R, S extends ConnectSettings, T extends Traits>(
  service: Service<C, E, R, S, T>,
  script: Script<C, E, S>,
  connect: Connect,
): Promise<Mismatch[]> {
  const play = new Replay(service, script);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  try {
    const served = once(server, 'connection').then(([socket, request]) => play.serve(socket, request));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const prefix = new URL(script.settings.baseUrl).pathname.replace(/\/$/, '');
    const settings = { ...script.settings, baseUrl: `ws://127.0.0.1:${address.port}${prefix}` };
    const { transport } = await connect(requestOf(service, script, settings), {
      signal: new AbortController().signal,
      refused: (refusal) => service.endpoint.refused(refusal),
    });
    await play.run(transport, service.client(settings));
    transport.close();
    await Promise.all([served, transport.closed]);
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
  return play.found;
}

/** Plays a transcript over a loopback socket, through the real transport. Empty where all was as it says. */
export async function replayFixture(
  service: AnyService,
  fixture: Fixture,
  connect: Connect = createWebSocketConnect(systemClock),
): Promise<Mismatch[]> {
  if (service.direction === 'speak' && fixture.direction === 'speak') {
    return replay(service, speakScript(fixture), connect);
  }
  if (service.direction === 'listen' && fixture.direction === 'listen') {
    return replay(service, listenScript(fixture), connect);
  }
  throw new Error(`${service.name} does not ${fixture.direction}`);
}
