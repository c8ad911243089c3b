import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { readFaults } from '../../src/cli/serve-faults.ts';
import { type Armed, FaultySending } from '../../src/server/faults/sending.ts';
import { faultNames, hasScope } from '../../src/server/faults/table.ts';
import { startFaulty } from '../support/fault-cells.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { RawSocket, routes } from '../support/raw-socket.ts';
import { root, vox } from '../support/vox.ts';
import { Client } from './support/client.ts';

describe('what --faults takes', () => {
  it('is faults with a value, a place, and how often; and a seed', () => {
    expect(readFaults(['cut@20kB-90kBx3, refuse=503', 'stall=1.5s@2-4,seed=7'], 1)).toEqual({
      seed: 7,
      faults: [
        { name: 'cut', value: 0, at: { unit: 'bytes', least: 20_000, most: 90_000 }, times: 3 },
        { name: 'refuse', value: 503, at: { unit: 'messages', least: 1, most: 1 }, times: Number.POSITIVE_INFINITY },
        { name: 'stall', value: 1500, at: { unit: 'messages', least: 2, most: 4 }, times: Number.POSITIVE_INFINITY },
      ],
    });
    expect(readFaults(['odd@512B'], 12).seed).toBe(12);
  });

  it.each([
    ['', /is no fault/],
    ['nonsense', /is no fault/],
    ['toString', /is no fault/],
    ['cut@', /is no fault/],
    ['cut@2-', /no place/],
    ['cut@9-2', /no place/],
    ['cut@1-2kB', /no place/],
    ['cut@0', /no place/],
    ['cut=3', /takes no value/],
    ['refuse', /wants a status/],
    ['refuse=200', /wants a status/],
    ['refuse=503@3B', /happens to the upgrade/],
    ['close=1006', /wants a close code/],
    ['close=2000', /wants a close code/],
    ['late=3', /wants a time/],
    ['late=9999999s', /wants a time/],
  ])('and nothing else: "%s"', (spec, says) => {
    expect(() => readFaults([spec], 1)).toThrow(says);
  });

  it('is refused by the command before there is a port, and listed by it', async () => {
    const refused = await vox(['serve', '--port', '0', '--faults', 'cut,nonsense']);
    expect({ code: refused.code, stdout: refused.stdout.toString() }).toEqual({ code: 2, stdout: '' });
    expect(refused.stderr).toContain("--faults: 'nonsense' is no fault [E_USAGE]");
    const listed = await vox(['serve', '--faults', '?']);
    expect(listed.code).toBe(0);
    const names = listed.stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => /^[a-z]+/.exec(line)?.[0]);
    expect(names).toEqual(faultNames);
  });

  it('stands in docs/serving.md as the code has it', () => {
    const page = readFileSync(join(root, 'docs/serving.md'), 'utf8');
    const made = execFileSync(process.execPath, [join(root, 'scripts/faults-table.mjs')], { cwd: root }).toString();
    const [, shown] = /<!-- node scripts\/faults-table\.mjs -->\n([\s\S]*?)<!-- end -->/.exec(page) ?? [];
    expect(shown).toBe(made);
  });
});

const path = '/v1/tts/slng/deepgram/aura:2-en';

/** What one client of SLNG's dialect is sent of a short text, by a server with that fault, up to its `flushed` or the end. */
async function speakWith(spec: string, count = 1) {
  const server = await startFaulty({ spec });
  const told: { story: readonly string[]; code: number | undefined; bytes: number }[] = [];
  try {
    for (let left = count; left > 0; left--) {
      const client = await Client.open(`${server.wsUrl}${path}`);
      client.socket.send('{"type":"init"}');
      client.socket.send('{"type":"text","text":"Hello there."}');
      client.socket.send('{"type":"flush"}');
      const flushed = new Promise<void>((resolve) => {
        client.socket.on('message', (data: Buffer, isBinary) => {
          if (!isBinary && data.toString().includes('"flushed"')) resolve();
        });
      });
      const code = await Promise.race([client.closed.then((closed) => closed.code), flushed.then(() => undefined)]);
      const story = client.came.map((one) => ('audio' in one ? 'sound' : String(one.message.type)));
      const bytes = client.came.reduce((sum, one) => sum + ('audio' in one ? one.audio.length : 0), 0);
      told.push({ story, code, bytes });
      client.socket.terminate();
    }
  } finally {
    await server.close();
  }
  return told;
}

