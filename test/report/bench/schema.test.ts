import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { figureNames } from '../../../src/metrics/figures.ts';
import { renderBench } from '../../../src/report/bench/index.ts';
import { root } from '../../support/vox.ts';
import { madeUpDocument } from './made-up.ts';

const schema = JSON.parse(readFileSync(join(root, 'docs', 'bench-schema.json'), 'utf8'));
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false }).compile(
  schema,
);

/** What is wrong with it, as `place keyword`. */
function faults(value: unknown): string[] {
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

function written(wish: Parameters<typeof madeUpDocument>[0] = {}) {
  return JSON.parse([...renderBench('json', madeUpDocument(wish))].join(''));
}

describe('docs/bench-schema.json', () => {
  it.each([
    ['text to speech', { kind: 'tts' as const }],
    ['speech to text', { kind: 'stt' as const }],
    ['a round trip', { kind: 'roundtrip' as const }],
    ['one target, few runs', { targets: 1, runs: 3 }],
    ['no run at all', { targets: 1, runs: 0 }],
  ])('takes %s', (_, wish) => {
    expect(faults(written(wish))).toEqual([]);
  });

  it('names every figure, in a run and in a summary', () => {
    expect(schema.$defs.figureName.enum).toEqual(figureNames);
    expect(Object.keys(schema.$defs.run.properties)).toEqual(expect.arrayContaining(figureNames));
  });

  it.each([
    ['another schema', { schema: 'other' }, '/schema const'],
    ['another version', { schemaVersion: 2 }, '/schemaVersion const'],
    ['an unknown kind', { kind: 'asr' }, '/kind enum'],
    ['an unknown part', { extra: 1 }, ' additionalProperties'],
    ['no machine', { machines: [] }, '/machines minItems'],
    ['a local time', { startedAt: '2026-11-26T09:10:11+01:00' }, '/startedAt pattern'],
    ['no runs', { runs: undefined }, ' required'],
  ])('refuses %s', (_, change, fault) => {
    const document = { ...written(), ...change };
    expect(faults(JSON.parse(JSON.stringify(document)))).toContain(fault);
  });

  it.each([
    ['a figure that is text', { ttfaMs: '214' }, '/runs/0/ttfaMs type'],
    ['a figure that nobody knows', { ttfzMs: 214 }, '/runs/0 additionalProperties'],
    ['a failure without an error', { ok: false }, '/runs/0 required'],
    ['an error of a run that did not fail', { error: { code: 'E_TIMEOUT', message: '' } }, '/runs/0 not'],
    ['a connection of another kind', { connection: 'cold' }, '/runs/0/connection enum'],
  ])('refuses a run with %s', (_, change, fault) => {
    const document = written();
    expect(document.runs[0].ok).toBe(true);
    document.runs[0] = { ...document.runs[0], ...change };
    expect(faults(document)).toContain(fault);
  });

  it('refuses a summary of an unknown figure, and one without a count', () => {
    const document = written();
    document.series[0].summary = { ttfzMs: { count: 1, mean: 1, min: 1, max: 1 }, ttfaMs: { mean: 1, min: 1, max: 1 } };
    expect(faults(document)).toEqual(
      expect.arrayContaining(['/series/0/summary propertyNames', '/series/0/summary/ttfaMs required']),
    );
  });
});
