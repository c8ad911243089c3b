import { describe, expect, it } from 'vitest';
import { ListenOutputs } from '../../src/cli/listen-outputs.ts';
import type { LiveOutput } from '../../src/cli/transcript-output.ts';
import type { Segment } from '../../src/speech/listen.ts';

const segment = (text: string): Segment => ({ text, startMs: 0, endMs: 1, endOfUtterance: true, forced: false });

/** Notes what it is told, and fails at a text, or at the end. */
function output(failsAt?: string) {
  const told: string[] = [];
  const tell = async (what: string) => {
    if (what === failsAt) throw new Error(`failed at ${what}`);
    told.push(what);
  };
  const made: LiveOutput = {
    push: ({ text }) => tell(text),
    end: () => tell('end'),
  };
  return { told, made };
}

describe('ListenOutputs', () => {
  it('tells each, in order', async () => {
    const [one, two] = [output(), output()];
    const outputs = new ListenOutputs();
    outputs.add(one.made, 'one.txt');
    outputs.add(two.made);
    await outputs.push(segment('a'));
    await outputs.end({});
    expect([one.told, two.told]).toEqual([
      ['a', 'end'],
      ['a', 'end'],
    ]);
    expect(outputs.paths).toEqual(['one.txt']);
    expect(outputs.failure).toBeUndefined();
  });

  it('gives one that failed no more, and the others all', async () => {
    const [bad, good, late] = [output('b'), output(), output('end')];
    const outputs = new ListenOutputs();
    outputs.add(bad.made, 'bad.txt');
    outputs.add(good.made, 'good.txt');
    outputs.add(late.made, 'late.txt');
    for (const text of ['a', 'b', 'c']) await outputs.push(segment(text));
    await outputs.end({});
    expect(bad.told).toEqual(['a']);
    expect(good.told).toEqual(['a', 'b', 'c', 'end']);
    expect(outputs.failure).toEqual({ thrown: new Error('failed at b') });
    expect(outputs.paths).toEqual(['good.txt']);
  });

  it('ends once', async () => {
    const one = output();
    const outputs = new ListenOutputs();
    outputs.add(one.made);
    await outputs.end({});
    await outputs.end({});
    await outputs.push(segment('late'));
    expect(one.told).toEqual(['end']);
  });
});
