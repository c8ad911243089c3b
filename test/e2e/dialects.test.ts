import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { type Act, type FaultyServer, faultyServer, type Scenario, sound } from '../support/faulty-server.ts';
import { type VendorName, type VendorWords, vendors } from '../support/vendor-words.ts';
import { type Ran, type RunOptions, type Served, serve } from '../support/vox.ts';
import { fakePrograms } from './fake-recorder.ts';
import { humming } from './spoken.ts';
import { expectFailure, failure, key, objects, wavBytes, workplace } from './workplace.ts';

/** The table of commands × dialects × good and bad days: the exit code, one line of what to do, and what is kept. */

/** Far more than an answer on loopback takes, also on a busy machine. */
const patient = ['--timeout', '20', '--connect-timeout', '20'];
const impatient = ['--timeout', '1', '--connect-timeout', '20'];

interface Day {
  readonly name: string;
  /** The status that the upgrade is refused with. */
  readonly refused?: 401 | 429;
  /** What is done in the middle of the sound, or of the results. */
  readonly middle?: (words: VendorWords) => readonly Act[];
  /** Instead of that, what is done as soon as text comes. */
  readonly atText?: (words: VendorWords) => readonly Act[];
  /** The rest never comes. Where nothing fails it does. */
  readonly code?: ErrorCode;
  readonly says?: RegExp;
  readonly args?: readonly string[];
  /** It can happen in one direction of speech only. */
  readonly only?: 'speak';
}

const closing = (code: 1008 | 1009 | 1011) => (words: VendorWords) => [{ close: code, reason: words.closed[code] }];
const malformed: readonly Act[] = [{ text: '{"type":"' }, { text: 'no JSON' }, { text: '[7]' }, { text: '""' }];

