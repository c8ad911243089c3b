import { describe, expect, it } from 'vitest';
import type { BenchDocument, RunRow } from '../../src/bench/document.ts';
import { SpeechError } from '../../src/errors.ts';
import type { TurnReport } from '../../src/metrics/turn-report.ts';
import { createReporter, type ReporterOptions } from '../../src/report/reporter.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { hasEscapes, Pipe, Screen, withoutColor } from './screen.ts';

function setup(changes: Partial<ReporterOptions> = {}) {
  const stdout = new Pipe();
  const stderr = new Pipe();
  const clock = new ManualClock();
  const base = { stdout, stderr, clock, mode: 'human', jsonTo: 'stdout', color: false, interactive: false } as const;
  return { stdout, stderr, clock, reporter: createReporter({ ...base, ...changes }) };
}

const report: TurnReport = {
  turn: 'turn-1',
  ended: 'done',
  ttfbMs: 38,
  audioMs: 1420,
  processingMs: 210,
  bytes: 68_160,
  chunks: 12,
  chars: 20,
  connections: 1,
};

const refused = new SpeechError('E_AUTH', 'the key was refused', { detail: { status: 401, requestId: 'r-1' } });

describe('for a person', () => {
  it('says everything on stderr, and nothing on stdout', () => {
    const { reporter, stdout, stderr } = setup();
    reporter.chosen({ provider: 'local', why: 'no key is set' });
    reporter.chosen({ provider: 'slng', why: '--provider', endpoint: 'ws://127.0.0.1:8080' });
    reporter.warning({ code: 'voice_default', message: 'the voice was replaced' });
    reporter.note('type what to say');
    reporter.turn(report, { output: 'hello.wav', provider: 'local' });
    reporter.error(refused);
    expect(stderr.lines).toEqual([
      'vox: provider local (no key is set)',
      'vox: provider slng at ws://127.0.0.1:8080 (--provider)',
      'vox: warning: the voice was replaced [voice_default]',
      'type what to say',
      'hello.wav  1.42 s of audio, 68.2 kB, in 0.21 s · ttfb 38 ms',
      'vox: the key was refused (request r-1) [E_AUTH]',
      '  → check the key; `vox doctor` shows where it was found',
    ]);
    expect(stdout.text).toBe('');
  });

  it('says once what a message is about', () => {
    const { reporter, stderr } = setup();
    const said = (message: string, input: string) => reporter.error(new SpeechError('E_AUDIO', message), { input });
    said('cannot read b.wav: there is no such file', 'b.wav');
    said('b.wav is empty', 'b.wav');
    said('cannot read b.wav: there is no such file', 'b');
    said('ab.wav is empty', 'b.wav');
    expect(stderr.lines.filter((line) => line.startsWith('vox'))).toEqual([
      'vox: cannot read b.wav: there is no such file [E_AUDIO]',
      'vox: b.wav is empty [E_AUDIO]',
      'vox: b: cannot read b.wav: there is no such file [E_AUDIO]',
      'vox: b.wav: ab.wav is empty [E_AUDIO]',
    ]);
  });

  it('says where an error happened, and what is kept', () => {
    const { reporter, stderr } = setup();
    reporter.error(new SpeechError('E_CLOSED', 'the service closed'), { input: 'b.txt', kept: 'b.partial.wav' });
    expect(stderr.lines).toEqual([
      'vox: b.txt: the service closed [E_CLOSED]',
      '  → try again; what was received is kept',
      '  kept: b.partial.wav',
    ]);
  });

  it('lets no text from outside reach the terminal as it is', () => {
    const { reporter, stderr } = setup();
    const evil = 'a\x1b[2Jb\nvox: all is well';
    reporter.chosen({ provider: evil, why: evil });
    reporter.warning({ code: evil, message: evil });
    reporter.note('\x07first\nsecond');
    reporter.turn(report, { output: evil });
    reporter.error(new SpeechError('E_PROVIDER', evil, { todo: evil }), { input: evil, kept: evil });
    expect(hasEscapes(stderr.text)).toBe(false);
    expect(stderr.text).not.toContain('\x07');
    expect(stderr.text).toContain('a\\x1b[2Jb vox: all is well');
    expect(stderr.lines).toHaveLength(8);
  });

  it('shows no secret of an endpoint', () => {
    for (const mode of ['human', 'json'] as const) {
      const { reporter, stdout, stderr } = setup({ mode });
      reporter.chosen({ provider: 'slng', why: 'x', endpoint: 'wss://me:hush@api.example.com/v?token=hush' });
      expect(stdout.text + stderr.text).toContain('wss://api.example.com/v');
      expect(stdout.text + stderr.text).not.toContain('hush');
    }
  });

  it('paints where colour is wanted, the same words in the same order', async () => {
    const plain = setup();
    const painted = setup({ color: true });
    for (const { reporter } of [plain, painted]) {
      reporter.chosen({ provider: 'local', why: 'no key is set' });
      reporter.warning({ code: 'c', message: 'm' });
      reporter.turn(report, { output: 'a.wav' });
      reporter.error(refused);
    }
    await painted.reporter.done();
    expect(hasEscapes(painted.stderr.text)).toBe(true);
    expect(withoutColor(painted.stderr.text)).toBe(plain.stderr.text);
  });

  it('has no progress where nobody looks', async () => {
    const { reporter, stderr, stdout, clock } = setup();
    reporter.progress({ done: 1, unit: 'sentences' });
    await clock.advance(5000);
    expect(clock.pending).toBe(0);
    expect(stderr.text + stdout.text).toBe('');
  });
});

