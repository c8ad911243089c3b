import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summedUp } from '../../src/bench/assemble.ts';
import { readDocument } from '../../src/bench/read-document.ts';
import { SpeechError } from '../../src/errors.ts';
import { raw, row, rows, thrownBy } from './made.ts';

const low = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const written = (document = summedUp(raw(rows(low)))) => JSON.stringify(document);

describe('readDocument', () => {
  it('gives back what was summed up', () => {
    const made = [
      ...rows(low),
      row(10, { ok: false, error: { code: 'E_TIMEOUT', message: 'nothing' } }),
      row(11, {
        cached: true,
        tls: 'TLSv1.3 X',
        address: '[::1]:1',
        requestId: 'r',
        impossible: ['ttfbMs'],
        intendedAtMs: 3,
      }),
    ];
    const document = summedUp(raw(made));
    expect(summedUp(readDocument(JSON.stringify(document), 'a.json'))).toEqual(document);
  });

  it.each([
    ['not JSON', '{', 'a.json is not JSON'],
    ['something else', '{"a":1}', 'is no result of vox bench'],
    ['null', 'null', 'is no result of vox bench'],
    [
      'a newer version',
      written().replace('"schemaVersion":1', '"schemaVersion":2'),
      'schema version 2, and this vox knows 1',
    ],
    ['other metrics', written().replace('"metrics":2', '"metrics":1'), 'version 1 of the metrics'],
    ['a run without its target', written().replace('"target":"a","prompt"', '"prompt"'), 'damaged at runs.0'],
    ['a figure that is a word', written().replace('"ttfaMs":10', '"ttfaMs":"ten"'), 'damaged at runs.0'],
    [
      'an unknown error',
      written(summedUp(raw([row(0, { ok: false, error: { code: 'E_AUTH', message: '' } })]))).replace(
        '"E_AUTH"',
        '"E_NONE"',
      ),
      'damaged',
    ],
    ['a time that is none', written().replaceAll('2026-11-26T10:00:00.000Z', 'noon'), 'damaged at startedAt: no time'],
    [
      'a run of a machine that is not there',
      written().replace('"machine":0', '"machine":1'),
      'machine of run 0 is not',
    ],
    [
      'a run of a target that is not there',
      written().replace('"id":"a","provider"', '"id":"b","provider"'),
      'of run 0 is not',
    ],
    ['no plan', written().replace('"plan"', '"plans"'), 'damaged at plan'],
  ])('refuses %s in words', (_, json, says) => {
    const thrown = thrownBy(() => readDocument(json, 'a.json'));
    expect(thrown).toMatchObject({ code: 'E_FILE' });
    expect(String(thrown)).toContain(says);
  });

  it('takes words that were counted in another way only where none were', () => {
    const json = (kind: 'tts' | 'stt') =>
      written(summedUp(raw(rows(low), { kind }))).replace('"voxwire-en/1"', '"voxwire-en/0"');
    expect(readDocument(json('tts'), 'a.json').rows).toHaveLength(10);
    expect(String(thrownBy(() => readDocument(json('stt'), 'a.json')))).toContain(
      'a.json was made with the word normaliser voxwire-en/0, and this vox has voxwire-en/1',
    );
  });

  it('never throws anything else, whatever is done to a document', () => {
    const json = written();
    const cut = fc.record({ at: fc.nat(json.length), length: fc.nat(40), put: fc.string({ maxLength: 10 }) });
    fc.assert(
      fc.property(cut, ({ at, length, put }) => {
        const thrown = thrownBy(() =>
          summedUp(readDocument(json.slice(0, at) + put + json.slice(at + length), 'a.json')),
        );
        expect(thrown === undefined || thrown instanceof SpeechError).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
