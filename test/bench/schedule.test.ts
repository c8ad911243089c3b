import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/bench/lane.ts';
import type { Prompt } from '../../src/bench/material.ts';
import { varyPrompt } from '../../src/bench/prompts.ts';
import { Schedule, type ScheduledJob } from '../../src/bench/schedule.ts';
import { targetFacts } from './made.ts';

function targetsOf(count: number): Target<Prompt>[] {
  return Array.from({ length: count }, (_, n) => ({
    facts: targetFacts(`target-${n}`),
    openLane: () => {
      throw new Error('nothing is run here');
    },
  }));
}

function promptsOf(set: string, count: number): Prompt[] {
  return Array.from({ length: count }, (_, n) => ({ id: `${set}-${n}`, set, text: `${set} text ${n}` }));
}

interface Made {
  targets?: number;
  sets?: Record<string, number>;
  warmup?: number;
  seed?: number;
}

function scheduleOf({ targets = 2, sets = { a: 3 }, warmup = 0, seed = 1 }: Made = {}) {
  const materials = Object.entries(sets).flatMap(([set, count]) => promptsOf(set, count));
  const all = targetsOf(targets);
  return { all, schedule: new Schedule({ targets: all, materials, vary: varyPrompt, warmup, seed }) };
}

function take(schedule: Schedule<Prompt>, count: number): ScheduledJob[] {
  return Array.from({ length: count }, () => schedule.next()).filter((job) => job !== undefined);
}

const textOf = ({ material }: ScheduledJob) => ('text' in material ? material.text : '');

describe('Schedule', () => {
  it('gives every series one run a block, whatever their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.nat(), (targets, sets, seed) => {
        const named = Object.fromEntries(Array.from({ length: sets }, (_, n) => [`s${n}`, 3]));
        const { schedule } = scheduleOf({ targets, sets: named, seed });
        const size = targets * sets;
        for (let block = 0; block < 5; block++) {
          const jobs = take(schedule, size);
          const series = new Set(jobs.map((job) => `${job.target.facts.id} ${job.material.set}`));
          expect(series.size).toBe(size);
          expect(schedule.isEven).toBe(true);
          expect(schedule.measuredBlocks).toBe(block + 1);
        }
      }),
    );
  });

  it('draws the order in each block anew: everyone is first about as often as the others', () => {
    const { schedule } = scheduleOf({ targets: 3, seed: 4 });
    const first = Array.from({ length: 300 }, () => take(schedule, 3)[0]?.target.facts.id);
    for (const n of [0, 1, 2]) {
      // A hundred are expected of each, give or take 8.2 (binomial): four times that.
      const share = first.filter((id) => id === `target-${n}`).length;
      expect(Math.abs(share - 100)).toBeLessThan(33);
    }
  });

  it('says the same to every target in a block', () => {
    const { schedule } = scheduleOf({ targets: 3, sets: { a: 4, b: 5 } });
    for (let block = 0; block < 12; block++) {
      const jobs = take(schedule, 6);
      for (const set of ['a', 'b']) {
        const texts = new Set(jobs.filter(({ material }) => material.set === set).map(textOf));
        expect(texts.size).toBe(1);
      }
    }
  });

  it('says nothing to a target twice, the warm-up included, however long it goes on', () => {
    const { schedule, all } = scheduleOf({ targets: 2, sets: { a: 3, b: 2 }, warmup: 2 });
    const jobs = [...schedule.warmups(), ...take(schedule, 400)];
    for (const target of all) {
      const texts = jobs.filter((job) => job.target === target).map(textOf);
      expect(texts).toHaveLength(204);
      expect(new Set(texts).size).toBe(204);
    }
  });

  it('says nothing twice where a text of the user reads like a variation of another', () => {
    const texts = ['One.', 'Take 2: One.', 'Take 4: One.', 'Take 2: Take 2: One.'];
    const materials = texts.map((text, n) => ({ id: `mine-${n}`, set: 'mine', text }));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const schedule = new Schedule({ targets: targetsOf(1), materials, vary: varyPrompt, warmup: 1, seed });
        const jobs = [...schedule.warmups(), ...take(schedule, 59)];
        expect(new Set(jobs.map(textOf)).size).toBe(60);
        // Each in turn, and numbered as it is said.
        expect(new Set(jobs.slice(0, 4).map(textOf))).toEqual(new Set(texts));
        expect(jobs.slice(4).every((job) => textOf(job).startsWith(`Take ${job.variation + 1}: `))).toBe(true);
      }),
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const order = (seed: number) => {
      const jobs = take(scheduleOf({ targets: 3, sets: { a: 20 }, seed }).schedule, 60);
      return jobs.map((job) => `${job.target.facts.id} ${job.material.id}`).join(', ');
    };
    expect(order(5)).toBe(order(5));
    expect(order(5)).not.toBe(order(6));
  });

  it('counts measured runs from 0, and warm-up runs not at all', () => {
    const { schedule } = scheduleOf({ warmup: 2 });
    const warmups = schedule.warmups();
    expect(warmups.map(({ run, warmup }) => [run, warmup])).toEqual(Array(4).fill([-1, true]));
    expect(schedule.measuredBlocks).toBe(0);
    expect(take(schedule, 4).map(({ run, warmup }) => [run, warmup])).toEqual([0, 1, 2, 3].map((n) => [n, false]));
  });

  it('asks nothing more of a target that is given up, at once', () => {
    const { schedule, all } = scheduleOf({ targets: 2, sets: { a: 3 } });
    const [first] = take(schedule, 1);
    const other = all.find((target) => target !== first?.target);
    if (other) schedule.giveUp(other);
    expect(new Set(take(schedule, 10).map(({ target }) => target))).toEqual(new Set([first?.target]));
    for (const target of all) schedule.giveUp(target);
    expect(schedule.next()).toBeUndefined();
  });
});