describe('as JSON', () => {
  it('prints one object a line on stdout, each with its event', () => {
    const { reporter, stdout, stderr } = setup({ mode: 'json' });
    reporter.chosen({ provider: 'slng', why: '--provider', endpoint: 'ws://127.0.0.1:8080' });
    reporter.warning({ code: 'c', message: 'a\nb' });
    reporter.note('noted');
    reporter.turn(report, { output: 'hello.wav', provider: 'slng', voice: 'v' });
    expect(stdout.lines.map((line) => JSON.parse(line))).toEqual([
      { event: 'chosen', provider: 'slng', why: '--provider', endpoint: 'ws://127.0.0.1:8080' },
      { event: 'warning', code: 'c', message: 'a\nb' },
      { event: 'note', message: 'noted' },
      { event: 'turn', ...report, output: 'hello.wav', provider: 'slng', voice: 'v' },
    ]);
    expect(stderr.text).toBe('');
  });

  it('leaves out an endpoint that is not there', () => {
    const { reporter, stdout } = setup({ mode: 'json' });
    reporter.chosen({ provider: 'local', why: 'no key is set' });
    expect(stdout.text).toBe('{"event":"chosen","provider":"local","why":"no key is set"}\n');
  });

  it('prints an error as an object, and for the person beside it as a line', () => {
    const { reporter, stdout, stderr } = setup({ mode: 'json' });
    reporter.error(refused, { input: 'a.txt' });
    expect(JSON.parse(stdout.text)).toEqual({
      event: 'error',
      code: 'E_AUTH',
      exitCode: 3,
      retryable: false,
      message: 'the key was refused',
      todo: 'check the key; `vox doctor` shows where it was found',
      detail: { status: 401, requestId: 'r-1' },
      input: 'a.txt',
    });
    expect(stderr.lines[0]).toBe('vox: a.txt: the key was refused (request r-1) [E_AUTH]');
  });

  it('keeps stderr a stream of objects when that is where they go', () => {
    const { reporter, stdout, stderr } = setup({ mode: 'json', jsonTo: 'stderr' });
    reporter.turn(report);
    reporter.error(refused);
    expect(stdout.text).toBe('');
    expect(stderr.lines.map((line) => JSON.parse(line).event)).toEqual(['turn', 'error']);
  });

  it('has no moving line, even at a terminal', async () => {
    const stderr = new Screen();
    const { reporter, clock } = setup({ mode: 'json', stderr, interactive: true });
    reporter.progress({ done: 1, unit: 'sentences' });
    await clock.advance(5000);
    expect(stderr.raw).toBe('');
  });
});

