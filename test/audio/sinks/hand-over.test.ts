import { describe, expect, it } from 'vitest';
import { HandOver } from '../../../src/audio/sinks/hand-over.ts';

const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

/** Whether a promise has settled, once all that can happen without I/O has happened. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let is = false;
  void promise.then(() => {
    is = true;
  });
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return is;
}

describe('HandOver', () => {
  it('lets the giver go when the reader comes back for more', async () => {
    const hand = new HandOver('x');
    const given = hand.give(one);
    expect(await settled(given)).toBe(false);
    expect(await hand.read()).toBe(one);
    expect(await settled(given)).toBe(false);
    const next = hand.read();
    await given;
    void hand.give(two);
    expect(await next).toBe(two);
  });

  it('lets a reader wait for the giver, and ends', async () => {
    const hand = new HandOver('x');
    const waiting = hand.read();
    expect(await settled(waiting)).toBe(false);
    await hand.close();
    expect(await waiting).toBeUndefined();
    expect(await hand.read()).toBeUndefined();
    await hand.close();
  });

  it('lets the giver go when nobody reads any more, and takes nothing then', async () => {
    const hand = new HandOver('x');
    const given = hand.give(one);
    await hand.close();
    await given;
    await hand.give(two);
  });
});
