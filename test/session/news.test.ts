import { describe, expect, it } from 'vitest';
import { deferred } from '../../src/deferred.ts';
import { News } from '../../src/session/news.ts';
import { ManualClock } from '../support/manual-clock.ts';

const nothing = { chars: 0, throughMs: undefined };

/** A wait of 100 ms of quiet, and when and how it ended. */
function waiting(news: News, clock: ManualClock, done = deferred<void>()) {
  const ended: { came?: boolean; atMs?: number } = {};
  news.unlessQuiet(100, done.promise).then((came) => Object.assign(ended, { came, atMs: clock.now() }));
  return { ended, done };
}

describe('News', () => {
  it('ends a wait with what is waited for, and leaves no timer', async () => {
    const clock = new ManualClock();
    const { ended, done } = waiting(new News(clock), clock);
    await clock.advance(99);
    done.resolve();
    await clock.advance(0);
    expect(ended).toEqual({ came: true, atMs: 99 });
    expect(clock.pending).toBe(0);
  });

  it('counts the quiet from the beginning of the wait, not from what came before', async () => {
    const clock = new ManualClock();
    const news = new News(clock);
    news.final({ chars: 3, throughMs: undefined }, 0);
    await clock.advance(1000);
    const { ended } = waiting(news, clock);
    await clock.advance(500);
    expect(ended).toEqual({ came: false, atMs: 1100 });
  });

  it.each([
    ['an interim that reaches further', (news: News) => news.interim({ chars: 0, throughMs: 60 }, 50)],
    ['a longer interim', (news: News) => news.interim({ chars: 6, throughMs: 10 }, 50)],
    ['a final that reaches further', (news: News) => news.final({ chars: 0, throughMs: 60 }, 50)],
    ['a final with words and no place', (news: News) => news.final({ chars: 1, throughMs: undefined }, 50)],
  ])('takes %s for new', async (_, say) => {
    const clock = new ManualClock();
    const news = new News(clock);
    news.interim({ chars: 5, throughMs: 50 }, 0);
    const { ended } = waiting(news, clock);
    await clock.advance(50);
    say(news);
    await clock.advance(200);
    expect(ended).toEqual({ came: false, atMs: 150 });
  });

  it.each([
    ['an interim as long', (news: News) => news.interim({ chars: 5, throughMs: 50 }, 50)],
    ['a shorter one', (news: News) => news.interim({ chars: 4, throughMs: undefined }, 50)],
    ['a final for the same place', (news: News) => news.final({ chars: 9, throughMs: 50 }, 50)],
    ['an empty final without a place', (news: News) => news.final(nothing, 50)],
  ])('does not take %s for new', async (_, say) => {
    const clock = new ManualClock();
    const news = new News(clock);
    news.interim({ chars: 5, throughMs: 50 }, 0);
    const { ended } = waiting(news, clock);
    await clock.advance(50);
    say(news);
    await clock.advance(200);
    expect(ended).toEqual({ came: false, atMs: 100 });
  });

  it('measures the length of interims anew behind a final', async () => {
    const clock = new ManualClock();
    const news = new News(clock);
    news.interim({ chars: 50, throughMs: undefined }, 0);
    news.final({ chars: 50, throughMs: undefined }, 0);
    const { ended } = waiting(news, clock);
    await clock.advance(50);
    news.interim({ chars: 1, throughMs: undefined }, 50);
    await clock.advance(200);
    expect(ended.atMs).toBe(150);
  });

  it('takes it for no news that it is not held', async () => {
    const clock = new ManualClock();
    const news = new News(clock);
    const { ended } = waiting(news, clock);
    await clock.advance(50);
    news.hold(false);
    await clock.advance(200);
    expect(ended.atMs).toBe(100);
  });

  it('counts nothing while it is held, and from the moment when it is let go', async () => {
    const clock = new ManualClock();
    const news = new News(clock);
    const { ended } = waiting(news, clock);
    await clock.advance(50);
    news.hold(true);
    news.hold(true);
    await clock.advance(950);
    expect(ended).toEqual({});
    news.hold(false);
    news.hold(false);
    await clock.advance(99);
    expect(ended).toEqual({});
    await clock.advance(101);
    expect(ended).toEqual({ came: false, atMs: 1100 });
    expect(clock.pending).toBe(0);
  });
});