describe('quietly', () => {
  it('says nothing but errors', () => {
    const { reporter, stdout, stderr } = setup({ mode: 'quiet' });
    reporter.chosen({ provider: 'local', why: 'x' });
    reporter.warning({ code: 'c', message: 'm' });
    reporter.note('noted');
    reporter.turn(report, { output: 'a.wav' });
    expect(stdout.text + stderr.text).toBe('');
    reporter.error(refused);
    expect(stdout.text).toBe('');
    expect(stderr.lines).toHaveLength(2);
  });
});

describe('lists', () => {
  const voices = [{ id: 'slt', language: 'en-US', description: 'clear' }];
  const found = { ok: true, checks: [{ name: 'vox', status: 'ok' as const, detail: '0.1.0' }] };

  it.each([
    ['human', 'voice  language  gender  description\nslt    en-US             clear\n'],
    ['json', '{"event":"voice","id":"slt","language":"en-US","gender":null,"model":null,"description":"clear"}\n'],
    ['quiet', 'slt\n'],
  ] as const)('go to stdout in mode %s', (mode, text) => {
    const { reporter, stdout, stderr } = setup({ mode });
    reporter.voices(voices);
    expect(stdout.text).toBe(text);
    expect(stderr.text).toBe('');
  });

  it('go to stdout also where JSON otherwise goes to stderr', () => {
    const { reporter, stdout } = setup({ mode: 'json', jsonTo: 'stderr' });
    reporter.doctor(found);
    expect(JSON.parse(stdout.text)).toEqual({ event: 'doctor', ...found });
  });

  it('have no colours in a pipe, whatever stderr is', async () => {
    const { reporter, stdout } = setup({ color: true });
    reporter.voices(voices);
    reporter.doctor(found);
    await reporter.done();
    expect(stdout.text).toContain('ok  vox  0.1.0');
    expect(hasEscapes(stdout.text)).toBe(false);
  });

  it('have colours at a terminal, and are wrapped to it', async () => {
    const stdout = new Screen(40);
    const { reporter } = setup({ color: true, stdout });
    reporter.doctor({ ok: true, checks: [{ name: 'vox', status: 'ok', detail: 'one two three four five six seven' }] });
    await reporter.done();
    expect(stdout.shown.slice(0, 2)).toEqual(['ok  vox  one two three four five six', '         seven']);
    expect(hasEscapes(stdout.raw)).toBe(true);
  });
});

describe('what must not be shown', () => {
  it.each(['human', 'json', 'quiet'] as const)('is taken out of everything that is said (%s)', async (mode) => {
    const { reporter, stdout, stderr } = setup({ mode, hide: (text) => text.replaceAll('a-key', 'KEY') });
    reporter.chosen({ provider: 'slng', why: 'a-key' });
    reporter.warning({ code: 'service', message: 'hello a-key' });
    reporter.note('a-key');
    reporter.error(new SpeechError('E_AUTH', 'bad a-key', { todo: 'not a-key', detail: { said: 'a-key' } }));
    await reporter.done();
    const said = [...stdout.lines, ...stderr.lines].join('\n');
    expect(said).toContain('bad KEY');
    expect(said).not.toContain('a-key');
  });
});

