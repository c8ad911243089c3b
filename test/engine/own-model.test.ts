import { expect, it } from 'vitest';
import { isOwnModel } from '../../src/engine/own-model.ts';

const names = new Set(['flite', 'local']);

it.each([
  ['flite', true],
  ['local', true],
  ['local/flite', true],
  ['flite/local', false],
  ['slng/deepgram/aura:2-en', false],
  ['', false],
])('%s: %s', (model, own) => {
  expect(isOwnModel(model, names)).toBe(own);
});
