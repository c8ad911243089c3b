import { expect, it } from 'vitest';
import { malformed, note, nothing, rejecting, sending, telling } from '../../../src/dialects/shapes/step.ts';

it('a step is frames and events, and either may be empty', () => {
  expect(nothing).toEqual({ frames: [], events: [] });
  expect(sending({ a: 1 }, { b: 2 })).toEqual({
    frames: [
      { kind: 'text', text: '{"a":1}' },
      { kind: 'text', text: '{"b":2}' },
    ],
    events: [],
  });
  expect(telling(note('x'), note('y', { z: 1 }))).toEqual({
    frames: [],
    events: [
      { type: 'note', name: 'x' },
      { type: 'note', name: 'y', detail: { z: 1 } },
    ],
  });
  expect(malformed('why')).toEqual({ frames: [], events: [{ type: 'malformed', why: 'why' }] });
});

it('a rejection carries the vendor’s own word', () => {
  expect(rejecting('no', 'DATA-0000').events).toEqual([
    { type: 'reject', fault: { code: 'E_REQUEST', message: 'no', detail: { vendorCode: 'DATA-0000' } } },
  ]);
});