const days: readonly Day[] = [
  { name: 'a good day', middle: () => [] },
  { name: '401 on the upgrade', refused: 401, code: 'E_AUTH', says: /^the service answered 401: .{10}/ },
  { name: '429 on the upgrade', refused: 429, code: 'E_RATE_LIMIT', says: /^the service answered 429: .{10}/ },
  { name: 'a close with 1008', middle: closing(1008), code: 'E_REQUEST', says: /\(1008(: policy| DATA-0000)/ },
  { name: 'a close with 1009', middle: closing(1009), code: 'E_REQUEST', says: /\(1009(: message| BIG-0000)/ },
  { name: 'a close with 1011', middle: closing(1011), code: 'E_PROVIDER', says: /\(1011(: backend|: see| NET-0000)/ },
  { name: 'malformed JSON', middle: () => malformed },
  { name: 'an unknown message', middle: ({ unknown }) => [unknown] },
  { name: 'a stall', middle: () => [], code: 'E_TIMEOUT', says: /for 1 s/, args: impatient },
  {
    name: 'a drop in mid-audio',
    middle: () => ['dropOnceRead'],
    code: 'E_CLOSED',
    says: /connection to the service was lost/,
  },
  {
    name: 'a flush past the limit',
    only: 'speak',
    middle: ({ tooManyFlushes }) => [tooManyFlushes],
    code: 'E_RATE_LIMIT',
    says: /flush|Too Many Requests/,
  },
  {
    name: 'text past the limit',
    only: 'speak',
    atText: ({ tooMuchText }) => [tooMuchText],
    code: 'E_REQUEST',
    says: /too long|too many characters|Payload Too Large/,
  },
];

const soundBytes = 4800;

/** The same day, as a service has it that speaks, or that listens. */
function scenarioOf(day: Day, words: VendorWords, direction: 'speak' | 'listen'): Scenario {
  if (day.refused) return { refuse: { status: day.refused, body: words.refused[day.refused] } };
  if (day.atText) return { on: { [words.textAt]: [day.atText(words)], [words.soundAt]: [[]] } };
  const middle = day.middle?.(words) ?? [];
  const rest = day.code === undefined;
  if (direction === 'speak') {
    return { on: { [words.soundAt]: [[words.audio(soundBytes), ...middle, ...(rest ? words.sounded : [])]] } };
  }
  const audio = [[words.heard('hello there'), ...middle], []];
  return rest ? { on: { audio } } : { on: { audio, finalize: [[]], Finalize: [[]], close: [[]], CloseStream: [[]] } };
}

/** What comes down a microphone's pipe. */
const pcm = humming(200).subarray(44);

/** It speaks, and is silent until what it said is answered: what is done then is in the middle. */
async function speakInto(child: ChildProcess, server: FaultyServer): Promise<void> {
  child.stdin?.write(pcm);
  await Promise.race([server.answered('audio'), once(child, 'exit')]);
  child.stdin?.end();
}

interface CommandRow {
  readonly direction: 'speak' | 'listen';
  readonly args: readonly string[];
  readonly options?: (server: FaultyServer) => RunOptions;
  /** What is left of the day. */
  readonly check: (ran: Ran, ended: 'whole' | 'partly' | 'not at all') => void;
}

const places = { synth: workplace(), say: workplace(), transcribe: workplace(), listen: workplace() };
const rest = workplace();
afterAll(() => {
  for (const place of [...Object.values(places), rest]) place.remove();
});
const player = fakePrograms(places.say.file('bin'));
player.put('paplay', 'exec /bin/cat > "$0.played"');
places.transcribe.put('heard.wav', humming(200));

/** Every line that was heard stands on stdout, and nothing else. */
const checkText: CommandRow['check'] = (ran, ended) => {
  const texts = { whole: 'hello there\nall of it\n', partly: 'hello there\n', 'not at all': '' };
  expect(ran.stdout.toString()).toBe(texts[ended]);
};

const commands: Readonly<Record<keyof typeof places, CommandRow>> = {
  synth: {
    direction: 'speak',
    args: ['synth', 'Hello there.', '-o', 'x.wav'],
    check(ran, ended) {
      const [whole, partly] = [places.synth.file('x.wav'), places.synth.file('x.partial.wav')];
      expect(existsSync(whole)).toBe(ended === 'whole');
      expect(existsSync(partly)).toBe(ended === 'partly');
      if (ended !== 'whole') expect(failure(ran).kept).toBe(ended === 'partly' ? 'x.partial.wav' : undefined);
      if (ended === 'not at all') return;
      expect(wavBytes(ended === 'whole' ? whole : partly)).toEqual(Buffer.from(sound(soundBytes)));
      rmSync(ended === 'whole' ? whole : partly);
    },
  },
  say: {
    direction: 'speak',
    args: ['say', 'Hello there.', '--player', 'paplay'],
    options: () => ({ env: { PATH: player.PATH } }),
    check(ran) {
      expect(ran.stdout.toString()).toBe('');
    },
  },
  transcribe: { direction: 'listen', args: ['transcribe', 'heard.wav'], check: checkText },
  listen: {
    direction: 'listen',
    args: ['listen', '--source', 'stdin'],
    options: (server) => ({ during: (child) => speakInto(child, server) }),
    check: checkText,
  },
};

const onlyKeyOf = ({ keyVariable }: VendorWords) => ({ SLNG_API_KEY: undefined, [keyVariable]: key });

async function live(name: keyof typeof places, day: Day, words: VendorWords): Promise<void> {
  const { direction, args, options: optionsOf, check } = commands[name];
  if (day.only !== undefined && day.only !== direction) return;
  const server = await faultyServer(scenarioOf(day, words, direction), words.usual);
  const options = optionsOf?.(server) ?? {};
  // The day of one connection: what another makes of it is reconnect.test.ts's to say.
  const flags = [...words.args, '--endpoint', server.wsUrl, '--no-reconnect', ...(day.args ?? patient), '-q'];
  const env = { ...onlyKeyOf(words), ...options.env };
  const ran = await places[name].vox([...args, ...flags], { ...options, env }).finally(() => server.close());
  if (day.code) expectFailure(ran, day.code, day.says);
  else expect(ran).toMatchObject({ code: 0, stderr: '' });
  check(ran, day.code === undefined ? 'whole' : day.middle ? 'partly' : 'not at all');
}

const names = Object.keys(vendors).filter((name): name is VendorName => Object.hasOwn(vendors, name));
const commandNames = Object.keys(commands).filter((name): name is keyof typeof places => Object.hasOwn(commands, name));

describe.each(names)('%s', (vendor) => {
  const words: VendorWords = vendors[vendor];

  it.each(days)('$name', async (day) => {
    const lived = await Promise.allSettled(commandNames.map((command) => live(command, day, words)));
    const failed = lived.flatMap((one, i) => (one.status === 'rejected' ? [`${commandNames[i]}: ${one.reason}`] : []));
    expect(failed).toEqual([]);
  });

  const reach = async (scenario: Scenario) => {
    const server = await faultyServer(scenario, words.usual);
    const env = { ...onlyKeyOf(words), VOX_POCKETSPHINX_MODEL: '/nonexistent' };
    const args = ['doctor', '--no-tone', '--no-microphone', '--json', ...words.args, '--endpoint', server.wsUrl];
    const ran = await rest.vox(args, { env }).finally(() => server.close());
    const [{ checks } = {}] = objects(ran.stdout);
    const reached = Array.isArray(checks) ? checks.find((check) => check.name === `reach ${words.args[1]}`) : undefined;
    return { ran, reached };
  };

  it('vox doctor, on a good day', async () => {
    const { ran, reached } = await reach({});
    expect(reached).toMatchObject({ status: 'ok' });
    expect(ran.code).toBe(0);
  });

  it('vox doctor, 401 on the upgrade', async () => {
    const { ran, reached } = await reach({ refuse: { status: 401, body: words.refused[401] } });
    expect(reached).toMatchObject({ status: 'fail', code: 'E_AUTH', todo: expect.stringContaining('check the key') });
    expect(ran.code).toBe(3);
  });

  it('vox voices: what there is no list of, and a key that is refused', async () => {
    const server = await faultyServer({ http: { status: 401, body: words.refused[401] } }, words.usual);
    const args = ['voices', ...words.args.slice(0, 2), '--endpoint', server.wsUrl];
    const ran = await rest.vox(args, { env: onlyKeyOf(words) }).finally(() => server.close());
    if (words.keyVariable === 'SLNG_API_KEY') expectFailure(ran, 'E_AUTH', /401: this key was revoked/);
    else expectFailure(ran, 'E_UNSUPPORTED', /no list of the voices/);
  });
});

/** By a server that holds its clients to their vendor's limits. */
describe('vox serve --strict-limits', () => {
  let server: Served;
  beforeAll(async () => {
    server = await serve(['--engine', 'scripted', '--strict-limits']);
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });
  const synth = (vendor: VendorName, text: string, out: string, ...args: string[]) =>
    rest.vox(
      ['synth', '-o', out, '--flush', 'sentence', ...vendors[vendor].args, '--endpoint', server.wsUrl, ...args, '-q'],
      { input: text, env: onlyKeyOf(vendors[vendor]) },
    );
  const texts = {
    'text past 2000 characters without a stop': 'word '.repeat(450),
    'more sentences than there are flushes': Array.from({ length: 30 }, (_, i) => `Number ${i}.`).join(' '),
  };

  it.each(Object.entries(texts))('%s: never met by a user, and the same sound from all', async (_, text) => {
    const made: Buffer[] = [];
    for (const vendor of names) {
      expect(await synth(vendor, text, 'strict.pcm')).toMatchObject({ code: 0, stderr: '' });
      made.push(readFileSync(rest.file('strict.pcm')));
    }
    expect(made[0]?.length).toBeGreaterThan(10_000);
    for (const other of made) expect(other.equals(made[0] ?? Buffer.of())).toBe(true);
  });

  it('a flush past the limit with --limits off: one line, and what to do', async () => {
    const ran = await synth('deepgram', texts['more sentences than there are flushes'], 'off.pcm', '--limits', 'off');
    expectFailure(ran, 'E_RATE_LIMIT', /flushes/);
    expect(failure(ran).todo).toMatch(/wait a minute/);
  });
});
