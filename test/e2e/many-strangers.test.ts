import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pause, systemClock } from '../../src/clock.ts';
import { Random } from '../../src/metrics/random.ts';
import { expectCounted } from '../support/counted.ts';
import { frame, RawSocket, routeNames, routes } from '../support/raw-socket.ts';
import { type Held, type WatchedServer, watchedServer } from '../support/watched-server.ts';

const key = 'sk-right-0123456789';
const seed = Number(process.env.VOX_SEED ?? 20261126);

/** Opened and dropped; and what is hostile. */
const counts = { dropped: 10_000, hostile: 1000 } as const;

/** What may be left of them all, beside what a first lot of the same kinds left. */
const most = { heapBytes: 4 * 2 ** 20, rssBytes: 64 * 2 ** 20 } as const;

/** Short, so that what is slow is found out within the test; all others are what `vox serve` has. */
const flags = [
  ...['--engine', 'scripted', '--handshake-timeout', '2', '--stalled-timeout', '1.5', '--idle-timeout', '3'],
  ...['--close-timeout', '0.5', '--keep-alive-timeout', '1', '--max-listeners', '200'],
];

interface Met {
  readonly port: number;
  readonly random: Random;
  /** Each in its turn. */
  readonly route: (typeof routes)[keyof typeof routes];
  readonly socket: RawSocket;
}

const speaking = routeNames.filter((name) => name.endsWith('speaking')).map((name) => routes[name]);
const hearing = routeNames.filter((name) => name.endsWith('hearing')).map((name) => routes[name]);

async function session({ socket, route }: Met, ...more: (string | Buffer)[]): Promise<void> {
  socket.upgrade(route, key).say(...route.opening, ...more);
  await socket.answered();
  if (takenForSlow(socket)) throw new LetGo();
  expect(socket.status).toBe(101);
}

/** On a machine that is busy, one that is none of the slow ones may be let go as one of them. */
class LetGo extends Error {}

/** Cut without an answer, or with the one that a slow request gets. */
const takenForSlow = ({ status }: RawSocket) => status === undefined || status === 408;

/** How a client that goes away had begun. */
const droppers = {
  'TCP alone': async ({ socket }: Met) => socket.opened,
  'half a request': async ({ socket }: Met) => {
    socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ');
    await socket.opened;
  },
  'an upgrade': (met: Met) => session(met),
  'a session with a turn under way': async (met: Met) => {
    await session(
      met,
      met.route.more('A sentence, and another that is under way. And no end of it. '),
      met.route.flush,
    );
    await met.socket.anything();
  },
} as const;

/** One that must be refused an upgrade with a status, or closed with a code. */
const refused =
  (status: number) =>
  async ({ socket }: Met) => {
    await socket.closed;
    if (takenForSlow(socket)) throw new LetGo();
    expect(socket.status).toBe(status);
  };

const closedWith =
  (...codes: number[]) =>
  async ({ socket }: Met) => {
    await socket.closed;
    if (takenForSlow(socket) || socket.closeCode === 1000) throw new LetGo();
    expect(codes, socket.came.toString('latin1').slice(-300)).toContain(socket.closeCode);
  };

const mib = 2 ** 20;
const bomb = gzipSync(Buffer.alloc(8 * mib));
const garbage = (random: Random, length: number) =>
  Buffer.from(Uint8Array.from({ length }, () => Math.floor(random.next() * 256)));

