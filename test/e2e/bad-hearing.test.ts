import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { type Act, heard, nobody, ready, type Scenario } from '../support/faulty-server.ts';
import { humming } from './spoken.ts';
import { expectFailure, failure, objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

/** Far more than an answer on loopback takes, also on a busy machine. What heals a loss is tested where it does. */
const patient = ['--timeout', '20', '--connect-timeout', '20', '--no-reconnect'];
/** Enough for an answer on loopback, and soon over where none comes. */
const impatient = ['--timeout', '1', '--connect-timeout', '20', '--no-reconnect'];

const interim: Act = { json: { type: 'partial_transcript', transcript: 'hello the' } };
const hello = heard('hello there');
/**
 * Audio goes out in real time. Of a long recording much is left when the service does something at its first frame,
 * however busy the machine is; of one that is to be sent to its end, enough.
 */
const long = 20_000;
const middling = 1500;
const short = 200;

/** At the first frame of audio. */
const atOnce = (...acts: readonly Act[]): Scenario => ({ on: { audio: [acts, []] } });

interface Fault {
  readonly name: string;
  readonly scenario: Scenario;
  /** Long where it is left out. */
  readonly audioMs?: number;
  readonly args?: readonly string[];
  readonly code: ErrorCode;
  readonly says: RegExp | string;
  /** What is printed before the failure. */
  readonly printed?: string;
}

const faults: readonly Fault[] = [
  {
    name: 'refused with 401',
    scenario: { refuse: { status: 401, body: '{"code":"auth_error","message":"this key was revoked"}' } },
    code: 'E_AUTH',
    says: '401: this key was revoked',
  },
  {
    name: 'refused with 429',
    scenario: { refuse: { status: 429, body: '{"code":"rate_limit_exceeded","message":"10 a minute"}' } },
    code: 'E_RATE_LIMIT',
    says: '429: 10 a minute',
  },
  {
    name: 'refused with 501',
    scenario: { refuse: { status: 501, body: 'no speech to text here', type: 'text/plain' } },
    code: 'E_PROVIDER',
    says: '501: no speech to text here',
  },
  {
    name: 'never ready',
    scenario: { on: { init: [[]] } },
    args: ['--connect-timeout', '1'],
    code: 'E_CONNECT_TIMEOUT',
    says: /did not become ready within 1 s/,
  },
  {
    name: 'closed with 1008 before it is ready',
    scenario: { on: { init: [[{ close: 1008, reason: 'policy violation' }]] } },
    code: 'E_REQUEST',
    says: '(1008: policy violation)',
  },
  {
    name: 'closed with 1008 as soon as it is ready',
    scenario: { on: { init: [[ready, { close: 1008, reason: 'audio before ready' }]] } },
    code: 'E_REQUEST',
    says: '(1008: audio before ready)',
  },
  {
    name: 'closed with 1008 after a result',
    scenario: atOnce(hello, { close: 1008, reason: 'out of credit' }),
    code: 'E_REQUEST',
    says: '(1008: out of credit)',
    printed: 'hello there\n',
  },
  {
    name: 'closed with 1011 in the middle of the audio',
    scenario: atOnce(hello, interim, { close: 1011, reason: 'backend lost' }),
    code: 'E_PROVIDER',
    says: '(1011: backend lost)',
    printed: 'hello there\n',
  },
  {
    name: 'lost in the middle of the audio',
    scenario: atOnce(hello, 'drop'),
    code: 'E_CLOSED',
    says: 'the connection to the service was lost',
    printed: 'hello there\n',
  },
  {
    name: 'closed with 1000 in the middle of the audio',
    scenario: atOnce(hello, { close: 1000 }),
    code: 'E_CLOSED',
    says: /closed the connection \(1000\) before it was done/,
    printed: 'hello there\n',
  },
  {
    name: 'an error in the middle of the audio',
    scenario: atOnce(hello, { json: { type: 'error', code: 'rate_limit', message: 'too many\nminutes' } }),
    code: 'E_RATE_LIMIT',
    says: /^too many minutes$/,
    printed: 'hello there\n',
  },
  {
    name: 'an error of a code that nobody knows',
    scenario: atOnce({ json: { type: 'Error', description: 'the model has gone', variant: 'Unheard' } }),
    code: 'E_PROVIDER',
    says: /^the model has gone$/,
  },
  {
    name: 'no answer to finalize',
    scenario: { on: { audio: [[hello], []], finalize: [[]], close: [[]] } },
    audioMs: middling,
    args: impatient,
    code: 'E_TIMEOUT',
    says: /has not answered `finalize`, and said nothing new for 1 s/,
    printed: 'hello there\n',
  },
  {
    name: 'closed with 1011 where finalize was to be answered',
    scenario: { on: { audio: [[hello], []], finalize: [[{ close: 1011 }]] } },
    audioMs: middling,
    code: 'E_PROVIDER',
    says: '(1011) before it was done',
    printed: 'hello there\n',
  },
];

describe('vox transcribe, by a service that is', () => {
  it.each(faults)('$name', async ({ scenario, audioMs = long, args = patient, code, says, printed = '' }) => {
    const { ran } = await place.transcribe(scenario, audioMs, [...args, '-q']);
    expectFailure(ran, code, says);
    expect(ran.stdout.toString()).toBe(printed);
  });

  it('not there at all: one line, though there are two recordings', async () => {
    place.put('a.wav', humming(200));
    place.put('b.wav', humming(200));
    const ran = await place.vox(['transcribe', 'a.wav', 'b.wav', '--endpoint', nobody, '-q']);
    expectFailure(ran, 'E_CONNECT');
    expect(ran.stdout.toString()).toBe('');
  });
});

describe('vox transcribe into a file, by a service that fails', () => {
  it('keeps what was heard under another name, and says so', async () => {
    const broken = atOnce(hello, { close: 1011 });
    const { ran } = await place.transcribe(broken, long, [...patient, '-o', 'kept.srt', '-o', 'kept.json']);
    expectFailure(ran, 'E_PROVIDER');
    expect(failure(ran).kept).toBe('kept.partial.srt, kept.partial.json');
    expect(readFileSync(place.file('kept.partial.srt'), 'utf8')).toContain('\nhello there\n');
    expect(JSON.parse(readFileSync(place.file('kept.partial.json'), 'utf8'))).toMatchObject({ text: 'hello there' });
    expect(place.names().filter((name) => /^kept\.(srt|json)/.test(name))).toEqual([]);
  });

  it('leaves the old file as it was, and no new one, where nothing was heard', async () => {
    place.put('old.txt', 'what was here\n');
    const { ran } = await place.transcribe({ on: { init: [[{ close: 1008 }]] } }, long, [
      '-o',
      'old.txt',
      '-o',
      'new.txt',
    ]);
    expectFailure(ran, 'E_REQUEST');
    expect(failure(ran).kept).toBeUndefined();
    expect(readFileSync(place.file('old.txt'), 'utf8')).toBe('what was here\n');
    expect(place.names().filter((name) => /^(old|new)/.test(name))).toEqual(['old.txt']);
  });
});

describe('vox transcribe, by a service that is only odd', () => {
  it('a result before any audio: it is printed, with a warning', async () => {
    const { ran } = await place.transcribe({ on: { init: [[ready, heard('before all')]] } }, short, patient);
    expect({ code: ran.code, text: ran.stdout.toString() }).toEqual({ code: 0, text: 'before all\nall of it\n' });
    expect(ran.stderr).toContain('before any audio was sent [early_final]');
  });

  it('messages that are none: they are passed over', async () => {
    const odd: Act[] = [
      { text: 'no JSON' },
      { text: '{"type":"final_transcript"' },
      { text: '[]' },
      { text: '{"type":"final_transcript","transcript":7}' },
      { json: { type: 'weather', is: 'fine' } },
      { audio: Uint8Array.of(1, 2, 3) },
      { json: { type: 'Results', channel: { alternatives: 'none' } } },
    ];
    const { ran } = await place.transcribe(atOnce(...odd, hello), short, [...patient, '-q']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.toString()).toBe('hello there\nall of it\n');
  });

  it('it does not close when told to: what was heard is whole', async () => {
    const { ran } = await place.transcribe({ on: { close: [[]] } }, short, [
      '--timeout',
      '1',
      '--connect-timeout',
      '20',
    ]);
    expect({ code: ran.code, text: ran.stdout.toString() }).toEqual({ code: 0, text: 'all of it\n' });
    expect(ran.stderr).toContain('[no_close]');
  });

  it('it sends no interim results, and a result that moves the cursor', async () => {
    const { ran } = await place.transcribe(atOnce(heard('one\u001b[2J\u0007two')), short, [
      ...patient,
      '-q',
      '--interim',
    ]);
    expect(ran.code).toBe(0);
    expect(ran.stdout.toString()).toMatch(/^one\W{0,2}\[2J\W?two\nall of it\n$/);
    expect(ran.stdout.includes('\u001b')).toBe(false);
    expect(ran.stdout.includes('\u0007')).toBe(false);
  });

  it('--json: the failure is an object among the others, with what was heard before', async () => {
    const { ran } = await place.transcribe(atOnce(interim, hello, { close: 1011 }), long, [
      ...patient,
      '--json',
      '--interim',
    ]);
    const events = objects(ran.stdout);
    expect(events.map(({ event }) => event)).toEqual(['chosen', 'interim', 'final', 'heard', 'error']);
    expect(events.at(-1)).toMatchObject({ code: 'E_PROVIDER', exitCode: 5, detail: { closeCode: 1011 } });
    expect(events.at(-2)).toMatchObject({ ended: 'failed', segments: 1, words: 2 });
  });

  it('two recordings fail: each is told by its name, and what it is is said once', async () => {
    place.put('b.txt', 'no audio');
    const { ran } = await place.transcribe(atOnce({ close: 1011 }), long, ['b.txt', 'nowhere.wav', ...patient, '-q']);
    expect(ran.code).toBe(5);
    const lines = ran.stderr.split('\n').filter((line) => line.startsWith('vox: '));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^vox: heard\.wav: the service closed the connection \(1011\).* \[E_PROVIDER\]$/);
    expect(lines[1]).toMatch(/^vox: b\.txt is no audio .* \[E_AUDIO\]$/);
    expect(lines[2]).toMatch(/^vox: cannot read nowhere\.wav: .* \[E_FILE\]$/);
  });
});
