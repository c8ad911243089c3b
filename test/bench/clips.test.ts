import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesIn, clipMs } from '../../src/bench/clip-frames.ts';
import { builtInClips, clipOfFile, clipSets, readLabels, varyClip } from '../../src/bench/clips.ts';
import type { Clip } from '../../src/bench/material.ts';
import { SpeechError } from '../../src/errors.ts';
import { audibleBounds } from '../../src/metrics/audible-bounds.ts';
import { normalise } from '../../src/metrics/normaliser.ts';
import { bytesPerMs, format, samplesOf } from '../support/fake-listen.ts';

const loud = 4000;

/** A voice that is silent for a while before and behind each text: 10 ms a character. */
async function spoken(text: string): Promise<Uint8Array> {
  return Buffer.concat([samplesOf(300, 0), samplesOf(10 * text.length, loud), samplesOf(250, 0)]);
}

function at(clip: Clip | undefined, fromMs: number, toMs: number) {
  const { bytes = new Uint8Array(0) } = clip ?? {};
  return audibleBounds(format, bytes.subarray(fromMs * bytesPerMs, toMs * bytesPerMs));
}

describe('built-in clips', () => {
  it('are of three sets, and say everyday words that are known', async () => {
    const clips = await builtInClips(clipSets, format, spoken);
    expect(clipSets).toEqual(['short', 'sentence', 'pause']);
    for (const set of clipSets) expect(clips.filter((clip) => clip.set === set).length).toBeGreaterThanOrEqual(4);
    expect(new Set(clips.map(({ id }) => id)).size).toBe(clips.length);
    expect(new Set(clips.map(({ reference }) => reference)).size).toBe(clips.length);
    // The normaliser changes nothing of them: there is one way to write what they say.
    for (const { reference = '' } of clips) expect(normalise(reference).join(' ')).toBe(reference);
  });

  it('are only those that were asked for', async () => {
    const asked: string[] = [];
    const clips = await builtInClips(['short'], format, (text) => {
      asked.push(text);
      return spoken(text);
    });
    expect(asked).toEqual(clips.map(({ reference }) => reference));
    expect(clips.every(({ set, pauses }) => set === 'short' && pauses === undefined)).toBe(true);
  });

  it('begin with 250 ms of silence, whatever the voice does, and end 50 ms behind the speech', async () => {
    const [clip] = await builtInClips(['short'], format, spoken);
    const speechMs = 10 * (clip?.reference ?? '').length;
    expect(clip && clipMs(clip)).toBe(250 + speechMs + 50);
    expect(audibleBounds(format, clip?.bytes ?? samplesOf(1, 0))).toEqual({ startMs: 250, endMs: 250 + speechMs });
  });

  it('have a pause of 700 ms between what is audible, labelled to the ms', async () => {
    const [clip] = await builtInClips(['pause'], format, spoken);
    const firstMs = 10 * 'we want a room for two nights'.length;
    const lastMs = 10 * 'and a table for dinner on friday'.length;
    const pause = { startMs: 250 + firstMs, endMs: 950 + firstMs };
    expect(clip?.pauses).toEqual([pause]);
    expect(clip?.reference).toBe('we want a room for two nights and a table for dinner on friday');
    expect(at(clip, pause.startMs, pause.endMs)).toBeUndefined();
    expect(at(clip, pause.startMs - 10, pause.startMs)).toEqual({ startMs: 0, endMs: 10 });
    expect(at(clip, pause.endMs, pause.endMs + 10)).toEqual({ startMs: 0, endMs: 10 });
    expect(clip && clipMs(clip)).toBe(pause.endMs + lastMs + 50);
  });

  it('have it of a voice, too, that leaves no silence', async () => {
    const [clip] = await builtInClips(['pause'], format, async (text) => samplesOf(10 * text.length, loud));
    const [pause] = clip?.pauses ?? [];
    expect(pause).toEqual({ startMs: 540, endMs: 1240 });
    expect(at(clip, 540, 1240)).toBeUndefined();
    expect(at(clip, 530, 1250)).toEqual({ startMs: 0, endMs: 720 });
  });
});

describe('a variation', () => {
  const clip: Clip = {
    ...{ id: 'a', set: 'own', format, reference: 'so' },
    bytes: samplesOf(100, loud),
    pauses: [{ startMs: 20, endMs: 60 }],
  };

  it('has 10 ms more of silence in front for each number, and its pauses where they then are', () => {
    const varied = varyClip(clip, 3);
    expect(varied).toMatchObject({ id: 'a', set: 'own', reference: 'so', pauses: [{ startMs: 50, endMs: 90 }] });
    expect(varied.bytes).toEqual(Buffer.concat([samplesOf(30, 0), samplesOf(100, loud)]));
    expect(clip.pauses).toEqual([{ startMs: 20, endMs: 60 }]);
  });

  it('0 is the clip as it stands', () => {
    expect(varyClip(clip, 0)).toBe(clip);
  });

  it('is like no other', () => {
    const all = Array.from({ length: 20 }, (_, n) => Buffer.from(varyClip(clip, n).bytes).toString('base64'));
    expect(new Set(all).size).toBe(20);
  });

  it('of one without pauses has none, and is of whole samples in any rate', () => {
    const odd = { ...format, sampleRateHz: 22_050 };
    const varied = varyClip({ id: 'b', set: 'own', format: odd, bytes: samplesOf(10, loud) }, 1);
    expect(varied).not.toHaveProperty('pauses');
    expect(varied.bytes.length - samplesOf(10, loud).length).toBe(bytesIn(odd, 10));
    expect(bytesIn(odd, 10)).toBe(442);
  });
});

