import { describe, expect, it } from 'vitest';
import { WrongKeys } from '../../src/server/wrong-keys.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { Client } from './support/client.ts';
import { direct, init, start } from './support/start.ts';

const times = (count: number, act: () => number) => Array.from({ length: count }, act);

describe('the wait of wrong keys', () => {
  it('is none for three, then 125 ms and twice as long each time, up to a second', () => {
    const wrong = new WrongKeys(new ManualClock(), 1024);
    expect(times(9, () => wrong.delayMs('a'))).toEqual([0, 0, 0, 125, 250, 500, 1000, 1000, 1000]);
  });

  it('is another for each address', () => {
    const wrong = new WrongKeys(new ManualClock(), 1024);
    times(5, () => wrong.delayMs('a'));
    expect(wrong.delayMs('b')).toBe(0);
    expect(wrong.delayMs('a')).toBe(500);
  });

  it('is forgotten after a minute without one', async () => {
    const clock = new ManualClock();
    const wrong = new WrongKeys(clock, 1024);
    times(8, () => wrong.delayMs('a'));
    await clock.advance(60_000);
    expect(wrong.delayMs('a')).toBe(1000);
    await clock.advance(60_001);
    expect(wrong.delayMs('a')).toBe(0);
  });

  it('is not forgotten while wrong keys still come', async () => {
    const clock = new ManualClock();
    const wrong = new WrongKeys(clock, 1024);
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      waits.push(wrong.delayMs('a'));
      await clock.advance(40_000);
    }
    expect(waits).toEqual([0, 0, 0, 125, 250]);
  });

  it('is the longest for one more address than are remembered, until some are forgotten', async () => {
    const clock = new ManualClock();
    const wrong = new WrongKeys(clock, 1024);
    for (let i = 0; i < 1024; i++) expect(wrong.delayMs(`${i}`)).toBe(0);
    expect(wrong.delayMs('one more')).toBe(1000);
    expect(wrong.delayMs('7')).toBe(0);
    await clock.advance(60_000);
    expect(wrong.delayMs('one more')).toBe(1000);
    await clock.advance(1);
    expect(wrong.delayMs('one more')).toBe(0);
  });
});

describe('a server that is tried with wrong keys', () => {
  const dictionaries = '/v1/pronunciation/dictionaries';
  const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

  /** One that has heard three wrong keys, two at upgrades and one over plain HTTP. */
  async function tried() {
    const clock = new ManualClock();
    const running = await start({ key: 'K', clock });
    const { server } = running;
    for (const key of ['a', 'b']) expect((await Client.refused(server.wsUrl + direct, bearer(key))).status).toBe(401);
    expect((await fetch(server.url + dictionaries, { headers: bearer('c') })).status).toBe(401);
    return { ...running, clock };
  }

  /** Lets the server's sockets say what they have to say; its timers stand still. */
  async function waiting(clock: ManualClock, count: number): Promise<void> {
    while (clock.pending < count) await settle();
  }

  it('lets the next wait, at an upgrade', async () => {
    const { server, clock } = await tried();
    let answered = false;
    const refused = Client.refused(server.wsUrl + direct, bearer('d')).finally(() => {
      answered = true;
    });
    await waiting(clock, 1);
    await clock.advance(124);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(await refused).toMatchObject({ status: 401, body: { detail: 'The API key is not valid' } });
  });

  it('lets the next wait, over plain HTTP', async () => {
    const { server, clock } = await tried();
    const answer = fetch(server.url + dictionaries, { headers: bearer('d') });
    await waiting(clock, 1);
    await clock.advance(125);
    expect((await answer).status).toBe(401);
    expect(clock.pending).toBe(0);
  });

  it('answers the right key at once, and one that shows none', async () => {
    const { server, clock, connect } = await tried();
    const late = Client.refused(server.wsUrl + direct, bearer('d'));
    await waiting(clock, 1);
    const client = await connect(direct, bearer('K'));
    client.send(init);
    await client.got('ready');
    expect((await fetch(server.url + dictionaries, { headers: bearer('K') })).status).toBe(200);
    expect((await fetch(server.url + dictionaries)).status).toBe(401);
    expect((await Client.refused(server.wsUrl + direct)).body.detail).toBe('No API key was given');
    await clock.advance(125);
    expect((await late).status).toBe(401);
  });

  it('forgets the wait of a client that goes', async () => {
    const { server, clock } = await tried();
    const { default: WebSocket } = await import('ws');
    const client = new WebSocket(server.wsUrl + direct, { headers: bearer('d') });
    client.on('error', () => {});
    await waiting(clock, 1);
    client.terminate();
    while (clock.pending > 0) await settle();
  });
});
