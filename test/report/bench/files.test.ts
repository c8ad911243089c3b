import { describe, expect, it } from 'vitest';
import type { BenchDocument, RunRow } from '../../../src/bench/document.ts';
import { renderBench } from '../../../src/report/bench/index.ts';
import { madeUpDocument } from './made-up.ts';

const whole = (kind: 'json' | 'csv' | 'md', document: BenchDocument) => [...renderBench(kind, document)].join('');

const run: RunRow = {
  run: 0,
  series: 's',
  target: 't',
  prompt: 'p1',
  set: 'sentence',
  variation: 0,
  machine: 0,
  startedAtMs: 1.5,
  connection: 'fresh',
  ok: true,
};

function withRuns(...changes: Partial<RunRow>[]): BenchDocument {
  const runs = changes.map((change, at): RunRow => ({ ...run, run: at, ...change }));
  return { ...madeUpDocument({ targets: 1, runs: 1 }), runs };
}

describe('the JSON', () => {
  it.each(['tts', 'stt', 'roundtrip'] as const)('holds all of a document: %s', (kind) => {
    const document = madeUpDocument({ kind });
    expect(JSON.parse(whole('json', document))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has its parts, and those of a run, in one order, whoever put them together', () => {
    const document = madeUpDocument({ targets: 1 });
    const turned = Object.fromEntries(Object.entries(document).reverse());
    const runs = document.runs.map((row) => Object.fromEntries(Object.entries(row).reverse()));
    expect(whole('json', { ...document, ...turned, runs: JSON.parse(JSON.stringify(runs)) })).toBe(
      whole('json', document),
    );
  });

  it('has an element of a list a line', () => {
    const lines = whole('json', withRuns({ ttfaMs: 2, ttfbMs: 1 }, {})).split('\n');
    const at = lines.indexOf('"runs": [');
    expect(lines[at + 1]).toBe(
      '{"run":0,"series":"s","target":"t","prompt":"p1","set":"sentence","variation":0,"machine":0,"startedAtMs":1.5,"connection":"fresh","ok":true,"ttfbMs":1,"ttfaMs":2},',
    );
    expect(lines.at(-1)).toBe('');
  });

  it('comes in pieces', () => {
    const pieces = [...renderBench('json', madeUpDocument({ runs: 400 }))];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000);
  });
});

describe('the CSV', () => {
  const head =
    'run,series,target,set,prompt,variation,machine,startedAtMs,intendedAtMs,connection,ok,errorCode,errorMessage,invalid,impossible,cached,requestId,address,tls,audioFile,transcript';

  it('has a row a run and a column for each figure that occurs, in the order of tables', () => {
    const error = { code: 'E_TIMEOUT' as const, message: 'no audio' };
    const text = whole('csv', withRuns({ ttfaMs: 214.5 }, { ok: false, error, rttMs: 11 }));
    expect(text).toBe(
      [
        `${head},rttMs,ttfaMs`,
        '0,s,t,sentence,p1,0,0,1.5,,fresh,true,,,,,,,,,,,,214.5',
        '1,s,t,sentence,p1,0,0,1.5,,fresh,false,E_TIMEOUT,no audio,,,,,,,,,11,',
        '',
      ].join('\r\n'),
    );
  });

  it.each([
    ['a comma', 'a,b', '"a,b"'],
    ['quotes', 'say "a"', '"say ""a"""'],
    ['a line break', 'a\r\nb', '"a\r\nb"'],
    ['a blank at an end', ' a', '" a"'],
    ['a formula', '=1+1', "'=1+1"],
    ['one with a plus', '+1', "'+1"],
    ['one with a minus', '-1', "'-1"],
    ['one with an at sign', '@SUM(A1)', "'@SUM(A1)"],
    ['one behind a blank', ' =1', "' =1"],
    ['one behind a tab', '\t=1', "'\t=1"],
    ['a formula with quotes', '=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['plain text', 'a–b', 'a–b'],
  ])('writes %s so that it stays text', (_, transcript, cell) => {
    const text = whole('csv', withRuns({ transcript }));
    expect(text).toBe(`${head}\r\n0,s,t,sentence,p1,0,0,1.5,,fresh,true,,,,,,,,,,${cell}\r\n`);
  });

  it('leaves negative numbers as they are', () => {
    expect(whole('csv', withRuns({ lateMs: -0.5 }))).toContain(',-0.5\r\n');
  });
});

describe('the Markdown', () => {
  it('has a table a series, with the figures of the JSON', () => {
    const document = madeUpDocument({ targets: 1 });
    const summary = document.series[0]?.summary.ttfaMs;
    const row = whole('md', document)
      .split('\n')
      .find((line) => line.startsWith('| time to first audio (ms) |'));
    const cells = row?.split('|').map((cell) => cell.trim());
    expect(cells?.[2]).toBe(`**${Math.round(summary?.p50 ?? 0)}**`);
    expect(cells?.[3]).toBe(`${Math.round(summary?.ci?.p50?.low ?? 0)}–${Math.round(summary?.ci?.p50?.high ?? 0)}`);
    expect(cells?.[9]).toBe(String(summary?.count));
  });

  it('has as many cells in each row as its head has', () => {
    const lines = whole('md', madeUpDocument({ hostile: 'a|b\n| c |' })).split('\n');
    const cells = (line: string) => line.split('|').length;
    const wrong = lines.filter(
      (line, at) =>
        line.startsWith('|') && lines[at - 1]?.startsWith('|') && cells(line) !== cells(lines[at - 1] ?? ''),
    );
    expect(wrong).toEqual([]);
  });

  it('says the verdicts in words, the seed and the method', () => {
    const text = whole('md', madeUpDocument());
    expect(text).toMatch(/\| ttfb p50 \| (faster|slower) by \d+ ms \(\d+ to \d+\) \| paired \|/);
    expect(text).toContain('percentiles hyndman-fan-7');
    expect(text).toContain('seed 42');
  });

  it('lets no stranger write markup or call anyone', () => {
    const text = whole('md', madeUpDocument({ hostile: '<img src=x> [a](b) `c` @someone **d**' }));
    expect(text).not.toMatch(/<img|\[a\]|`c`|@someone|\*\*d/);
    expect(text).toContain('&#60;img src=x&#62;');
  });
});
