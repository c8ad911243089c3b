import { expect, it } from 'vitest';
import type { WireWatcher } from '../../src/session/options.ts';
import { openFake, settle, spansOf } from '../support/fake-speak.ts';

const hello = spansOf(['Hello there.']);

/** Writes down what it sees, of events and of closes. */
function watch(seen: string[]): WireWatcher {
  return {
    opened: () => seen.push('opened'),
    sent() {},
    received() {},
    command() {},
    event: (event) =>
      seen.push(`event ${event.type}${event.type === 'ended' && 'why' in event ? ` ${event.why}` : ''}`),
    closed: (code) => seen.push(`closed ${code}`),
  };
}

it('a close that acknowledges is seen before what the codec makes of it, as a trace has it', async () => {
  const seen: string[] = [];
  const { hub, session } = openFake({
    watcher: watch(seen),
    habits: { msPerChar: undefined, ended: false },
    onClosed: ({ code }) => (code === 1000 ? [{ type: 'ended', turn: 'turn-1', why: 'done' }] : []),
  });
  const turn = session.speak(hello);
  await settle();
  hub.link.sound('turn-1', 10);
  hub.link.close(1000);
  expect((await turn.result).why).toBe('done');
  expect(seen).toEqual(['opened', 'event ready', 'event audio', 'closed 1000', 'event ended done']);
});

it('a close of our own is seen once, and with it what the codec makes of it', async () => {
  const seen: string[] = [];
  const { clock, session } = openFake({
    watcher: watch(seen),
    habits: { msPerChar: undefined, ended: false, acknowledges: false },
    onClosed: () => [{ type: 'ended', turn: 'turn-1', why: 'interrupted' }],
  });
  const turn = session.speak(hello);
  await settle();
  turn.interrupt();
  // Nobody acknowledges the interruption: the connection is dropped.
  await clock.advance(5000);
  expect(session.state).toBe('idle');
  expect(seen).toEqual(['opened', 'event ready', 'closed 1006', 'event ended interrupted']);
});

it('a connection that never opened has its close as well, and one that was never begun has none', async () => {
  const seen: string[] = [];
  const { session } = openFake({
    watcher: watch(seen),
    connect: async () => {
      throw new Error('nobody is there');
    },
  });
  expect((await session.speak(hello).result).error).toMatchObject({ message: 'nobody is there' });
  expect(seen).toEqual(['opened', 'closed 1006']);
  const aborted: string[] = [];
  const never = openFake({ watcher: watch(aborted), signal: AbortSignal.abort(new Error('no')) });
  never.session.warm();
  expect((await never.session.speak(hello).result).why).toBe('failed');
  expect(aborted).toEqual([]);
});
