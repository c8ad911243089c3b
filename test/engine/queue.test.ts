import { describe, expect, it } from 'vitest';
import { Queue } from '../../src/engine/queue.ts';

describe('the room in a queue', () => {
  const filled = (count: number) => {
    const queue = new Queue<{ n: number }>();
    for (let n = 0; n < count; n++) queue.push({ n });
    return queue;
  };

  it('is there up to its bound', () => {
    expect(filled(4).room(4)).toBeUndefined();
    expect(filled(5).room(4)).toBeInstanceOf(Promise);
  });

  it('comes when half was read', async () => {
    const queue = filled(6);
    const values = queue.read();
    let came = false;
    queue.room(4)?.then(() => {
      came = true;
    });
    for (let read = 0; read < 3; read++) await values.next();
    expect(came).toBe(false);
    await values.next();
    await queue.room(4);
    expect(came).toBe(true);
  });

  it.each([
    ['cut', (queue: Queue<object>) => queue.cut()],
    ['aborted', (queue: Queue<object>) => queue.abort(new Error('no more'))],
  ])('comes when it is %s', async (_how, end) => {
    const queue = filled(6);
    const room = queue.room(4);
    end(queue);
    await room;
    expect(queue.room(4)).toBeUndefined();
  });
});
