import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { type Act, faultyServer, flushed, nobody, type Scenario, sound } from '../support/faulty-server.ts';
import { expectFailure, failure, key, objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

/** Far more than an answer on loopback takes, also on a busy machine. */
const patient = ['--timeout', '20', '--connect-timeout', '20'];
/** Enough for an answer on loopback, and soon over where none comes. */
const impatient = ['--timeout', '1', '--connect-timeout', '20'];

interface Fault {
  readonly name: string;
  readonly scenario: Scenario;
  readonly args?: readonly string[];
  readonly code: ErrorCode;
  readonly says: RegExp | string;
  /** Bytes of sound that were received, and are kept. */
  readonly kept?: number;
}

const refusals: Fault[] = [
  {
    name: 'refused with 400 and a plain reason',
    scenario: { refuse: { status: 400, body: 'model not available in this region\n', type: 'text/plain' } },
    code: 'E_REQUEST',
    says: /^the service answered 400: model not available in this region$/,
  },
  {
    name: 'refused with 400 and the fields that are wrong',
    scenario: { refuse: { status: 400, body: '{"message":"invalid","fieldErrors":{"voice":"unknown"}}' } },
    code: 'E_REQUEST',
    says: '400: invalid: voice: unknown',
  },
  {
    name: 'refused with 401',
    scenario: { refuse: { status: 401, body: '{"code":"auth_error","message":"this key was revoked"}' } },
    code: 'E_AUTH',
    says: '401: this key was revoked',
  },
  {
    name: 'refused with 401 and the key itself in the body',
    scenario: { refuse: { status: 401, body: `{"error":"the key '${key}' is not valid"}` } },
    code: 'E_AUTH',
    says: "401: the key 'KEY' is not valid",
  },
  {
    name: 'refused with 403',
    scenario: { refuse: { status: 403, body: '{"error":{"message":"no credit left"}}' } },
    code: 'E_AUTH',
    says: '403: no credit left',
  },
  {
    name: 'refused with 429',
    scenario: { refuse: { status: 429, body: '{"code":"rate_limit_exceeded","message":"10 a minute"}' } },
    code: 'E_RATE_LIMIT',
    says: '429: 10 a minute',
  },
  {
    name: 'refused with 500 and a page of HTML',
    scenario: {
      refuse: { status: 500, body: '<html><head><title>Bad gateway</title></head></html>', type: 'text/html' },
    },
    code: 'E_PROVIDER',
    says: /500: Bad gateway$/,
  },
  {
    name: 'refused with 503 and no reason',
    scenario: { refuse: { status: 503, body: '' } },
    code: 'E_PROVIDER',
    says: /answered 503$/,
  },
  {
    name: 'refused with a reason that moves the cursor',
    scenario: { refuse: { status: 400, body: 'no\u001b[2Jway\u0007', type: 'text/plain' } },
    code: 'E_REQUEST',
    says: /400: no \[2Jway$/,
  },
  {
    name: 'never answered',
    scenario: { refuse: 'silence' },
    args: ['--connect-timeout', '0.3'],
    code: 'E_CONNECT_TIMEOUT',
    says: /did not open within 0\.3 s/,
  },
  {
    name: 'never ready',
    scenario: { on: { init: [[]], flush: [[]] } },
    args: ['--connect-timeout', '1'],
    code: 'E_CONNECT_TIMEOUT',
    says: /did not become ready within 1 s/,
  },
  {
    name: 'closed instead of ready, with a reason',
    scenario: { on: { init: [[{ close: 1008, reason: 'no such model' }]] } },
    code: 'E_REQUEST',
    says: 'no such model',
  },
];

const audio: Act = { audio: sound(4800) };

const midSpeech: Fault[] = [
  {
    name: 'silent in the middle of the speech',
    scenario: { on: { flush: [[audio]] } },
    args: impatient,
    code: 'E_TIMEOUT',
    says: /sent nothing for 1 s/,
    kept: 4800,
  },
  {
    name: 'silent after the text, without any sound',
    scenario: { on: { flush: [[]] } },
    args: impatient,
    code: 'E_TIMEOUT',
    says: /sent nothing/,
  },
  ...[{ type: 'nonsense' }, { type: 'warning', message: 'slow' }, { type: 'segment_start', segment_id: 1 }].map(
    (json) => ({
      name: `talking instead of speaking: ${json.type}`,
      scenario: { on: { flush: [[audio, { json, everyMs: 100 }]] } },
      args: impatient,
      code: 'E_TIMEOUT' as const,
      says: /sent nothing of what it owes for 1 s/,
      kept: 4800,
    }),
  ),
  {
    // 12 characters, of which nobody speaks for 54 s.
    name: 'sending sound without end',
    scenario: { on: { flush: [Array.from({ length: 60 }, (_, i) => ({ audio: sound(72_000, i * 72_000) }))] } },
    code: 'E_PROTOCOL',
    says: 'the service does not stop: it sent 2664000 bytes of sound for 12 characters',
    kept: 2_664_000,
  },
  {
    name: 'over in time: --max-time',
    scenario: { on: { flush: [[audio]] } },
    args: [...patient, '--max-time', '2'],
    code: 'E_MAX_TIME',
    says: /--max-time of 2 s/,
    kept: 4800,
  },
  {
    name: 'lost in the middle of the speech',
    scenario: { on: { flush: [[audio, 'drop']] } },
    code: 'E_CLOSED',
    says: /connection to the service was lost/,
    kept: 4800,
  },
  {
    name: 'closed with 1011',
    scenario: { on: { flush: [[audio, { close: 1011, reason: 'backend gone' }]] } },
    code: 'E_PROVIDER',
    says: /\(1011: backend gone\)/,
    kept: 4800,
  },
  {
    name: 'closed with 1008',
    scenario: { on: { flush: [[audio, { close: 1008, reason: 'policy' }]] } },
    code: 'E_REQUEST',
    says: /\(1008: policy\)/,
    kept: 4800,
  },
  {
    name: 'closed with 1001',
    scenario: { on: { flush: [[audio, { close: 1001 }]] } },
    code: 'E_CLOSED',
    says: /\(1001\)/,
    kept: 4800,
  },
  {
    name: 'closed with 1000 before any sound',
    scenario: { on: { flush: [[{ close: 1000 }]] } },
    code: 'E_CLOSED',
    says: /\(1000\) before it was done/,
  },
  {
    name: 'closed with the key in the reason',
    scenario: { on: { flush: [[audio, { close: 1008, reason: `bad ${key}` }]] } },
    code: 'E_REQUEST',
    says: /1008: bad KEY\)/,
    kept: 4800,
  },
];

/** PROTOCOLS 1.1 to 1.5: what services are known to call their errors. */
const vendorCodes: [vendor: string, code: ErrorCode][] = [
  ['auth_error', 'E_AUTH'],
  ['config_error', 'E_REQUEST'],
  ['invalid_request', 'E_REQUEST'],
  ['payload_too_large', 'E_REQUEST'],
  ['rate_limit', 'E_RATE_LIMIT'],
  ['rate_limit_exceeded', 'E_RATE_LIMIT'],
  ['provider_error', 'E_PROVIDER'],
  ['backend_connection_failed', 'E_PROVIDER'],
  ['idle_timeout_exceeded', 'E_CLOSED'],
  ['pronunciation_not_found', 'E_PRONUNCIATION'],
  ['a_code_nobody_knows', 'E_PROVIDER'],
];

const told: Fault[] = vendorCodes.flatMap(([vendor, code]) => {
  const error = { code: vendor, message: `as ${vendor} says` };
  const shapes = [
    { shape: 'flat', json: { type: 'error', ...error } },
    { shape: 'nested', json: { type: 'error', data: error } },
  ];
  return shapes.map(({ shape, json }) => ({
    name: `an error, ${shape}: ${vendor}`,
    scenario: { on: { flush: [[audio, { json }]] } },
    code,
    says: `as ${vendor} says`,
    kept: 4800,
  }));
});

describe('vox synth, and a service that fails', () => {
  it.each([...refusals, ...midSpeech, ...told])('$name', async ({ scenario, args = patient, code, says, kept }) => {
    const own = workplace();
    try {
      const { ran } = await own.synth(scenario, ['-o', 'x.wav', ...args]);
      expectFailure(ran, code, says);
      expect(ran.stdout.length).toBe(0);
      expect(own.names()).toEqual(kept === undefined ? [] : ['x.partial.wav']);
      expect(failure(ran).kept).toBe(kept === undefined ? undefined : 'x.partial.wav');
      if (kept !== undefined) expect(wavBytes(own.file('x.partial.wav'))).toEqual(Buffer.from(sound(kept)));
    } finally {
      own.remove();
    }
  });

  it('tells the error in its own words where it has no code', async () => {
    const { ran } = await place.synth({
      on: { flush: [[{ json: { type: 'error', message: 'voice is too tired' } }]] },
    });
    expectFailure(ran, 'E_PROVIDER', 'voice is too tired');
  });

  it('leaves a file that was there as it was', async () => {
    place.put('old.wav', 'precious');
    const { ran } = await place.synth({ on: { flush: [[audio, { close: 1011 }]] } }, ['-o', 'old.wav']);
    expectFailure(ran, 'E_PROVIDER');
    expect(readFileSync(place.file('old.wav'), 'utf8')).toBe('precious');
    expect(wavBytes(place.file('old.partial.wav')).length).toBe(4800);
  });

  it('says it, and what is kept, also with --quiet, and nothing else', async () => {
    const { ran } = await place.synth({ on: { flush: [[audio, 'drop']] } }, ['-o', 'q.wav', '--quiet']);
    expectFailure(ran, 'E_CLOSED');
    expect(ran.stderr).toMatch(/^vox: .*\n {2}→ .*\n {2}kept: q\.partial\.wav\n$/);
  });

  it('says it as one JSON object a line, and to people on stderr', async () => {
    const { ran } = await place.synth({ on: { flush: [[audio, 'drop']] } }, ['-o', 'j.wav', '--json']);
    expectFailure(ran, 'E_CLOSED');
    const last = objects(ran.stdout).at(-1);
    expect(last).toMatchObject({ event: 'error', code: 'E_CLOSED', exitCode: 4, retryable: true });
    expect(last).toMatchObject({ kept: 'j.partial.wav' });
    expect(last?.todo).toMatch(/try again/);
  });

  it('keeps JSON out of a pipe that carries sound', async () => {
    const { ran } = await place.synth({ on: { flush: [[audio, 'drop']] } }, ['-o', '-', '--json']);
    expect(ran.code).toBe(4);
    const said = objects(ran.stderr);
    expect(said.at(-1)).toMatchObject({ event: 'error', code: 'E_CLOSED' });
    expect(ran.stdout.subarray(44)).toEqual(Buffer.from(sound(4800)));
  });

  it('ends when the service fails, though nobody has closed stdin', async () => {
    const server = await faultyServer({ on: { flush: [[audio, { close: 1011 }]] } });
    try {
      const ran = await place.vox(['synth', '-o', 'open.wav', '--endpoint', server.wsUrl], {
        during: ({ stdin }) => {
          stdin?.write('The first paragraph.\n\nThe second one.\n\nThe third');
        },
      });
      expectFailure(ran, 'E_PROVIDER', '1011');
    } finally {
      await server.close();
    }
  });

  it('connects to nothing where nobody listens', async () => {
    const ran = await place.vox(['synth', 'Hello.', '-o', 'n.wav', '--endpoint', nobody]);
    expectFailure(ran, 'E_CONNECT', /connection refused/);
  });
});

const hello = 'Hello there.';
const pcm = (...parts: Uint8Array[]) => Buffer.concat(parts);
const chunk = (bytes: Uint8Array, sequence?: number): Act => ({
  json: { type: 'audio_chunk', data: Buffer.from(bytes).toString('base64'), ...(sequence && { sequence }) },
});

interface Oddity {
  readonly name: string;
  readonly scenario: Scenario;
  readonly args?: readonly string[];
  readonly bytes: Uint8Array;
  /** What is said about it; nothing otherwise. */
  readonly warning?: RegExp;
}

/** A WAV header of a stream: RIFF, size unknown, linear16 at 24 kHz. */
function riff(): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(24_000, 24);
  header.writeUInt32LE(48_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(0xffffffff, 40);
  return header;
}

const parts = [sound(333), sound(1, 333), sound(667, 334), sound(999, 1001)] as const;

const oddities: Oddity[] = [
  {
    name: 'malformed JSON, then sound',
    scenario: { on: { flush: [[{ text: '{"type": "aud' }, audio, flushed]] } },
    bytes: sound(4800),
    warning: /a message that cannot be read \(no JSON/,
  },
  {
    name: 'JSON that is no object',
    scenario: { on: { flush: [[{ text: '[1, 2]' }, { text: 'null' }, audio, flushed]] } },
    bytes: sound(4800),
    warning: /is not an object/,
  },
  {
    name: 'a message that nobody knows',
    scenario: { on: { flush: [[{ json: { type: 'moon_phase', phase: 'full' } }, audio, flushed]] } },
    bytes: sound(4800),
  },
  {
    name: 'frames that end inside a sample',
    scenario: { on: { flush: [[...parts.map((bytes): Act => ({ audio: bytes })), flushed]] } },
    bytes: pcm(...parts),
  },
  {
    name: 'an odd number of bytes in all',
    scenario: { on: { flush: [[{ audio: sound(4801) }, flushed]] } },
    bytes: sound(4800),
    warning: /ends inside a sample; 1 byte dropped/,
  },
  {
    name: 'sound in JSON',
    scenario: { on: { flush: [[...parts.map((bytes, i) => chunk(bytes, i + 1)), flushed]] } },
    bytes: pcm(...parts),
  },
  {
    name: 'sound in JSON, with chunks missing',
    scenario: { on: { flush: [[chunk(sound(480), 1), chunk(sound(480, 480), 4), flushed]] } },
    bytes: sound(960),
    warning: /2 audio chunks are missing before number 4/,
  },
  {
    name: 'sound in JSON that is no base64',
    scenario: { on: { flush: [[{ json: { type: 'audio_chunk', data: 'so? nd!' } }, audio, flushed]] } },
    bytes: sound(4800),
    warning: /not base64/,
  },
  {
    name: 'a RIFF header in front of the samples',
    scenario: { on: { flush: [[{ audio: pcm(riff(), sound(960)) }, { audio: sound(960, 960) }, flushed]] } },
    bytes: sound(1920),
  },
  {
    name: 'a RIFF header cut into pieces',
    scenario: {
      on: { flush: [[{ audio: riff().subarray(0, 3) }, { audio: pcm(riff().subarray(3), sound(960)) }, flushed]] },
    },
    bytes: sound(960),
  },
  {
    name: "no ready at all (rime's routes)",
    scenario: { on: { init: [[]], flush: [[chunk(sound(960)), { close: 1000 }]] } },
    args: ['--model', 'slng/rime/arcana:3-en'],
    bytes: sound(960),
  },
  {
    name: "Deepgram's words",
    scenario: {
      on: {
        init: [[{ json: { type: 'Metadata', request_id: 'r1', model_name: 'aura-2' } }]],
        flush: [[audio, { json: { type: 'Flushed', sequence_id: 0 } }]],
        close: [[{ close: 1000 }]],
      },
    },
    bytes: sound(4800),
  },
  {
    name: 'audio_end instead of flushed',
    scenario: { on: { flush: [[audio, { json: { type: 'audio_end', duration: 0.1 } }]] } },
    bytes: sound(4800),
  },
  {
    name: 'a close instead of flushed',
    scenario: { on: { flush: [[audio, { close: 1000 }]] } },
    bytes: sound(4800),
  },
  {
    name: 'a remark on the voice',
    scenario: {
      on: { init: [[{ json: { type: 'ready', warnings: ['no voice "x" here'] } }]], flush: [[audio, flushed]] },
    },
    bytes: sound(4800),
    warning: /no voice "x" here/,
  },
];

describe('vox synth, and a service with habits of its own', () => {
  it.each(oddities)('$name', async ({ scenario, args = [], bytes, warning }) => {
    const { ran } = await place.synth(scenario, ['-o', 'odd.wav', ...patient, ...args]);
    expect(ran).toMatchObject({ code: 0 });
    expect(wavBytes(place.file('odd.wav'))).toEqual(Buffer.from(bytes));
    if (warning) expect(ran.stderr).toMatch(warning);
    else expect(ran.stderr).not.toContain('warning');
  });

  /** Three paragraphs, flushed one by one; the sound of each says which it is. */
  const paragraphs = ['The first one.', 'The second one.', 'The third one.'];
  const three = (input: string[], scenario: Scenario) =>
    place.synth(scenario, ['-o', 'three.pcm', '--flush', 'paragraph', ...patient], { input: input.join('\n\n') });

  it('closes after every flush: new connections, and nothing is lost or said twice', async () => {
    const { ran, server } = await three(paragraphs, {
      on: { flush: [[{ audio: sound(960) }, flushed, { close: 1000 }]] },
    });
    expect(ran).toMatchObject({ code: 0 });
    expect(readFileSync(place.file('three.pcm'))).toEqual(pcm(sound(960), sound(960), sound(960)));
    const said = server.connections.map((messages) => messages.filter(({ type }) => type === 'text').map(textOf));
    expect(said.flat().filter((text) => text.trim() !== '')).toHaveLength(said.flat().length);
    // What a connection was not done with is said again on the next, and sounds there for the first time.
    const heard = said.map((texts) => texts[0]?.trim());
    expect(heard).toEqual(paragraphs);
  });

  it('ends with audio_end alone, and fails the text that follows (soniox): a new connection says it', async () => {
    const gone: Act = { json: { type: 'error', message: 'Stream 1 not found. Send a start message first.' } };
    const end: Act = { json: { type: 'audio_end' } };
    const { ran } = await three(paragraphs, {
      on: { text: [[], [gone]], flush: [[{ audio: sound(960) }, end], []] },
    });
    expect(ran).toMatchObject({ code: 0 });
    expect(readFileSync(place.file('three.pcm'))).toEqual(pcm(sound(960), sound(960), sound(960)));
    expect(ran.stderr).not.toContain('not found');
  });

  it('shows what was not understood with --debug wire', async () => {
    const scenario: Scenario = {
      on: { flush: [[{ json: { type: 'moon_phase' } }, { text: 'what?' }, audio, flushed]] },
    };
    const { ran } = await place.synth(scenario, ['-o', 'debug.wav', '--debug', 'wire,session']);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/^\[wire\] > \{"type":"init"/m);
    expect(ran.stderr).toMatch(/^\[wire\] < \(4800 bytes\)$/m);
    expect(ran.stderr).toMatch(/^\[wire\] {3}unknown message: moon_phase$/m);
    expect(ran.stderr).toMatch(/^\[wire\] {3}malformed: no JSON/m);
  });
});

function textOf(message: Readonly<Record<string, unknown>>): string {
  return String(message.text);
}

it('answers an unknown voice with a warning, and speaks', async () => {
  const ran = await place.vox(['synth', hello, '-o', 'voice.wav', '--voice', 'nobody', '--provider', 'local']);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(/^vox: warning: flite has no voice "nobody": speaking with "slt" \[service\]$/m);
  expect(wavBytes(place.file('voice.wav')).length).toBeGreaterThan(10_000);
});

it('says nothing of the kind where no voice and no model was asked for', async () => {
  const ran = await place.vox(['synth', hello, '-o', 'plain.wav', '--provider', 'local']);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).not.toContain('warning');
});