function post(path: string, body: string | Buffer, ...headers: string[]): Buffer {
  const lines = [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: Bearer ${key}`, ...headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** What a hostile client does, and how the server ends it: each waits until it is gone. */
const hostile: Readonly<Record<string, (met: Met) => Promise<void>>> = {
  'a message of 2 MiB': async (met) => {
    await session(met);
    met.socket.write(frame({ opcode: 1, length: 2 * mib }));
    await closedWith(1009)(met);
  },
  'a compressed bomb': async (met) => {
    met.socket.upgrade(met.route, key, ['Sec-WebSocket-Extensions: permessage-deflate']);
    met.socket.write(frame({ opcode: 1, payload: bomb, rsv1: true }));
    await closedWith(1002)(met);
  },
  'a compressed body': async (met) => {
    const length = [`Content-Length: ${bomb.length}`, 'Content-Encoding: gzip', 'Connection: close'];
    met.socket.write(post('/v1/pronunciation/dictionaries', bomb, ...length));
    await refused(400)(met);
  },
  'fragments without end': async (met) => {
    await session(met);
    met.socket.write(frame({ opcode: 1, payload: Buffer.from('{"type"'), fin: false }));
    for (let i = 0; i < 1100; i++) met.socket.write(frame({ opcode: 0, payload: Buffer.from(' '), fin: false }));
    await closedWith(1008)(met);
  },
  'half a message, and no more': async (met) => {
    await session(met);
    met.socket.write(frame({ opcode: 1, payload: Buffer.alloc(100_000, ' '), length: mib }));
    await met.socket.closed;
  },
  'a frame byte by byte': async (met) => {
    await session(met);
    met.socket.socket.setNoDelay(true);
    met.socket.write(frame({ opcode: 1, length: mib }));
    for (let i = 0; i < 200; i++) met.socket.write(' ');
    await met.socket.closed;
  },
  'a flood of pings, and nothing read': async (met) => {
    await session(met);
    met.socket.socket.pause();
    const ping = frame({ opcode: 9, payload: Buffer.alloc(125, 'p') });
    met.socket.write(Buffer.concat(Array.from({ length: 5000 }, () => ping)));
    await gone(met);
  },
  'broken frames': async (met) => {
    await session(met);
    // Reserved bits, and an opcode that is none; then whatever comes.
    met.socket.write(Buffer.from([0x73, 0xff]), garbage(met.random, 2000));
    await closedWith(1002)(met);
  },
  'frames without a mask': async (met) => {
    await session(met);
    met.socket.write(frame({ opcode: 1, payload: Buffer.from('{}'), masked: false }));
    await closedWith(1002)(met);
  },
  'text that is no UTF-8': async (met) => {
    await session(met);
    met.socket.write(frame({ opcode: 1, payload: Buffer.from([0xc3, 0x28, 0xf0, 0x9f]) }));
    await closedWith(1007)(met);
  },
  'messages that are none': async (met) => {
    await session(met, ...Array.from({ length: 200 }, (_, i) => `{"type":"nonsense ${i}`));
    // Telnyx ignores them: that one is idle.
    await met.socket.closed;
  },
  'headers without end': async (met) => {
    met.socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    for (let i = 0; i < 300; i++) met.socket.write(`X-${i}: ${'h'.repeat(100)}\r\n`);
    await refused(431)(met);
  },
  'a wrong key': async (met) => {
    met.socket.upgrade(met.route, `sk-wrong-${met.random.next()}`);
    await refused(401)(met);
  },
  'a request byte by byte': async (met) => {
    met.socket.write('GET /healthz HTTP/1.1\r\nX-Slow: ');
    const slowly = setInterval(() => met.socket.write('s'), 100);
    await met.socket.closed.finally(() => clearInterval(slowly));
    // Who goes on writing meets a reset, and may not come to see the answer.
    expect(met.socket.status ?? 408).toBe(408);
  },
  'an upgrade to a web page': async (met) => {
    met.socket.upgrade(met.route, key, ['Origin: https://evil.test']);
    await refused(403)(met);
  },
  'a body without end': async (met) => {
    met.socket.write(post('/v1/pronunciation/dictionaries', '', 'Transfer-Encoding: chunked'));
    met.socket.write('1\r\n[\r\n'.repeat(2000));
    await met.socket.closed;
  },
  'a body of brackets': async (met) => {
    const body = `{"name":"n","modes":{"rewrite":{"rules":[]},"ipa":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`;
    const length = `Content-Length: ${body.length}`;
    met.socket.write(post('/v1/pronunciation/dictionaries', body, length, 'Connection: close'));
    await met.socket.closed;
    expect(met.socket.status ?? 408).toBeGreaterThanOrEqual(400);
  },
  'two hundred requests at once, and nothing read': async (met) => {
    await met.socket.opened;
    met.socket.socket.pause();
    met.socket.write('GET /v1/catalog/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(200));
    await gone(met);
  },
  'a text of a megabyte that is never flushed': async (met) => {
    const route = speaking[Math.floor(met.random.next() * speaking.length)] ?? met.route;
    await session({ ...met, route }, route.more('Never asked for, and long. '.repeat(38_000)));
    met.socket.write(frame({ opcode: 9 }));
    met.socket.drop();
    await met.socket.closed;
  },
  'audio that is never finalized': async (met) => {
    const route = hearing[Math.floor(met.random.next() * hearing.length)] ?? met.route;
    await session({ ...met, route }, ...Array.from({ length: 50 }, () => route.more('')));
    await met.socket.anything();
    met.socket.drop();
    await met.socket.closed;
  },
  'a long text, and nothing read of its sound': async (met) => {
    const route = speaking[Math.floor(met.random.next() * speaking.length)] ?? met.route;
    await session({ ...met, route });
    met.socket.socket.pause();
    // 12 MB of sound: more than the sockets of both sides hold.
    met.socket.say(...Array.from({ length: 30 }, () => route.more('As long as a book. '.repeat(44))), route.flush);
    await gone(met);
  },
  'a close, and then nothing': async (met) => {
    await session(met);
    met.socket.write(frame({ opcode: 8, payload: Buffer.from([0x03, 0xe8]) }));
    await met.socket.closed;
  },
  'half a connection': async (met) => {
    await session(met);
    met.socket.socket.end();
    await met.socket.closed;
  },
};

/** How long such a client reads nothing: longer than the server has patience for anything. */
const deafMs = 5000;

/** Its end would not be seen if it read nothing for ever. */
async function gone({ socket }: Met): Promise<void> {
  await pause(systemClock, deafMs);
  socket.socket.resume();
  await socket.closed;
}

/** Every one of them is ended in bounded time. */
async function within(limitMs: number, work: Promise<void> | void): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((_, reject) => {
    late = setTimeout(() => reject(new Error(`not ended in ${limitMs} ms`)), limitMs);
  });
  await Promise.race([work, tooLate]).finally(() => clearTimeout(late));
}

/** Runs so many clients of these kinds in turn, some at a time, each in a dialect and direction in its turn. */
async function run(
  server: WatchedServer,
  kinds: Readonly<Record<string, (met: Met) => Promise<void> | void>>,
  count: number,
  atOnce: number,
): Promise<Record<string, number>> {
  const names = Object.keys(kinds);
  const done: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  let [next, letGo] = [0, 0];
  const worker = async () => {
    while (next < count) {
      const i = next++;
      const name = names[i % names.length] ?? '';
      const route = routes[routeNames[Math.floor(i / names.length) % routeNames.length] ?? 'slng, speaking'];
      const socket = new RawSocket(server.port);
      const met = { port: server.port, random: Random.seeded(seed, i), route, socket };
      try {
        await within(60_000, kinds[name]?.(met));
      } catch (thrown) {
        if (!(thrown instanceof LetGo) || ++letGo > count / 10)
          throw new Error(`${name} at ${route.path} (number ${i}, seed ${seed}): ${thrown}`);
      } finally {
        socket.drop();
      }
      await socket.closed;
      done[name] = (done[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  await server.quiet();
  return done;
}

/** What is held now that was not before, where it is more than may be. */
function leaks(before: Held, after: Held): string[] {
  const grown = (name: keyof Held) => after[name] - before[name];
  return [
    ...(grown('heapBytes') > most.heapBytes ? [`${(grown('heapBytes') / mib).toFixed(1)} MiB of heap`] : []),
    ...(grown('rssBytes') > most.rssBytes ? [`${(grown('rssBytes') / mib).toFixed(1)} MiB in all`] : []),
    ...(['descriptors', 'threads', 'children'] as const)
      .filter((name) => grown(name) > 0)
      .map((name) => `${grown(name)} ${name}`),
  ];
}

async function warm(server: WatchedServer): Promise<Held> {
  await run(server, droppers, 400, 50);
  await run(server, hostile, 100, 50);
  return server.held();
}

describe('vox serve, among strangers', () => {
  it(`holds nothing of ${counts.dropped} that go away and ${counts.hostile} that are hostile`, async () => {
    const server = await watchedServer(flags, { VOX_SERVE_KEY: key });
    try {
      const before = await warm(server);
      const dropped = await run(server, droppers, counts.dropped, 100);
      const met = await run(server, hostile, counts.hostile, 150);
      const after = await server.held();
      expect(leaks(before, after)).toEqual([]);
      told(dropped, met);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  }, 180_000);

  it('would be found out if it kept a thing of each', async () => {
    const server = await watchedServer(flags, { VOX_SERVE_KEY: key, VOX_TEST_LEAK: 'sockets' });
    try {
      const before = await warm(server);
      await run(server, droppers, counts.dropped / 5, 100);
      expect(leaks(before, await server.held())).toEqual([expect.stringMatching(/MiB of heap$/)]);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  }, 120_000);
});

const between =
  /(<!-- VOX_WRITE_COUNTS=1 npx vitest run test\/e2e\/many-strangers\.test\.ts -->\n)([\s\S]*?)(<!-- end -->)/;

/** What docs/serving.md says of this test is what it did; README gives its sums. */
function told(dropped: Readonly<Record<string, number>>, met: Readonly<Record<string, number>>): void {
  const rows = (done: Readonly<Record<string, number>>) =>
    Object.entries(done)
      .map(([name, count]) => `| ${name} | ${count.toLocaleString('en')} |`)
      .join('\n');
  const sum = (done: Readonly<Record<string, number>>) =>
    Object.values(done)
      .reduce((total, count) => total + count, 0)
      .toLocaleString('en');
  const lines = [
    `| opened and dropped | ${sum(dropped)} |`,
    '| --- | --- |',
    rows(dropped),
    '',
    `| hostile | ${sum(met)} |`,
    '| --- | --- |',
    rows(met),
    '',
    `Behind them the heap with what stands outside of it was within ${most.heapBytes / mib} MiB of what the first 500 had left, all`,
    `memory within ${most.rssBytes / mib} MiB, and there was no descriptor, thread or program more.`,
  ];
  expectCounted('docs/serving.md', between, `${lines.join('\n')}\n`);
  const sums = `${sum(dropped)}\nconnections that are opened and dropped, and ${sum(met)} hostile ones`;
  expectCounted('README.md', /()([\d,]+\nconnections that are opened and dropped, and [\d,]+ hostile ones)()/, sums);
}
