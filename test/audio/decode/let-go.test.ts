import { expect, it } from 'vitest';
import { letGo } from '../../../src/audio/decode/let-go.ts';

const breaking = (error: Error) => ({
  free() {
    throw error;
  },
});

/** A trap, as WebAssembly makes it: `unreachable` is all that this module does when it starts. */
function trap(): Error {
  const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 5, 1, 3, 0, 0, 11];
  try {
    const { Module, Instance } = WebAssembly;
    new Instance(new Module(Uint8Array.from(bytes)), {});
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
  }
  throw new Error('it started');
}

it('bears that the WebAssembly of a decoder has broken down', () => {
  expect(() => letGo(breaking(trap()))).not.toThrow();
});

it('and nothing else', () => {
  expect(() => letGo(breaking(new Error('no such function')))).toThrow('no such function');
});
