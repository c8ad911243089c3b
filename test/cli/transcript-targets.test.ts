import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { pace } from '../../src/cli/hear-flags.ts';
import { endingOf, formatKind, targetOf, transcriptKindNames } from '../../src/cli/transcript-targets.ts';

const all = ['text', 'srt', 'vtt', 'json'] as const;

describe('targetOf', () => {
  it.each([
    ['a.txt', 'text'],
    ['a.text', 'text'],
    ['a.SRT', 'srt'],
    ['dir.json/a.vtt', 'vtt'],
    ['a.webvtt', 'vtt'],
    ['a.json', 'json'],
    ['a', 'text'],
    ['/dev/full', 'text'],
  ])('%s is %s', (path, kind) => {
    expect(targetOf(path, undefined, all)).toEqual({ path, kind });
  });

  it('takes --format for what has no ending, and for stdout', () => {
    expect(targetOf('a', 'srt', all).kind).toBe('srt');
    expect(targetOf('a.txt', 'srt', all).kind).toBe('text');
    for (const path of ['-', '/dev/stdout'])
      expect(targetOf(path, 'vtt', all)).toEqual({ path: undefined, kind: 'vtt' });
  });

  it('refuses what it does not write, and names what it does', () => {
    expect(() => targetOf('a.doc', undefined, all)).toThrow(
      expect.objectContaining({ code: 'E_USAGE', todo: 'use one of: .txt, .srt, .vtt, .json' }),
    );
    expect(() => targetOf('a.json', undefined, ['text', 'srt', 'vtt'])).toThrow(/\.json/);
  });
});

describe('the kinds of transcripts', () => {
  it('have an ending each, which means them', () => {
    expect(transcriptKindNames).toEqual([...all]);
    for (const kind of all) expect(targetOf(`a.${endingOf(kind)}`, undefined, all).kind).toBe(kind);
  });

  it('are text where nothing is said', () => {
    expect(formatKind(undefined)).toBe('text');
    expect(formatKind('srt')).toBe('srt');
  });
});

describe('--pace', () => {
  it.each([
    ['fast', 'fast'],
    ['realtime', 1],
    ['1.25', 1.25],
    ['0.1', 0.1],
    ['100', 100],
  ])('%s is %s', (text, value) => {
    expect(pace(text)).toBe(value);
  });

  it.each(['', 'quick', '0', '0.05', '101', 'NaN', '1x', '-1', 'Infinity'])('refuses %j', (text) => {
    expect(() => pace(text)).toThrow(InvalidArgumentError);
  });
});