describe('a reference', () => {
  it.each([
    ['a.txt', ' Hello there.\n', { reference: 'Hello there.' }],
    ['a.txt', '\uFEFFHello', { reference: 'Hello' }],
    ['notes', '{"text": "so"}', { reference: '{"text": "so"}' }],
    ['a.json', '{"text": " so "}', { reference: 'so' }],
    ['a.JSON', '\uFEFF{"text": "so", "pauses": []}', { reference: 'so', pauses: [] }],
    [
      'a.json',
      '{"text": "so", "by": 1, "pauses": [{"startMs": 0, "endMs": 5.5}, {"startMs": 5.5, "endMs": 9, "why": "um"}]}',
      {
        reference: 'so',
        pauses: [
          { startMs: 0, endMs: 5.5 },
          { startMs: 5.5, endMs: 9 },
        ],
      },
    ],
  ])('%s: %s', (name, content, labels) => {
    expect(readLabels(content, name)).toEqual(labels);
  });

  it.each([
    ['', 'is not JSON'],
    ['{"text": "so"', 'is not JSON'],
    ['null', 'has no "text"'],
    ['[]', 'has no "text"'],
    ['{"text": 7}', 'has no "text"'],
    ['{"text": "  "}', 'has an empty text'],
    ['{"text": "so", "pauses": null}', 'has "pauses" that are no list'],
    ['{"text": "so", "pauses": {"startMs": 1}}', 'has "pauses" that are no list'],
    ['{"text": "so", "pauses": [7]}', 'has a pause that is no'],
    ['{"text": "so", "pauses": [{"startMs": 1}]}', 'has a pause that is no'],
    ['{"text": "so", "pauses": [{"startMs": "1", "endMs": 2}]}', 'has a pause that is no'],
    ['{"text": "so", "pauses": [{"startMs": 1, "endMs": 1}]}', 'has a pause that is no'],
    ['{"text": "so", "pauses": [{"startMs": -1, "endMs": 1}]}', 'has a pause that is no'],
    ['{"text": "so", "pauses": [{"startMs": 1, "endMs": 1e999}]}', 'has a pause that is no'],
    [
      '{"text": "so", "pauses": [{"startMs": 5, "endMs": 9}, {"startMs": 1, "endMs": 2}]}',
      'has pauses that are not one behind the other',
    ],
    [
      '{"text": "so", "pauses": [{"startMs": 5, "endMs": 9}, {"startMs": 8, "endMs": 12}]}',
      'has pauses that are not one behind the other',
    ],
  ])('refuses %s', (content, why) => {
    expect(() => readLabels(content, 'my.json')).toThrow(
      expect.objectContaining({ code: 'E_FILE', message: expect.stringContaining(`my.json ${why}`) }),
    );
  });

  it('refuses a text without a character', () => {
    expect(() => readLabels(' \n', 'my.txt')).toThrow(/my\.txt has an empty text/);
  });

  it('whatever is in it: labels in order, or E_FILE', () => {
    const near = fc.record(
      {
        text: fc.oneof(fc.string(), fc.jsonValue()),
        pauses: fc.oneof(
          fc.array(fc.record({ startMs: fc.double(), endMs: fc.double() }, { requiredKeys: [] })),
          fc.array(fc.record({ startMs: fc.nat(99), endMs: fc.nat(99) }), { maxLength: 3 }),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    );
    const content = fc.oneof(
      fc.string(),
      fc.json(),
      near.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(content, fc.constantFrom('a.json', 'a.txt'), (written, name) => {
        let labels: ReturnType<typeof readLabels>;
        try {
          labels = readLabels(written, name);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SpeechError);
          expect(thrown).toMatchObject({ code: 'E_FILE' });
          return;
        }
        expect(labels.reference).toMatch(/\S/);
        let lastMs = 0;
        for (const { startMs, endMs } of labels.pauses ?? []) {
          expect(startMs).toBeGreaterThanOrEqual(lastMs);
          expect(endMs).toBeGreaterThan(startMs);
          lastMs = endMs;
        }
        expect(lastMs).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a recording of the user’s', () => {
  const recording = { id: 'a.wav', set: 'audio', format, bytes: samplesOf(100, loud) };

  it('is a clip with what is known of it', () => {
    expect(clipOfFile(recording)).toEqual(recording);
    const labels = { reference: 'so', pauses: [{ startMs: 20, endMs: 100 }] };
    expect(clipOfFile(recording, labels)).toEqual({ ...recording, ...labels });
  });

  it('must hold something, and its pauses', () => {
    const empty = { ...recording, bytes: new Uint8Array(0) };
    expect(() => clipOfFile(empty)).toThrow(
      expect.objectContaining({ code: 'E_AUDIO', message: 'there is no audio in a.wav' }),
    );
    const beyond = { reference: 'so', pauses: [{ startMs: 20, endMs: 101 }] };
    expect(() => clipOfFile(recording, beyond)).toThrow(
      expect.objectContaining({ code: 'E_FILE', message: 'a pause ends at 101 ms, and a.wav is 100 ms long' }),
    );
  });
});