describe('a fault', () => {
  it('acts where it was told to, and on so many connections', async () => {
    const [first, second, third] = await speakWith('close=1013@2x2', 3);
    expect([first?.code, second?.code, third?.code]).toEqual([1013, 1013, undefined]);
    expect(first?.story).toEqual(['ready']);
    expect(third?.story.at(-1)).toBe('flushed');
  });

  it('puts a message before another, or changes one, and leaves the rest as it was', async () => {
    const told = await Promise.all(['', 'unknown@2', 'odd', 'riff'].map((spec) => speakWith(spec)));
    const [good, unknown, odd, riff] = told.flat();
    expect(unknown?.story).toEqual([good?.story[0], 'fault_injected', ...(good?.story.slice(1) ?? [])]);
    expect([odd?.bytes, riff?.bytes]).toEqual([(good?.bytes ?? 0) - 1, (good?.bytes ?? 0) + 44]);
    expect([odd?.story, riff?.story]).toEqual([good?.story, good?.story]);
  });

  it('that closes lets nothing pass behind it, also where the goodbye waits for a stall', async () => {
    const [told] = await speakWith('stall=50ms@2,close=1013@3');
    expect(told).toMatchObject({ code: 1013 });
    expect(told?.story).toHaveLength(2);
  });

  it('that closes with 1005 closes without a code, and one of pings sends a thousand', async () => {
    expect(await speakWith('close=1005@3')).toMatchObject([{ code: 1005 }]);
    const { sent, pings, socket } = faultySocket('pings@2');
    for (const words of ['one', 'two', 'three']) socket.send(words);
    expect([sent, pings.length]).toEqual([['one', 'two', 'three'], 1000]);
  });

  it('cuts at the byte that it was told, in the middle of a frame', async () => {
    const [cut] = await speakWith('cut@700B');
    expect(cut).toMatchObject({ code: 1006, bytes: 0, story: ['ready', 'timestamps'] });
    const [later] = await speakWith('cut@4kB');
    expect(later?.code).toBe(1006);
    expect(later?.bytes).toBeGreaterThan(0);
    expect(later?.bytes).toBeLessThan(4000);
  });

  it('refuses in the dialect’s words, and says when to come back', async () => {
    const server = await startFaulty({ spec: 'refuse=503' });
    const refused = await Client.refused(`${server.wsUrl}${path}`).finally(() => server.close());
    expect(refused).toMatchObject({ status: 503 });
    expect(JSON.stringify(refused)).toContain('This fault was asked for');
    expect(JSON.stringify(refused)).toMatch(/"retry-after":"1"/);
  });

  it('falls at the same place for the same seed, and at another for another', async () => {
    const heard = async (seed: number) => (await speakWith(`cut@1B-5kB,seed=${seed}`, 3)).map(({ bytes }) => bytes);
    const [once, again, other] = await Promise.all([heard(5), heard(5), heard(6)]);
    expect(once).toEqual(again);
    expect(once).not.toEqual(other);
  });

  it('that waits for a sound passes by what another one broke', async () => {
    const server = await startFaulty({ spec: 'truncated,odd,close=1013@3' });
    const route = routes['slng, speaking'];
    const client = new RawSocket(server.port, 1_000_000);
    await client.upgrade(route).answered();
    client.say(...route.opening, route.more('Hello there.'), route.flush);
    await client.until(() => client.closeCode !== undefined);
    expect(client.closeCode).toBe(1013);
    client.drop();
    await server.close();
  });

  it('falls on the upgrade that it was told, as often as it was told', async () => {
    const server = await startFaulty({ spec: 'refuse=503@2x1,refuse=429@4-5x1' });
    const statuses: (number | undefined)[] = [];
    for (let upgrades = 0; upgrades < 6; upgrades++) {
      const client = new RawSocket(server.port);
      await client.upgrade(routes['slng, speaking']).answered();
      statuses.push(client.status);
      client.drop();
    }
    expect(statuses.slice(0, 3)).toEqual([101, 503, 101]);
    expect(statuses.slice(3, 5).sort()).toEqual([101, 429]);
    expect(statuses[5]).toBe(101);
    await server.close();
  });

  it('that never answers lets a client go', async () => {
    const server = await startFaulty({ spec: 'unanswered' });
    const client = new RawSocket(server.port);
    await client.opened;
    client.upgrade(routes['slng, speaking']).socket.end();
    await client.closed;
    expect(client.came.length).toBe(0);
    await server.close();
  });

  it('that answers later admits then, and not before', async () => {
    const server = await startFaulty({ spec: 'late=100ms' }, { limits: { sessions: 1 } });
    const answers = [0, 1, 2].map(async () => {
      const client = new RawSocket(server.port);
      return client
        .upgrade(routes['slng, speaking'])
        .answered()
        .then(() => client);
    });
    const clients = await Promise.all(answers);
    expect(clients.map(({ status }) => status).sort()).toEqual([101, 503, 503]);
    for (const client of clients) client.drop();
    await server.close();
  });

  it.each([
    ['stall=2s,stall=1s', [[], [], ['one', 'two']]],
    ['unready,stall=1s', [[], [], []]],
  ])('holds as long as the longest: %s', async (spec, sentBySecond) => {
    const { clock, sent, socket } = faultySocket(spec);
    for (const words of ['one', 'two']) socket.send(words);
    const seen = [[...sent]];
    for (const _ of [1, 2]) {
      await clock.advance(1000);
      seen.push([...sent]);
    }
    expect(seen).toEqual(sentBySecond);
  });

  it('that repeats a sound without end is held by one that holds, and ends with the connection', async () => {
    const { clock, sent, socket } = faultySocket('endless,stall=1s@2,close=1011@3');
    socket.send(Buffer.from('sound'));
    await clock.advance(40);
    const repeated = [...sent];
    expect(repeated).toEqual(Array(3).fill(Buffer.from('sound')));
    socket.send('held');
    await clock.advance(500);
    expect(sent).toEqual(repeated);
    await clock.advance(500);
    expect(sent.slice(3)).toContain('held');
    socket.send('closes instead');
    const all = sent.length;
    await clock.advance(1000);
    expect(sent).toHaveLength(all);
  });
});

