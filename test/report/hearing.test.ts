import { beforeAll, describe, expect, it } from 'vitest';
import type { ListenReport } from '../../src/metrics/listen-report.ts';
import { pooledErrors, wordErrors } from '../../src/metrics/wer.ts';
import { createReporter, type ReporterOptions } from '../../src/report/reporter.ts';
import { createTranscriptWriter } from '../../src/report/transcript/writer.ts';
import type { Segment } from '../../src/speech/listen.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { Pipe, Screen, until } from './screen.ts';

// Read from the disk before anything waits for it: a moving line appears once it is loaded.
beforeAll(() => import('ora'));

function setup(changes: Partial<ReporterOptions> = {}) {
  const stdout = new Pipe();
  const stderr = new Pipe();
  const clock = new ManualClock();
  const base = { stdout, stderr, clock, mode: 'human', jsonTo: 'stdout', color: false, interactive: false } as const;
  return { stdout, stderr, clock, reporter: createReporter({ ...base, ...changes }) };
}

const segment: Segment = {
  text: 'Hello there.',
  startMs: 500,
  endMs: 1400,
  endOfUtterance: true,
  forced: false,
  latencyMs: 92,
  confidence: 0.9,
  words: [{ text: 'hello', startMs: 500, endMs: 800 }],
};
const report: ListenReport = { ended: 'done', audioMs: 2000, segments: 1, words: 2, bytes: 64_000, chunks: 40 };

describe('as JSON', () => {
  it('recognition is an event a line', () => {
    const { reporter, stdout, stderr } = setup({ mode: 'json' });
    const { hearing } = reporter;
    hearing.speechStarted({ atMs: 480 });
    hearing.interim({ text: 'hello', startMs: 500 }, { input: 'a.wav', channel: 0 });
    hearing.level(-20);
    hearing.final(segment, { input: 'a.wav' });
    hearing.final({ ...segment, channel: 1 });
    hearing.utteranceEnd({ lastWordEndMs: 1400 }, { channel: 1 });
    hearing.heard(report, { input: 'a.wav', outputs: ['a.srt', 'a.vtt'], provider: 'local' });
    expect(stdout.lines.map((line) => JSON.parse(line))).toEqual([
      { event: 'speechStarted', atMs: 480 },
      { event: 'interim', input: 'a.wav', channel: 0, text: 'hello', startMs: 500 },
      { event: 'final', input: 'a.wav', ...segment },
      { event: 'final', ...segment, channel: 1 },
      { event: 'utteranceEnd', channel: 1, lastWordEndMs: 1400 },
      { event: 'heard', ...report, input: 'a.wav', outputs: ['a.srt', 'a.vtt'], provider: 'local' },
    ]);
    expect(stderr.text).toBe('');
  });

  it('goes where JSON goes, and nothing is redrawn, even at a terminal', async () => {
    const stderr = new Screen();
    const { reporter, clock } = setup({ mode: 'json', jsonTo: 'stderr', stderr, interactive: true });
    reporter.hearing.level(-10);
    reporter.hearing.interim({ text: 'hello' });
    await clock.advance(1000);
    expect(stderr.raw).toBe('{"event":"interim","text":"hello"}\n');
  });

  it('hides what must not be shown', () => {
    const { reporter, stdout } = setup({ mode: 'json', hide: (text) => text.replaceAll('a-key', 'KEY') });
    reporter.hearing.interim({ text: 'my a-key' });
    reporter.hearing.final({ ...segment, text: 'my a-key' });
    expect(stdout.text).not.toContain('a-key');
  });
});

describe('for a person', () => {
  it('says the figures of a session in a line on stderr, and nothing else', () => {
    const { reporter, stdout, stderr } = setup();
    reporter.hearing.speechStarted({});
    reporter.hearing.interim({ text: 'hello' });
    reporter.hearing.level(-10);
    reporter.hearing.final(segment);
    reporter.hearing.utteranceEnd({});
    reporter.hearing.heard(report, { input: 'a.wav' });
    reporter.hearing.heard(report);
    expect(stderr.lines).toEqual(['a.wav  2.00 s of audio · 2 words', '2.00 s of audio · 2 words']);
    expect(stdout.text).toBe('');
  });

  it.each([
    ['where nobody looks', { interactive: false }],
    ['quietly', { mode: 'quiet' }],
  ] as const)('redraws nothing %s', async (_, changes) => {
    const stderr = new Screen();
    const { reporter, clock } = setup({ stderr, interactive: true, ...changes });
    reporter.hearing.interim({ text: 'hello' });
    await clock.advance(1000);
    reporter.hearing.final(segment);
    expect(stderr.raw).toBe('');
    expect(clock.pending).toBe(0);
  });

  it('redraws nothing in a pipe that is taken for a terminal', () => {
    const { reporter, stderr } = setup({ interactive: true });
    reporter.hearing.interim({ text: 'hello' });
    expect(stderr.text).toBe('');
  });
});

