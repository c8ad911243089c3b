import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../src/clock.ts';
import type { SpeakService, Step } from '../../src/speech/service.ts';
import type { SpeakEvent } from '../../src/speech/speak.ts';
import type { CloseInfo, Connect, Frame, Transport } from '../../src/transport/transport.ts';
import { createWebSocketConnect } from '../../src/transport/websocket.ts';
import type { Fixture } from '../support/wire-fixture.ts';
import { asWritten, comparable, compare, credentialsOf, frameOf, type Mismatch, Pending } from './contract.ts';

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

class Replay {
  readonly found: Mismatch[] = [];
  readonly #service: SpeakService;
  readonly #fixture: Fixture;

  constructor(service: SpeakService, fixture: Fixture) {
    this.#service = service;
    this.#fixture = fixture;
  }

  #check(line: number, expected: unknown, got: unknown): void {
    const wrong = compare(expected, got);
    if (wrong) this.found.push({ way: 'replay', line, ...wrong });
  }

  /** The service's side: each of its frames goes out as soon as all that the client sends before it have come. */
  async serve(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const { header, lines } = this.#fixture;
    const inbox = new Inbox();
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      inbox.put({ frame: isBinary ? { kind: 'binary', bytes: data } : { kind: 'text', text: data.toString() } });
    });
    socket.on('close', (code, reason) => inbox.put({ close: { code, reason: reason.toString() } }));
    const upgrade = header.upgrade ?? this.#service.endpoint.build(header.settings, credentialsOf(this.#fixture));
    const { pathname, search } = new URL(upgrade.url);
    this.#check(1, pathname + search, request.url);
    this.#check(1, upgrade.headers.Authorization, request.headers.authorization);
    for (const [i, entry] of lines.entries()) {
      if (!('dir' in entry)) continue;
      if ('close' in entry) socket.close(entry.close.code, entry.close.reason);
      else if (entry.dir === 'c>s') this.#check(i + 2, comparable(frameOf(entry)), arrived(await inbox.next()));
      else send(socket, frameOf(entry));
    }
    for (let more = await inbox.next(); 'frame' in more; more = await inbox.next()) this.#check(0, undefined, more);
  }

  /** The client's side: the codec at the end of a real transport. A client that is not ours is played as it was. */
  async speak(transport: Transport, codec: ReturnType<SpeakService['client']>): Promise<void> {
    const { lines, ways } = this.#fixture;
    const inbox = new Inbox();
    transport.receive({ frame: (frame) => inbox.put({ frame }), closed: (close) => inbox.put({ close }) });
    const events = new Pending<SpeakEvent>('replay', this.found);
    let sent = 0;
    let due = 0;
    const run = (step: Step<SpeakEvent>, line: number) => {
      events.settle();
      sent += step.frames.length;
      for (const frame of step.frames) transport.send(frame);
      if (ways.includes('clientDecode')) events.add(step.events, line);
    };
    run(codec.opened(), 1);
    for (const [i, entry] of lines.entries()) {
      const line = i + 2;
      if ('cmd' in entry) run(codec.encode(entry.cmd), line);
      else if ('event' in entry) {
        events.expect(line, (got) => compare(entry.event, asWritten(got, entry.event, this.#fixture)));
      } else if ('close' in entry) {
        const end = await inbox.next();
        this.#check(line, { close: entry.close }, arrived(end));
        if ('close' in end) run(codec.closed(end.close), line);
      } else if ('dir' in entry && entry.dir === 'c>s') {
        const frame = frameOf(entry);
        if (!ways.includes('clientEncode') && frame) run({ frames: [frame], events: [] }, line);
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

function send(socket: WebSocket, frame: Frame | undefined): void {
  if (frame?.kind === 'text') socket.send(frame.text);
  else if (frame) socket.send(frame.bytes, { binary: true });
}

/** Plays a transcript over a loopback socket, through the real transport. Empty where all was as it says. */
export async function replayFixture(
  service: SpeakService,
  fixture: Fixture,
  connect: Connect = createWebSocketConnect(systemClock),
): Promise<Mismatch[]> {
  const replay = new Replay(service, fixture);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  try {
    const served = once(server, 'connection').then(([socket, request]) => replay.serve(socket, request));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const settings = { ...fixture.header.settings, baseUrl: `ws://127.0.0.1:${address.port}` };
    const { transport } = await connect(service.endpoint.build(settings, credentialsOf(fixture)), {
      signal: new AbortController().signal,
      refused: (refusal) => service.endpoint.refused(refusal),
    });
    await replay.speak(transport, service.client(settings));
    transport.close();
    await Promise.all([served, transport.closed]);
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
  return replay.found;
}