describe('what a fault holds', () => {
  it('is counted as what waits, until it has gone', async () => {
    const { clock, socket } = faultySocket('stall=1s@2');
    socket.send('first');
    expect(socket.bufferedAmount).toBe(0);
    socket.send('two é');
    socket.send(Buffer.alloc(10));
    expect(socket.bufferedAmount).toBe(16);
    await clock.advance(1000);
    expect(socket.bufferedAmount).toBe(0);
  });

  it('is written off when the connection goes, and its timers with it', async () => {
    const { clock, sent, socket } = faultySocket('stall=1s');
    let written = 0;
    for (const words of ['one', 'two']) socket.send(words, () => written++);
    expect([written, clock.pending]).toEqual([0, 1]);
    socket.emit('close');
    expect([written, clock.pending, socket.bufferedAmount]).toEqual([2, 0, 0]);
    expect(sent).toEqual([]);
  });

  it('lets nobody wait for what it swallows: a message left out, and those behind a goodbye', async () => {
    const { socket, sent, closes } = faultySocket('close=1011');
    const written = (words: string) => new Promise<void>((resolve) => socket.send(words, resolve));
    await written('closes instead');
    await written('behind it');
    expect([sent, closes]).toEqual([[], [1011]]);
  });

  it('is followed by the first goodbye that was said, and by no other', async () => {
    const { clock, sent, socket, closes } = faultySocket('stall=1s,close=1013@2');
    socket.send('held');
    socket.send('closes instead');
    socket.close(1000);
    expect(closes).toEqual([]);
    await clock.advance(1000);
    expect([sent, closes]).toEqual([['held'], [1013]]);
  });

  it('is not a sound that repeats without end, where nobody reads', async () => {
    const { clock, sent, socket } = faultySocket('endless');
    socket.send(Buffer.from('sound'));
    socket.unread = 1;
    await clock.advance(100);
    expect(sent).toHaveLength(1);
    socket.unread = 0;
    await clock.advance(20);
    expect(sent).toHaveLength(2);
  });

  it('is written when the last that was made of it is', () => {
    const { sent, socket, wrote } = faultySocket('unknown');
    let written = 0;
    socket.send('itself', () => written++);
    expect(sent).toHaveLength(2);
    wrote[0]?.();
    expect(written).toBe(0);
    wrote[1]?.();
    expect(written).toBe(1);
  });
});