/** What `vox listen` does with a final. */
function finish(
  setup: { reporter: ReturnType<typeof createReporter> },
  out: { write(text: string): unknown },
  text: string,
) {
  setup.reporter.hearing.final({ ...segment, text });
  out.write(createTranscriptWriter('text').push({ ...segment, text, words: [] }));
}

describe('at a terminal', () => {
  it('finals stay, and the interim is redrawn below them, on the same terminal', async () => {
    const screen = new Screen(40);
    const parts = setup({ stdout: screen, stderr: screen, interactive: true });
    const { hearing } = parts.reporter;
    hearing.level(-30);
    hearing.interim({ text: 'hello th' });
    await parts.clock.advance(100);
    expect(screen.shown).toEqual(['▅ · hello th']);
    finish(parts, screen, 'Hello there.');
    expect(screen.shown).toEqual(['Hello there.']);
    await parts.clock.advance(100);
    expect(screen.shown).toEqual(['Hello there.', '▅']);
    hearing.interim({ text: 'how' });
    finish(parts, screen, 'How are you?');
    parts.reporter.warning({ code: 'c', message: 'm' });
    await parts.clock.advance(100);
    expect(screen.shown).toEqual(['Hello there.', 'How are you?', 'vox: warning: m [c]', '▅']);
    await parts.reporter.done();
    expect(screen.shown).toEqual(['Hello there.', 'How are you?', 'vox: warning: m [c]']);
    expect(parts.clock.pending).toBe(0);
  });

  it('a file gets finals alone', async () => {
    const screen = new Screen(40);
    const parts = setup({ stderr: screen, interactive: true });
    parts.reporter.hearing.interim({ text: 'hello th' });
    await parts.clock.advance(100);
    finish(parts, parts.stdout, 'Hello there.');
    await parts.clock.advance(100);
    expect(parts.stdout.text).toBe('Hello there.\n');
    expect(screen.shown).toEqual([]);
  });

  it.each(['before', 'after'])('has one moving line, not two, whichever is first: the progress %s', async (when) => {
    const screen = new Screen(60);
    const { reporter, clock } = setup({ stderr: screen, interactive: true });
    const progress = () => reporter.progress({ done: 1, total: 2, unit: 'files' });
    if (when === 'before') {
      progress();
      await clock.advance(1000);
      await until(() => screen.raw.includes('1/2 files'), 'the moving line appears');
    }
    reporter.hearing.interim({ text: 'hello' });
    progress();
    await clock.advance(5000);
    expect(screen.shown).toEqual(['hello']);
    expect(clock.pending).toBe(0);
    await reporter.done();
    expect(screen.shown).toEqual([]);
  });

  it('hides what must not be shown', () => {
    const screen = new Screen(60);
    const hide = (text: string) => text.replaceAll('a-key', 'KEY');
    const { reporter } = setup({ stderr: screen, interactive: true, hide });
    reporter.hearing.interim({ text: 'my a-key' });
    expect(screen.shown).toEqual(['my KEY']);
  });

  it('makes room for other lines, and on demand', async () => {
    const screen = new Screen(60);
    const { reporter, clock } = setup({ stderr: screen, interactive: true });
    reporter.hearing.interim({ text: 'hello' });
    reporter.warning({ code: 'c', message: 'm' });
    expect(screen.shown).toEqual(['vox: warning: m [c]']);
    await clock.advance(100);
    expect(screen.shown).toEqual(['vox: warning: m [c]', 'hello']);
    reporter.hearing.makeRoom();
    expect(screen.shown).toEqual(['vox: warning: m [c]']);
  });

  it('makes room where the progress is shown', async () => {
    const screen = new Screen(60);
    const { reporter, clock } = setup({ stderr: screen, interactive: true });
    reporter.progress({ done: 1, total: 2, unit: 'files' });
    await clock.advance(1000);
    await until(() => screen.raw.includes('1/2 files'), 'the moving line appears');
    reporter.hearing.makeRoom();
    expect(screen.shown).toEqual([]);
    await reporter.done();
  });
});

describe('several recordings', () => {
  it.each([
    ['human', 'together  wer 25.0 % (1 sub, 0 del, 0 ins of 4 words, voxwire-en 1)'],
    [
      'json',
      '{"event":"pooled","wer":{"substitutions":1,"deletions":0,"insertions":0,"words":4,"wer":0.25,"normaliser":"voxwire-en","normaliserVersion":1}}',
    ],
  ] as const)('have their word errors together: %s', (mode, line) => {
    const { reporter, stdout, stderr } = setup({ mode });
    reporter.hearing.pooled(pooledErrors([wordErrors('a b', 'a c'), wordErrors('a b', 'a b')]));
    expect([...stdout.lines, ...stderr.lines]).toEqual([line]);
  });
});
