import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fileOutput, stdoutOutput } from '../../src/cli/transcript-output.ts';
import type { TranscriptKind } from '../../src/report/transcript/writer.ts';
import type { Segment } from '../../src/speech/listen.ts';
import { scratchDirectory } from '../audio/scratch.ts';
import { ManualClock } from '../support/manual-clock.ts';

const scratch = scratchDirectory();
const running = () => ({ clock: new ManualClock(), signal: new AbortController().signal });
const segment: Segment = { text: 'Hello.', startMs: 0, endMs: 1000, endOfUtterance: true, forced: false };
const summary = { file: 'a.wav', durationMs: 1000, provider: 'local' };
const options = { charsPerLine: 42 };

const read = (name: string) => readFile(scratch.file(name), 'utf8');
const open = (name: string, kind: TranscriptKind) =>
  fileOutput(scratch.file(name), { path: scratch.file(name), kind }, options, running());

describe('fileOutput', () => {
  it('gives the file its name when it is whole', async () => {
    const output = await open('a.txt', 'text');
    await output.push(segment);
    expect(await readdir(scratch.path)).not.toContain('a.txt');
    await output.end(summary);
    expect(await readdir(scratch.path)).toEqual(['a.txt']);
    expect(await read('a.txt')).toBe('Hello.\n');
  });

  it('writes a file in which nothing is said', async () => {
    await (await open('a.vtt', 'vtt')).end(summary);
    expect(await read('a.vtt')).toMatch(/^WEBVTT\n/);
    await (await open('a.json', 'json')).end(summary);
    expect(JSON.parse(await read('a.json'))).toMatchObject({ file: 'a.wav', text: '', segments: [] });
  });

  it('keeps under another name what a failure left, and the old file as it was', async () => {
    await writeFile(scratch.file('a.srt'), 'old');
    const output = await open('a.srt', 'srt');
    await output.push(segment);
    expect(await output.keep(summary)).toBe(scratch.file('a.partial.srt'));
    expect(await read('a.partial.srt')).toBe('1\n00:00:00,000 --> 00:00:01,000\nHello.\n\n');
    expect(await read('a.srt')).toBe('old');
  });

  it('has an ending for a name that has none', async () => {
    const output = await open('transcript', 'text');
    await output.push(segment);
    expect(await output.keep(summary)).toBe(scratch.file('transcript.partial.txt'));
  });

  it('leaves nothing where nothing was heard', async () => {
    const output = await open('a.json', 'json');
    expect(await output.keep(summary)).toBeUndefined();
    expect(await readdir(scratch.path)).toEqual([]);
  });

  it('says at once that a file cannot be written', async () => {
    await expect(open('no/such/a.txt', 'text')).rejects.toMatchObject({ code: 'E_FILE' });
  });
});

describe('stdoutOutput', () => {
  const opened = (kind: TranscriptKind, together: boolean) => {
    const written: string[] = [];
    const io = { stdout: { write: (text: string) => written.push(text) } };
    const hearing = { makeRoom: () => written.push('(room)') };
    const whole: string[] = [];
    const tools = { io, reporter: { hearing }, ...(together && { together: (text: string) => whole.push(text) }) };
    return { output: stdoutOutput({ path: undefined, kind }, options, tools), written, whole };
  };

  it('writes as it is heard, and makes room for each', async () => {
    const { output, written } = opened('text', false);
    await output.push(segment);
    expect(written).toEqual(['(room)', 'Hello.\n']);
    await output.end(summary);
    expect(written).toEqual(['(room)', 'Hello.\n']);
  });

  it('gives all at its end, where others are heard at the same time', async () => {
    const { output, written, whole } = opened('text', true);
    await output.push(segment);
    await output.push(segment);
    expect(whole).toEqual([]);
    await output.end(summary);
    expect(whole).toEqual(['Hello.\nHello.\n']);
    expect(written).toEqual([]);
  });

  it('ends what a failure left, so that it can be read, and says nothing where nothing was heard', async () => {
    const { output, whole } = opened('json', true);
    await output.push(segment);
    expect(await output.keep(summary)).toBeUndefined();
    expect(JSON.parse(whole[0] ?? '')).toMatchObject({ text: 'Hello.' });
    const silent = opened('json', false);
    await silent.output.keep(summary);
    expect(silent.written).toEqual([]);
  });
});