describe('a cut at a byte', () => {
  it.each([
    ['in the middle of a frame', 6, '0123ab'],
    ['at the end of one', 4, '0123'],
    ['at the end of the next', 8, '0123abcd'],
  ])('lets pass what lies before it, and nothing behind: %s', (_where, byte, passed) => {
    const { network } = faultySocket(`cut@${byte}B`);
    // An upgrade is answered with text.
    network.write('0123');
    for (const words of ['abcd', 'efgh', 'ijkl']) network.write(Buffer.from(words));
    expect([network.passed, network.destroyed]).toEqual([passed, true]);
  });

  it('is made as soon as what lies before it has gone', () => {
    const { network } = faultySocket('cut@4B');
    network.write('0123');
    expect(network.destroyed).toBe(true);
  });

  it('is made on so many connections, however many were open before', () => {
    const armed = armedWith('cut@6Bx1');
    const [first, second] = [faultySocket(armed), faultySocket(armed)];
    for (const { network } of [first, second]) network.write(Buffer.from('0123456789'));
    expect([first.network.passed, second.network.passed]).toEqual(['012345', '0123456789']);
  });
});

describe('a fault at a message', () => {
  it('acts on so many connections, however many were open before', () => {
    const armed = armedWith('close=1011x1');
    const [first, second] = [faultySocket(armed), faultySocket(armed)];
    for (const { socket } of [first, second]) socket.send('words');
    expect([first.closes, second.closes, second.sent]).toEqual([[1011], [], ['words']]);
  });

  it('that stands at a byte acts on the message that begins there', () => {
    const { socket, sent, closes } = faultySocket('close=1011@5B');
    for (const words of ['12345', '6']) socket.send(words);
    expect([sent, closes]).toEqual([['12345'], [1011]]);
  });
});

function armedWith(spec: string): Armed[] {
  return readFaults([spec], 1)
    .faults.filter((wish) => hasScope('message', wish))
    .map((wish) => ({ fault: { ...wish, left: wish.times, acted: 0 }, unit: wish.at.unit, at: wish.at.least }));
}

/** A socket that faults stand in front of, and what gets past them. */
function faultySocket(armed: string | readonly Armed[]) {
  const sent: unknown[] = [];
  const closes: (number | undefined)[] = [];
  const pings: unknown[] = [];
  const wrote: (() => void)[] = [];
  class FakeSocket extends EventEmitter {
    unread = 0;
    get bufferedAmount(): number {
      return this.unread;
    }
    send(data: unknown, ...rest: unknown[]): void {
      sent.push(data);
      const written = rest.at(-1);
      wrote.push(() => typeof written === 'function' && written());
    }
    ping(...data: unknown[]): void {
      pings.push(data);
    }
    close(code?: number): void {
      closes.push(code);
    }
  }
  const network = new FakeNetwork();
  const socket = new FakeSocket();
  const clock = new ManualClock();
  const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
  const faults = { armed: typeof armed === 'string' ? armedWith(armed) : armed, clock, format };
  new FaultySending(socket as unknown as WebSocket, network as unknown as Duplex, faults);
  return { sent, closes, pings, wrote, clock, socket, network };
}

/** The bytes below a socket. */
class FakeNetwork {
  passed = '';
  destroyed = false;
  write(bytes: Buffer | string): boolean {
    this.passed += bytes.toString();
    return true;
  }
  end(bytes: Buffer, done: () => void): void {
    this.passed += bytes.toString();
    done();
  }
  destroy(): void {
    this.destroyed = true;
  }
}
