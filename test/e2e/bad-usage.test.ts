import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { type FaultyServer, faultyServer, sound } from '../support/faulty-server.ts';
import type { RunOptions } from '../support/vox.ts';
import { expectFailure, failure, key, objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
let server: FaultyServer;
beforeAll(async () => {
  server = await faultyServer();
});
afterAll(async () => {
  await server.close();
  place.remove();
});

interface Misuse {
  readonly name: string;
  /** After `vox`. `URL` stands for the service's address. */
  readonly args: readonly string[];
  readonly env?: Record<string, string | undefined>;
  readonly input?: string;
  readonly code: ErrorCode;
  readonly says: RegExp | string;
  readonly todo?: RegExp | string;
}

const hello = ['synth', 'Hello there.', '-o', 'x.wav'];
const at = [...hello, '--endpoint', 'URL'];

const flags: Misuse[] = [
  {
    name: 'a rate that the protocol does not have',
    args: [...at, '--sample-rate', '12345'],
    code: 'E_USAGE',
    says: /12345.*8000, 16000, 22050, 24000/,
  },
  { name: 'a rate that is no number', args: [...at, '--sample-rate', 'fast'], code: 'E_USAGE', says: /Not a rate/ },
  { name: 'an encoding that nobody has', args: [...at, '--encoding', 'flac'], code: 'E_USAGE', says: /flac.*linear16/ },
  { name: 'a speed of nothing', args: [...at, '--speed', '0'], code: 'E_USAGE', says: /Not a number from 0\.25 to 4/ },
  { name: 'a timeout of nothing', args: [...at, '--timeout', '0'], code: 'E_USAGE', says: /seconds above 0/ },
  {
    name: 'a timeout that never ends',
    args: [...at, '--timeout', 'Infinity'],
    code: 'E_USAGE',
    says: /seconds above 0/,
  },
  { name: 'an unknown option', args: [...at, '--loud'], code: 'E_USAGE', says: "unknown option '--loud'" },
  { name: 'an option with a typo', args: [...at, '--vioce', 'x'], code: 'E_USAGE', says: /Did you mean --voice\?/ },
  { name: 'an option without its value', args: ['synth', 'Hello.', '-o'], code: 'E_USAGE', says: /argument missing/ },
  { name: 'an unknown flush', args: [...at, '--flush', 'word'], code: 'E_USAGE', says: /clause, sentence/ },
  {
    name: 'an unknown area of --debug',
    args: [...at, '--debug', 'wire,all'],
    code: 'E_USAGE',
    says: "Unknown area 'all'",
  },
  { name: 'two targets', args: [...at, '-o', 'y.wav'], code: 'E_USAGE', says: /given twice/ },
  { name: 'no jobs', args: [...at, '--jobs', '0'], code: 'E_USAGE', says: /whole number from 1 to 64/ },
  {
    name: 'a --param without a value',
    args: [...at, '--param', 'oops'],
    code: 'E_USAGE',
    says: "--param wants name=value, not 'oops'",
  },
  {
    name: 'a --param without a name',
    args: [...at, '--param', '=x'],
    code: 'E_USAGE',
    says: /--param wants name=value/,
  },
  {
    name: 'a --param that a flag exists for',
    args: [...at, '--param', 'sample_rate=8000'],
    code: 'E_USAGE',
    says: 'use --sample-rate',
  },
  {
    name: 'a header without a colon',
    args: [...at, '-H', `Bearer ${key}`],
    code: 'E_USAGE',
    says: "-H wants 'Name: value'",
  },
  { name: 'a header of two lines', args: [...at, '-H', 'X-A: b\r\nX-C: d'], code: 'E_USAGE', says: "the header 'X-A'" },
  { name: 'a header that is no name', args: [...at, '-H', 'X A: b'], code: 'E_USAGE', says: "the header 'X A'" },
  { name: 'a header beyond Latin-1', args: [...at, '-H', 'X-A: 日本'], code: 'E_USAGE', says: "the header 'X-A'" },
  { name: 'a model that is no path', args: [...at, '--model', 'aura'], code: 'E_USAGE', says: 'aura is no SLNG model' },
  {
    name: 'a device for a file that is not played',
    args: [...at, '--play', '--player', 'gramophone'],
    code: 'E_USAGE',
    says: 'no player called gramophone',
  },
];

const providers: Misuse[] = [
  {
    name: 'an unknown provider',
    args: [...hello, '--provider', 'acme'],
    code: 'E_USAGE',
    says: "unknown provider 'acme' (--provider)",
    todo: 'local, slng',
  },
  {
    name: 'an unknown provider in the environment',
    args: hello,
    env: { VOX_PROVIDER: 'acme' },
    code: 'E_USAGE',
    says: "'acme' (VOX_PROVIDER)",
  },
  {
    name: 'a provider without its key',
    args: [...hello, '--provider', 'slng'],
    env: { SLNG_API_KEY: undefined },
    code: 'E_KEY',
    says: 'no key for slng',
    todo: 'SLNG_API_KEY',
  },
  {
    name: 'a key of blanks',
    args: [...hello, '--provider', 'slng'],
    env: { SLNG_API_KEY: '  ' },
    code: 'E_KEY',
    says: 'no key for slng',
  },
  {
    name: 'a key of two words',
    args: at,
    env: { SLNG_API_KEY: `${key} ${key}` },
    code: 'E_KEY',
    says: 'SLNG_API_KEY does not hold one key',
  },
  {
    name: 'a key with a sign that no header takes',
    args: at,
    env: { SLNG_API_KEY: `${key}…` },
    code: 'E_KEY',
    says: 'SLNG_API_KEY',
  },
  {
    name: 'a key file that is not there',
    args: [...at, '--api-key-file', 'missing.key'],
    code: 'E_FILE',
    says: 'the key file missing.key: there is no such file',
  },
  {
    name: 'a key file with two words',
    args: [...at, '--api-key-file', place.put('two.key', `${key} ${key}\n`)],
    code: 'E_KEY',
    says: /two\.key does not hold one key/,
    todo: 'the file holds the key alone',
  },
  {
    name: 'an empty key file',
    args: [...at, '--api-key-file', place.put('empty.key', '\n')],
    code: 'E_KEY',
    says: 'does not hold one key',
  },
  {
    name: 'a key that would go over plain ws://',
    args: [...hello, '--endpoint', 'ws://speech.example'],
    code: 'E_INSECURE',
    says: 'to speech.example unencrypted',
    todo: '--insecure',
  },
  {
    name: 'a key of a file that would go over http://',
    args: [...hello, '--endpoint', 'http://speech.example', '--api-key-file', place.put('one.key', `${key}\n`)],
    env: { SLNG_API_KEY: undefined },
    code: 'E_INSECURE',
    says: 'unencrypted',
  },
  {
    name: 'a key in a header that would go over ws://',
    args: [...hello, '--endpoint', 'ws://speech.example', '-H', `X-Slng-Provider-Key: ${key}`],
    env: { SLNG_API_KEY: undefined },
    code: 'E_INSECURE',
    says: 'unencrypted',
  },
  {
    name: 'a host that only begins like loopback',
    args: [...hello, '--endpoint', 'ws://127.0.0.1.example'],
    code: 'E_INSECURE',
    says: 'unencrypted',
  },
  {
    name: 'an endpoint that is no URL',
    args: [...hello, '--endpoint', 'speech'],
    code: 'E_USAGE',
    says: 'not a URL: speech',
  },
  {
    name: 'an endpoint that is no service',
    args: [...hello, '--endpoint', 'ftp://speech.example'],
    code: 'E_USAGE',
    says: /scheme ftp:/,
  },
  {
    name: 'an endpoint for the local provider',
    args: [...at, '--provider', 'local'],
    code: 'E_USAGE',
    says: "'local' has no --endpoint",
  },
];

const configs: Misuse[] = [
  {
    name: 'a config file that is not there',
    args: hello,
    env: { VOX_CONFIG: 'missing.json' },
    code: 'E_FILE',
    says: 'the config file missing.json: there is no such file',
  },
  {
    name: 'a config file that is no JSON',
    args: hello,
    env: { VOX_CONFIG: place.put('text.json', 'provider = slng') },
    code: 'E_USAGE',
    says: 'is not JSON',
  },
  {
    name: 'a config file with an unknown entry',
    args: hello,
    env: { VOX_CONFIG: place.put('entry.json', '{"vocie":"x"}') },
    code: 'E_USAGE',
    says: "wrong entry 'vocie'",
    todo: /provider, endpoint, voice/,
  },
  {
    name: 'a config file with a key of the wrong kind',
    args: hello,
    env: { VOX_CONFIG: place.put('keys.json', `{"keys":{"slng":["${key}"]}}`) },
    code: 'E_USAGE',
    says: "wrong entry 'keys.slng'",
  },
  {
    name: 'a config file that is a folder',
    args: hello,
    env: { VOX_CONFIG: '.' },
    code: 'E_FILE',
    says: 'it is a folder',
  },
  {
    name: 'an unknown provider in the config file',
    args: hello,
    env: { VOX_CONFIG: place.put('acme.json', '{"provider":"acme"}') },
    code: 'E_USAGE',
    says: /'acme' \(.*acme\.json\)/,
  },
];

const dictionaries: Misuse[] = [
  {
    name: 'a dictionary that is not there',
    args: [...at, '--pronunciation', 'missing.json'],
    code: 'E_FILE',
    says: 'the dictionary missing.json: there is no such file',
  },
  {
    name: 'a dictionary that is no JSON',
    args: [...at, '--pronunciation', place.put('words.json', 'a = b')],
    code: 'E_PRONUNCIATION',
    says: 'is not JSON',
  },
  {
    name: 'a dictionary without rules',
    args: [...at, '--pronunciation', place.put('none.json', '{}')],
    code: 'E_PRONUNCIATION',
    says: 'no list of rules',
  },
  {
    name: 'a rule that matches nothing',
    args: [...at, '--pronunciation', place.put('blank.json', '[{"match":" ","replace":"x"}]')],
    code: 'E_PRONUNCIATION',
    says: 'rule 1: match is empty',
  },
];

const commands: Misuse[] = [
  {
    name: 'a command with a typo',
    args: ['syth', 'Hello', '-o', 'x.wav'],
    code: 'E_USAGE',
    says: "unknown command 'syth' (did you mean 'synth'?)",
    todo: 'vox say syth',
  },
  { name: 'a word that is like no command', args: ['bonjour'], code: 'E_USAGE', says: /unknown command 'bonjour'$/ },
  { name: 'a word that moves the cursor', args: ['\u001b[2J'], code: 'E_USAGE', says: "'\\x1b[2J'" },
  {
    name: 'options before the command',
    args: ['--json', 'synth', 'Hello'],
    code: 'E_USAGE',
    says: "before the command 'synth'",
    todo: 'vox synth',
  },
  {
    name: 'an unknown option and no command',
    args: ['--loud', 'two words'],
    code: 'E_USAGE',
    says: "unknown option '--loud'",
  },
];

describe('a command line that is wrong', () => {
  it.each([...flags, ...providers, ...configs, ...dictionaries, ...commands])('$name', async (misuse) => {
    const { args, env = {}, input, code, says, todo } = misuse;
    const before = place.names();
    const options: RunOptions = { env, ...(input !== undefined && { input }) };
    const ran = await place.vox(
      args.map((arg) => (arg === 'URL' ? server.wsUrl : arg)),
      options,
    );
    expectFailure(ran, code, says);
    if (todo) expect(failure(ran).todo).toMatch(todo);
    expect(ran.stdout.length).toBe(0);
    expect(place.names()).toEqual(before);
    // Nothing was asked of anybody.
    expect(server.requests).toHaveLength(0);
  });

  it('is said to a script, too, as an object', async () => {
    const ran = await place.vox([...hello, '--provider', 'acme', '--json']);
    expect(objects(ran.stdout)).toMatchObject([{ event: 'error', code: 'E_USAGE', exitCode: 2, retryable: false }]);
  });
});

describe('what is right, and looks wrong', () => {
  it.each([
    ['a key over plain ws:// to this machine', ['--endpoint', 'URL'], {}],
    ['no key at an endpoint', ['--endpoint', 'URL'], { SLNG_API_KEY: undefined }],
    ['http:// for ws://', ['--endpoint', 'HTTP'], {}],
    [
      'a key file with a line break at its end',
      ['--endpoint', 'URL', '--api-key-file', place.put('fine.key', `${key}\n`)],
      { SLNG_API_KEY: undefined },
    ],
    ['a config file that names the endpoint', [], { VOX_CONFIG: 'CONFIG' }],
  ] as const)('%s', async (_name, args, env) => {
    const own = await faultyServer();
    const url = own.wsUrl.replace('ws:', 'http:');
    const config = place.put('endpoint.json', JSON.stringify({ endpoint: own.wsUrl }));
    try {
      const filled = args.map((arg) => (arg === 'URL' ? own.wsUrl : arg === 'HTTP' ? url : arg));
      const ran = await place.vox([...hello, ...filled], {
        env: 'VOX_CONFIG' in env ? { VOX_CONFIG: config } : env,
      });
      expect(ran).toMatchObject({ code: 0 });
      const shown = own.requests[0]?.headers.authorization;
      expect(shown).toBe(filled.includes('--api-key-file') || !('SLNG_API_KEY' in env) ? `Bearer ${key}` : undefined);
      expect(wavBytes(place.file('x.wav'))).toEqual(Buffer.from(sound(960)));
    } finally {
      await own.close();
    }
  });

  it('a key beyond this machine with --insecure: nobody is there, but it is tried', async () => {
    const ran = await place.vox([
      ...hello,
      '--endpoint',
      'ws://speech.invalid',
      '--insecure',
      '--connect-timeout',
      '5',
    ]);
    expect(failure(ran).code).toMatch(/^E_CONNECT(_TIMEOUT)?$/);
    expect(ran.code).toBe(4);
  });

  it('a dictionary from a file: its words are what is sent', async () => {
    const rules = place.put('rules.json', '{"rules":[{"match":"voxwire","replace":"vox wire"}]}');
    const { ran, server: asked } = await place.synth({}, ['-o', 'said.wav', '--pronunciation', rules], {
      input: 'VoxWire speaks.',
    });
    expect(ran.code).toBe(0);
    expect(asked.connections[0]?.find(({ type }) => type === 'text')?.text).toBe('vox wire speaks.');
  });

  it('--auth query: the key is in the URL, and nowhere to be seen', async () => {
    const { ran, server: asked } = await place.synth({}, ['-o', 'query.wav', '--auth', 'query', '--debug', 'wire']);
    expect(ran.code).toBe(0);
    expect(asked.requests[0]?.url).toContain(`token=${key}`);
    expect(asked.requests[0]?.headers.authorization).toBeUndefined();
    expect(ran.stderr).toContain('token=KEY');
  });
});
