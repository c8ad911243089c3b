import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CueSchedule } from '../../../src/report/transcript/cue-times.ts';

describe('CueSchedule', () => {
  it('keeps the times of a cue, as whole ms', () => {
    expect(new CueSchedule().place(100.4, 2500.6, 3000)).toEqual({ startMs: 100, endMs: 2501 });
  });

  it('shows a short cue a second, if there is silence, and no longer than that lasts', () => {
    expect(new CueSchedule().place(100, 300, 5000)).toEqual({ startMs: 100, endMs: 1100 });
    expect(new CueSchedule().place(100, 300, 700.9)).toEqual({ startMs: 100, endMs: 700 });
    expect(new CueSchedule().place(100, 300, 300)).toEqual({ startMs: 100, endMs: 300 });
  });

  it('puts what is said at the same time behind, for half a second at most', () => {
    const schedule = new CueSchedule();
    schedule.place(0, 5000, 5000);
    expect(schedule.place(2000, 2300, 2300)).toEqual({ startMs: 5000, endMs: 5300 });
    expect(schedule.place(2500, 4500, 4500)).toEqual({ startMs: 5300, endMs: 5800 });
    expect(schedule.place(5500, 9000, 9000)).toEqual({ startMs: 5800, endMs: 9000 });
  });

  it('gives a length to what has none', () => {
    expect(new CueSchedule().place(70, 70, 70)).toEqual({ startMs: 70, endMs: 71 });
    expect(new CueSchedule().place(70, 20, 20)).toEqual({ startMs: 70, endMs: 71 });
  });

  it('is in order whatever comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double(), fc.double(), fc.double())), (times) => {
        const schedule = new CueSchedule();
        let lastMs = 0;
        for (const [startMs, endMs, silentMs] of times) {
          // Beyond this, adding a millisecond to a double changes nothing.
          const cue = schedule.place(startMs % 1e12, endMs % 1e12, silentMs);
          expect(cue.startMs).toBeGreaterThanOrEqual(lastMs);
          expect(cue.endMs).toBeGreaterThan(cue.startMs);
          expect([cue.startMs, cue.endMs].every(Number.isInteger)).toBe(true);
          lastMs = cue.endMs;
        }
      }),
    );
  });
});
