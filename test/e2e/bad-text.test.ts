import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { faultyServer, flushed, type Message, sound } from '../support/faulty-server.ts';
import { expectFailure, failure, wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const local = ['--provider', 'local'];
/** "grün" as Latin-1 has it. */
const latin1 = Buffer.from('gr\u00fcn', 'latin1');

interface Nothing {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: string;
}

const nothings: Nothing[] = [
  { name: 'no text at all', args: [], input: '' },
  { name: 'an empty argument', args: [''] },
  { name: 'blanks', args: ['  \t '] },
  { name: 'line breaks on stdin', args: [], input: '\n\n  \n' },
  { name: 'an empty file', args: ['-f', place.put('empty.txt', '')] },
  { name: 'a file of nothing but a byte order mark', args: ['-f', place.put('mark.txt', '\u{FEFF}\n')] },
  { name: 'three dots', args: ['...'] },
  { name: 'signs that nobody speaks', args: ['— * # … 🙂'] },
  { name: 'markdown that says nothing', args: ['-f', place.put('rule.md', '---\n\n***\n')] },
  { name: 'lines that are all empty', args: ['--lines'], input: '\n \n' },
];

describe('nothing to speak', () => {
  it.each(nothings)('$name', async ({ args, input }) => {
    const own = workplace();
    const into = args.includes('--lines') ? ['--out-dir', '.'] : ['-o', 'x.wav'];
    const ran = await own.vox(['synth', ...args, ...into, ...local], input === undefined ? {} : { input });
    expectFailure(ran, 'E_NO_TEXT', 'no text to speak');
    expect(own.names()).toEqual([]);
    own.remove();
  });

  it('is said by vox say, too, and nothing is played', async () => {
    const ran = await place.vox(['say', '-o', 'x.wav', '...', ...local]);
    expectFailure(ran, 'E_NO_TEXT');
  });
});

describe('text that is not UTF-8', () => {
  it.each([
    ['a file', ['-f', place.put('latin1.txt', latin1)], undefined],
    ['stdin', [], latin1],
    ['a file that ends inside a character', ['-f', place.put('cut.txt', Buffer.from('gr\u00fc').subarray(0, 3))], ''],
    ['UTF-16', [], Buffer.from('\u{FEFF}Hello.', 'utf16le')],
  ])('%s', async (_name, args, input) => {
    const ran = await place.vox(['synth', ...args, '-o', 'x.wav', ...local], { ...(input && { input }) });
    expectFailure(ran, 'E_NOT_UTF8', /not UTF-8: byte \d+/);
    expect(failure(ran).todo).toContain('iconv');
    expect(existsSync(place.file('x.wav'))).toBe(false);
  });

  it('in the middle of a long stdin: what was said before is kept', async () => {
    const server = await faultyServer();
    const before = 'The first paragraph is fine.\n\nThe second one is, too.\n\n';
    try {
      const ran = await place.vox(['synth', '-o', 'late.wav', '--endpoint', server.wsUrl], {
        during: async ({ stdin }) => {
          stdin?.write(before);
          await server.answered('flush');
          stdin?.end(latin1);
        },
      });
      expectFailure(ran, 'E_NOT_UTF8', `byte ${before.length + 2}`);
      expect(failure(ran).kept).toBe('late.partial.wav');
      const kept = wavBytes(place.file('late.partial.wav'));
      expect(kept.subarray(0, 960)).toEqual(Buffer.from(sound(960)));
      expect(existsSync(place.file('late.wav'))).toBe(false);
    } finally {
      await server.close();
    }
  });
});

describe('ten megabytes on one line', () => {
  const word = 'onwards ';
  const spans = 20;
  const servers: Awaited<ReturnType<typeof faultyServer>>[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  /** Stops it after so many spans. Answers with what was sent, and the most memory that the process ever had, kB. */
  async function stopped(lineBytes: number, stdin: boolean): Promise<{ texts: string[]; peakKb: number }> {
    const line = word.repeat(lineBytes / word.length);
    const server = await faultyServer({ on: { flush: [[{ audio: sound(960) }, flushed]] } });
    servers.push(server);
    const from = stdin ? [] : ['-f', place.put('line.txt', line)];
    let peakKb = 0;
    const ran = await place.vox(['synth', ...from, '-o', 'long.wav', '--endpoint', server.wsUrl], {
      during: async (child) => {
        if (stdin) child.stdin?.write(line);
        await server.answered('text', spans);
        peakKb = peakOf(child);
        child.kill('SIGINT');
      },
    });
    expectFailure(ran, 'E_INTERRUPTED');
    expect(failure(ran).kept).toBe('long.partial.wav');
    return { texts: textsOf(server.connections.flat()), peakKb };
  }

  function peakOf({ pid }: ChildProcess): number {
    const status = `/proc/${pid}/status`;
    return existsSync(status) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]) : 0;
  }

  function textsOf(messages: readonly Message[]): string[] {
    return messages.filter(({ type }) => type === 'text').map(({ text }) => String(text));
  }

  it.each([
    ['from a file', false],
    ['from stdin', true],
  ])('%s: cut at spaces, and the memory is that of a short text', async (_name, stdin) => {
    const long = await stopped(10_000_000, stdin);
    expect(long.texts.length).toBeGreaterThanOrEqual(spans);
    for (const text of long.texts) {
      expect(text.length).toBeLessThanOrEqual(2000);
      expect(text.replaceAll(word, '').trim()).toBe('');
    }
    const short = await stopped(40_000, stdin);
    if (short.peakKb > 0) expect(long.peakKb / short.peakKb).toBeLessThan(1.3);
  });
});

describe('where the text comes from', () => {
  it.each([
    ['text and a file', ['Hello.', '-f', 'a.txt'], 'E_USAGE', /exclude one another/],
    ['a file that is not there', ['-f', 'missing.txt'], 'E_FILE', 'missing.txt: there is no such file'],
    ['a folder', ['-f', '.'], 'E_FILE', /it is a folder/],
  ] as const)('%s', async (_name, args, code, says) => {
    const ran = await place.vox(['synth', ...args, '-o', 'x.wav', ...local]);
    expectFailure(ran, code, says);
    expect(existsSync(place.file('x.wav'))).toBe(false);
  });

  it('speaks a file once, also where no command is named', async () => {
    place.put('once.txt', 'Said one time only.');
    const ran = await place.vox(['-f', 'once.txt', '--dry-run', ...local]);
    expect(ran.code).toBe(0);
    expect(ran.stdout.toString().match(/one time only/g)).toHaveLength(1);
  });
});

describe('text that the voice can read only in part', () => {
  it('is spoken without the rest, with a warning that is said once', async () => {
    const ran = await place.vox(['synth', 'Say привет. Say привет.', '-o', 'part.wav', ...local]);
    expect(ran.code).toBe(0);
    const warnings = ran.stderr.match(/^vox: warning: .*$/gm);
    expect(warnings).toEqual(['vox: warning: the voice "slt" cannot read "привет", and leaves it out [unread]']);
    expect(wavBytes(place.file('part.wav')).length).toBeGreaterThan(10_000);
  });

  it('is not what has only accents', async () => {
    const ran = await place.vox(['synth', 'Say naïve, Łódź, 5 €.', '-o', 'whole.wav', '--json', ...local]);
    expect(String(ran.stdout)).not.toContain('warning');
  });
});