describe('a bench', () => {
  const summary = { ttfaMs: { count: 2, mean: 50, min: 40, max: 60 } };
  const run: RunRow = {
    ...{ run: 0, series: 'a · short', target: 'a', prompt: 'short-1', set: 'short', variation: 0, machine: 0 },
    ...{ startedAtMs: 0, connection: 'fresh', ok: true, ttfaMs: 40 },
  };
  const bench: BenchDocument = {
    ...{ schema: 'voxwire-bench', schemaVersion: 1, kind: 'tts', startedAt: '2030-01-01T00:00:00.000Z' },
    definitions: { metrics: 2, percentiles: 'hyndman-fan-7', normaliser: 'none/1' },
    machines: [],
    plan: { warmup: 0, reuse: false, loop: 'closed', concurrency: 1, seed: 1, dropped: 0, measuringMs: 1, waitedMs: 0 },
    prompts: { hash: '00', items: [] },
    targets: [],
    series: [
      {
        ...{ id: 'a · short', target: 'a', set: 'short', cached: false, summary },
        ...{ runs: 2, measured: 2, failed: 0, invalid: 0, impossible: 0 },
      },
    ],
    runs: [run],
    timelines: [],
    comparisons: [],
    advice: [
      { code: 'too_few_runs', message: 'two runs\x1bare few', series: 'a · short' },
      { code: 'dropped', message: 'one start was dropped' },
    ],
  };
  const comparison = { base: 'a', other: 'b', figures: [] };

  it('is a table on stdout for a person, and advice on stderr, safe to print', async () => {
    const { reporter, stdout, stderr } = setup();
    reporter.benchRun(run);
    await reporter.bench(bench);
    expect(stdout.lines[0]).toBe('a, short  2 measured');
    expect(stdout.text).toMatch(/^ {2}ttfa +50 +60 {2}ms$/m);
    expect(stdout.text).not.toContain('few');
    expect(stderr.lines).toEqual(['vox: two runs\\x1bare few', 'vox: one start was dropped']);
  });

  it('says which series advice is about, where there are several', async () => {
    const { reporter, stderr } = setup();
    const [series] = bench.series;
    await reporter.bench({ ...bench, series: series ? [series, { ...series, id: 'b · short', target: 'b' }] : [] });
    expect(stderr.lines[0]).toBe('vox: a · short: two runs\\x1bare few');
  });

  it('is the table alone where it is quiet', async () => {
    const { reporter, stdout, stderr } = setup({ mode: 'quiet' });
    reporter.benchRun(run);
    await reporter.bench(bench);
    reporter.comparisons('tts', [comparison]);
    expect(stdout.lines[0]).toBe('a, short  2 measured');
    expect(stdout.text).toContain('b against a\n');
    expect(stderr.text).toBe('');
  });

  it('is objects for a program: each run, then the summary without the runs', () => {
    const { reporter, stdout, stderr } = setup({ mode: 'json' });
    reporter.benchRun(run);
    reporter.bench(bench);
    reporter.comparisons('tts', [comparison]);
    const [first, second, third] = stdout.lines.map((line) => JSON.parse(line));
    expect(first).toEqual({ event: 'run', ...run });
    expect(second).toMatchObject({ event: 'summary', series: [{ summary }], advice: bench.advice });
    expect(second).not.toHaveProperty('runs');
    expect(second).not.toHaveProperty('timelines');
    expect(third).toEqual({ event: 'comparison', kind: 'tts', ...comparison });
    expect(stderr.text).toBe('');
  });

  it('stands above what is said of it, on one screen with colours', async () => {
    const screen = new Screen();
    const { reporter } = setup({ stdout: screen, stderr: screen, color: true });
    reporter.note('before');
    await reporter.bench(bench);
    reporter.error(refused);
    await reporter.done();
    const rows = withoutColor(screen.raw).split('\n');
    const at = (text: string) => rows.findIndex((row) => row.includes(text));
    expect(at('before')).toBeLessThan(at('a, short'));
    expect(at('a, short')).toBeLessThan(at('one start was dropped'));
    expect(at('one start was dropped')).toBeLessThan(at('[E_AUTH]'));
  });

  it('has no key in it, whatever a service answered', () => {
    const { reporter, stdout } = setup({ mode: 'json', hide: (text) => text.replaceAll('s3cret', 'KEY') });
    reporter.benchRun({ ...run, ok: false, error: { code: 'E_AUTH', message: 'bad key s3cret' } });
    expect(JSON.parse(stdout.text).error.message).toBe('bad key KEY');
  });
});
