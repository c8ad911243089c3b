import { describe, expect, it } from 'vitest';
import { Liveness } from '../../src/session/liveness.ts';
import { createMemoryPair } from '../../src/transport/memory.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A watch with limits of 100 (owed), 200 (ping), 50 (pong) ms, and what it did, with the time of it. */
function watching({ keepAliveMs, pongs = true }: { keepAliveMs?: number; pongs?: boolean } = {}) {
  const clock = new ManualClock();
  const did: string[] = [];
  const note = (what: string) => did.push(`${what} ${clock.now()}`);
  const [transport] = createMemoryPair(clock);
  const ping = transport.ping.bind(transport);
  transport.ping = () => {
    note('ping');
    return pongs ? ping() : new Promise(() => {});
  };
  const liveness: Liveness = new Liveness(clock, {
    frameMs: 100,
    pingEveryMs: 200,
    pongMs: 50,
    keepAliveMs,
    fail: ({ code }) => {
      note(code === 'E_TIMEOUT' ? 'late' : 'silent');
      expect(['E_TIMEOUT', 'E_PEER_SILENT']).toContain(code);
      liveness.stop();
    },
    keepAlive: () => {
      note('keepAlive');
      liveness.sentMs = clock.now();
    },
  });
  return { clock, did, liveness, transport };
}

describe('Liveness', () => {
  it('does nothing before it is started, and nothing after it is stopped', async () => {
    const { clock, did, liveness, transport } = watching();
    liveness.owe(true);
    expect(clock.pending).toBe(0);
    liveness.start(transport);
    expect(clock.pending).toBe(1);
    liveness.stop();
    liveness.owe(false);
    liveness.pause(true);
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    expect(did).toEqual([]);
  });

  it('is late so long after what last brought it on, whatever else comes, and moves no timer for each', async () => {
    const { clock, did, liveness, transport } = watching();
    liveness.start(transport);
    liveness.owe(true);
    for (let i = 0; i < 9; i++) {
      await clock.advance(30);
      liveness.advancedMs = clock.now();
      expect(clock.pending).toBe(1);
    }
    for (let i = 0; i < 100; i++) {
      await clock.advance(10);
      liveness.receivedMs = clock.now();
    }
    expect(did).toEqual(['late 370']);
  });

  it('counts from when something began to be owed, not from the silence before', async () => {
    const { clock, did, liveness, transport } = watching();
    liveness.start(transport);
    await clock.advance(150);
    liveness.owe(true);
    await clock.advance(99);
    liveness.owe(true);
    expect(did).toEqual([]);
    await clock.advance(1);
    expect(did).toEqual(['late 250']);
  });

  it('is not late for what we send ourselves, nor once nothing is owed', async () => {
    const { clock, did, liveness, transport } = watching();
    liveness.start(transport);
    liveness.owe(true);
    await clock.advance(60);
    liveness.sentMs = clock.now();
    await clock.advance(39);
    liveness.owe(false);
    await clock.advance(100);
    expect(did).toEqual([]);
  });

  it('pings an idle connection again and again while pongs come', async () => {
    const { clock, did, liveness, transport } = watching();
    liveness.start(transport);
    await clock.advance(650);
    expect(did).toEqual(['ping 200', 'ping 400', 'ping 600']);
    liveness.stop();
    expect(clock.pending).toBe(0);
  });

  it('finds silent who answers neither the ping nor in any other way', async () => {
    const { clock, did, liveness, transport } = watching({ pongs: false });
    liveness.start(transport);
    await clock.advance(1000);
    expect(did).toEqual(['ping 200', 'silent 250']);
    expect(clock.pending).toBe(0);
  });

  it('takes a frame after the ping for an answer', async () => {
    const { clock, did, liveness, transport } = watching({ pongs: false });
    liveness.start(transport);
    await clock.advance(220);
    liveness.receivedMs = clock.now();
    await clock.advance(180);
    expect(did).toEqual(['ping 200']);
  });

  it('expects no answer while it does not read', async () => {
    const { clock, did, liveness, transport } = watching({ pongs: false });
    liveness.start(transport);
    await clock.advance(220);
    liveness.pause(true);
    await clock.advance(10_000);
    expect(did).toEqual(['ping 200']);
    expect(clock.pending).toBe(0);
    liveness.pause(false);
    await clock.advance(200);
    expect(did).toEqual(['ping 200', 'ping 10420']);
  });

  it('does not count the time of a pause as silence', async () => {
    const { clock, did, liveness, transport } = watching();
    liveness.start(transport);
    liveness.owe(true);
    await clock.advance(90);
    liveness.pause(true);
    await clock.advance(500);
    liveness.pause(false);
    await clock.advance(99);
    expect(did).toEqual([]);
    await clock.advance(1);
    expect(did).toEqual(['late 690']);
  });

  it('keeps alive more often than it pings, where the service wants that, and only while idle', async () => {
    const { clock, did, liveness, transport } = watching({ keepAliveMs: 60 });
    liveness.start(transport);
    await clock.advance(50);
    liveness.sentMs = clock.now();
    await clock.advance(200);
    expect(did).toEqual(['keepAlive 110', 'keepAlive 170', 'ping 200', 'keepAlive 230']);
    liveness.owe(true);
    liveness.receivedMs = clock.now();
    await clock.advance(90);
    expect(did).toHaveLength(4);
  });

  it('pings one who says nothing although we send all the time, as one sends audio', async () => {
    const { clock, did, liveness, transport } = watching({ keepAliveMs: 60, pongs: false });
    liveness.start(transport);
    for (let i = 0; i < 13; i++) {
      await clock.advance(20);
      liveness.sentMs = clock.now();
    }
    expect(did).toEqual(['ping 200', 'silent 250']);
  });
});
