import { expect, it } from 'vitest';
import type { Peer, Step } from '../../src/speech/service.ts';
import type { Frame } from '../../src/transport/transport.ts';
import type { Fixture } from '../support/wire-fixture.ts';
import { type AnyService, checkFixture } from './contract.ts';

/** A service that is broken on purpose, and the way in which that must show. */
export interface Broken {
  readonly what: string;
  readonly service: AnyService;
  readonly way: string;
}

/** A peer whose steps are changed on the way out. */
export function altered<In, Out>(peer: Peer<In, Out>, change: (step: Step<Out>) => Step<Out>): Peer<In, Out> {
  return {
    opened: () => change(peer.opened()),
    encode: (input) => change(peer.encode(input)),
    decode: (frame) => change(peer.decode(frame)),
    closed: (info) => change(peer.closed(info)),
  };
}

function reworded(frame: Frame, from: string, to: string): Frame {
  return frame.kind === 'text' ? { kind: 'text', text: frame.text.replace(from, to) } : frame;
}

/** A peer that has another word for something, in both directions: two of them understand each other perfectly. */
export function secretly<In, Out>(peer: Peer<In, Out>, from: string, to: string): Peer<In, Out> {
  const out = (step: Step<Out>) => ({ ...step, frames: step.frames.map((frame) => reworded(frame, from, to)) });
  return { ...altered(peer, out), decode: (frame) => out(peer.decode(reworded(frame, to, from))) };
}

/** One test for each: some transcript shows what is wrong, in the way that is named. */
export function rejects(broken: readonly Broken[], fixtures: readonly Fixture[]): void {
  it.each(broken)('$what', ({ service, way }) => {
    const found = fixtures.flatMap((fixture) => checkFixture(service, fixture));
    expect(found.map((mismatch) => mismatch.way)).toContain(way);
  });
}
