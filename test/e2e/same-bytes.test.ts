import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DialectName, dialects } from '../../src/cli/dialects.ts';
import { checkFixture } from '../dialects/contract.ts';
import { type Served, scratch, serve, vox } from '../support/vox.ts';
import { parseTrace } from '../support/wire-fixture.ts';

/** Two paragraphs, a sentence that comes twice, and what sentence cutters stumble over. */
const text = 'Dr. Smith paid 3.14 dollars. Why? Nobody knows.\n\nNobody knows. That is the end, more or less.';

const folder = scratch();
const at = (name: string) => join(folder.path, name);

/** The servers that there are to speak through, by what they do. */
const servers: Record<string, string[]> = {
  plain: [],
  'JSON audio': ['--slng-audio', 'json'],
  "Deepgram's casing": ['--slng-case', 'deepgram'],
};
const served = new Map<string, Served>();

let reference: Buffer;
beforeAll(async () => {
  await Promise.all(
    Object.entries(servers).map(async ([name, args]) => {
      served.set(name, await serve(args));
    }),
  );
  const ran = await vox(['synth', '--quiet', '-o', at('reference.pcm'), text]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  reference = readFileSync(at('reference.pcm'));
  writeFileSync(at('text.txt'), text);
});
afterAll(async () => {
  for (const server of served.values()) expect(await server.stop()).toBe(0);
  folder.remove();
});

const sources = { file: ['-f', at('text.txt')], stdin: [], dash: ['-f', '-'], argument: [text] };

interface Way {
  readonly what: string;
  readonly args?: string[];
  readonly server?: string;
  /** SLNG's unless told. */
  readonly dialect?: DialectName;
  /** A header is read out of the sound, of which a trace has but the length and a hash: it cannot be replayed. */
  readonly readsSound?: boolean;
  /** Where the text comes from; as an argument unless told. */
  readonly from?: keyof typeof sources;
}

const ways: Way[] = [
  { what: 'in this process, once more' },
  { what: 'flushed at each sentence', args: ['--flush', 'sentence'] },
  { what: 'flushed at each paragraph', args: ['--flush', 'paragraph'] },
  { what: 'flushed at the end', args: ['--flush', 'end'] },
  { what: 'from a file', from: 'file' },
  { what: 'from stdin', from: 'stdin' },
  { what: 'from stdin, as -f -', from: 'dash' },
  { what: 'vox serve', server: 'plain' },
  { what: 'vox serve, the bridge', server: 'plain', args: ['--route', 'bridge'] },
  { what: 'vox serve, a direct route', server: 'plain', args: ['--route', 'direct'] },
  { what: 'vox serve, another model', server: 'plain', args: ['--model', 'slng/rime/arcana:3-en'] },
  { what: 'vox serve, a flush at each sentence', server: 'plain', args: ['--flush', 'sentence', '--route', 'bridge'] },
  { what: 'vox serve, JSON audio', server: 'JSON audio' },
  { what: 'vox serve, JSON audio on the bridge', server: 'JSON audio', args: ['--route', 'bridge'] },
  { what: "vox serve, Deepgram's casing", server: "Deepgram's casing" },
  { what: "vox serve, Deepgram's casing, flushed often", server: "Deepgram's casing", args: ['--flush', 'sentence'] },
  { what: 'vox serve, as Deepgram', server: 'plain', dialect: 'deepgram' },
  {
    what: 'vox serve, as Deepgram, flushed often',
    server: 'plain',
    dialect: 'deepgram',
    args: ['--flush', 'sentence'],
  },
  {
    what: 'vox serve, as Deepgram, flushed at the end',
    server: 'plain',
    dialect: 'deepgram',
    args: ['--flush', 'end'],
  },
  { what: 'vox serve, as Deepgram, from stdin', server: 'plain', dialect: 'deepgram', from: 'stdin' },
  { what: 'vox serve, as Telnyx', server: 'plain', dialect: 'telnyx' },
  { what: 'vox serve, as Telnyx, flushed often', server: 'plain', dialect: 'telnyx', args: ['--flush', 'sentence'] },
  {
    what: 'vox serve, as Telnyx, in a WAV',
    ...{ server: 'plain', dialect: 'telnyx', args: ['--param', 'audio_format=wav'], readsSound: true },
  },
  { what: 'vox serve, as Telnyx, from stdin', server: 'plain', dialect: 'telnyx', from: 'stdin' },
];

describe('the same text gives the same bytes', () => {
  it('which are those of its sentences, one after another', async () => {
    const sentences = text.match(/.+?(?:(?<!Dr)[.?](?= |\n|$))/g) ?? [];
    expect(sentences.length).toBe(5);
    const made: Buffer[] = [];
    for (const sentence of sentences) {
      await vox(['synth', '--quiet', '-o', at('sentence.pcm'), sentence.trim()]);
      made.push(readFileSync(at('sentence.pcm')));
    }
    expect(Buffer.concat(made).equals(reference)).toBe(true);
  });

  it.each(ways)('$what', async ({ args = [], server, dialect, readsSound, from = 'argument' }) => {
    const provider = dialect === undefined ? [] : ['--provider', dialect];
    const endpoint = server === undefined ? [] : ['--endpoint', served.get(server)?.wsUrl ?? '', ...provider];
    const trace = at('trace.jsonl');
    const ran = await vox(
      ['synth', '--quiet', '-o', at('made.pcm'), '--trace', trace, ...endpoint, ...args, ...sources[from]],
      from === 'stdin' || from === 'dash' ? { input: text } : {},
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(at('made.pcm')).equals(reference)).toBe(true);
    // And what crossed the wire is a transcript that the codec's suite can replay.
    const [fixture, ...more] = parseTrace('trace.jsonl', readFileSync(trace, 'utf8'));
    if (!fixture) throw new Error('the trace is empty');
    expect(more).toEqual([]);
    expect(fixture.lines.length).toBeGreaterThan(10);
    if (readsSound) return;
    const { speak } = await dialects[dialect ?? 'slng']();
    expect(checkFixture(speak, fixture)).toEqual([]);
  });

  it('and a trace in which a frame is missing does not replay', async () => {
    await vox(['synth', '--quiet', '-o', at('made.pcm'), '--trace', at('trace.jsonl'), text]);
    const content = readFileSync(at('trace.jsonl'), 'utf8');
    const without = content.replace(/^.*"dir":"c>s".*"flush".*\n/im, '');
    expect(without).not.toBe(content);
    const [fixture] = parseTrace('trace.jsonl', without);
    const { speak } = await dialects.slng();
    expect(fixture && checkFixture(speak, fixture)).not.toEqual([]);
  });
});
