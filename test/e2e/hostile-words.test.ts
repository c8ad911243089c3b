import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../support/faulty-server.ts';
import { needs } from '../support/programs.ts';
import { frame, RawSocket, routeNames, routes } from '../support/raw-socket.ts';
import { type Ran, type Served, serve } from '../support/vox.ts';
import { fakePrograms } from './fake-recorder.ts';
import { key, workplace } from './workplace.ts';

/** What a shell, a format, a path, a command line or a terminal would make something of. */
const texts = [
  '$(touch pwned)',
  '`touch pwned`',
  '; touch pwned; #',
  '| touch pwned',
  "'; touch pwned; '",
  '%s %n %d %1000000d',
  '../../pwned',
  '/tmp/vox-pwned',
  '-o pwned.wav',
  '-w pwned.wav',
  '--help',
  '-f /etc/passwd',
  '[[ pwned ]] <audio src="pwned"/>',
  '\u001b]0;pwned\u0007\u001b[2J\u009b31m and \u202eback',
];

/** Another than the one of every run: the server's, and those of other vendors. */
const secrets = ['sk-of-the-server-987654', 'sk-of-deepgram-987654', 'sk-of-telnyx-987654'];
const [serverKey = '', deepgramKey = '', telnyxKey = ''] = secrets;

const place = workplace();
const programs = fakePrograms(place.file('bin'));
const seen = place.file('seen.txt');
for (const name of ['home', 'tmp', 'work', 'server']) mkdirSync(place.file(name));
writeFileSync(seen, '');
const elsewhere = (process.env.PATH ?? '').split(delimiter);
/** Each tells what it was started with, and then is the real one. */
for (const name of ['espeak-ng', 'ffmpeg', 'ffplay']) {
  programs.put(
    name,
    `{ echo "program ${name}"; printf 'argument %s\\n' "$@"; /usr/bin/env; } >> '${seen}'
for folder in ${elsewhere.map((folder) => `'${folder}'`).join(' ')}; do
  if [ -x "$folder/${name}" ]; then exec "$folder/${name}" "$@"; fi
done
exit 127`,
  );
}

const env = {
  PATH: [programs.PATH, ...elsewhere].join(delimiter),
  HOME: place.file('home'),
  TMPDIR: place.file('tmp'),
  XDG_CONFIG_HOME: place.file('home'),
  SDL_AUDIODRIVER: 'dummy',
  DEEPGRAM_API_KEY: deepgramKey,
  TELNYX_API_KEY: telnyxKey,
};

/** Every file here, where vox may have written any. */
function files(): string[] {
  // espeak-ng looks for a sound server, even where it writes to its stdout.
  const all = readdirSync(place.path, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => !/^(home|tmp)\/pulse/.test(name)).sort();
}

/** The programs' arguments. */
function argumentsSeen(): string[] {
  return [...readFileSync(seen, 'utf8').matchAll(/^argument (.*)$/gm)].map(([, word = '']) => word);
}

/** What a terminal obeys; a line's end it may. */
const control = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

function expectHarmless(ran: Ran): void {
  expect(control.exec(ran.stderr)?.index, ran.stderr).toBeUndefined();
  expect(control.exec(ran.stdout.toString())?.index, ran.stdout.toString()).toBeUndefined();
}

let served: Served;
let said = '';
beforeAll(async () => {
  const flags = ['--debug', 'server,audio,wire,session', '--trace', place.file('server/trace.jsonl')];
  served = await serve(flags, { ...env, VOX_SERVE_KEY: serverKey }, place.file('server'));
  for (const stream of [served.child.stdout, served.child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  writeFileSync(place.file('lines.txt'), texts.map((text) => `${text} and so on\n`).join(''));
});

/** What the server said and wrote is looked at when all has been tried. */
afterAll(async () => {
  expect(await served.stop()).toBe(0);
  expect(said).toContain('[server]');
  expect(control.exec(said)?.[0], said.slice(-1000)).toBeUndefined();
  const trace = readFileSync(place.file('server/trace.jsonl'), 'utf8');
  expect(trace.split('\n').length).toBeGreaterThan(100);
  const all = said + trace + readFileSync(seen, 'utf8');
  expect([key, ...secrets, 'sk-wrong'].filter((secret) => all.includes(secret))).toEqual([]);
  expect(readdirSync(place.file('server'))).toEqual(['trace.jsonl']);
  place.remove();
});

const asked = needs('espeak-ng', 'ffmpeg');

describe('texts that a shell, a file name or a format would obey', () => {
  const ways = [
    ['slng', []],
    ['slng', ['--language', 'de']],
    ['slng', ['--encoding', 'mp3']],
    ['deepgram', []],
    ['telnyx', []],
    ['telnyx', ['--encoding', 'opus', '--sample-rate', '24000']],
  ] as const;

  asked.it.each(ways)('are spoken, and no more, by %s with %j', async (provider, args) => {
    const ending = args.join().includes('mp3') ? 'mp3' : args.join().includes('opus') ? 'opus' : 'wav';
    const out = `out-${provider}-${args.length}-${ending}`;
    const before = files();
    const wanted = ['--provider', provider, '--endpoint', served.wsUrl, '--out-dir', `work/${out}`];
    const keys = { SLNG_API_KEY: serverKey, DEEPGRAM_API_KEY: serverKey, TELNYX_API_KEY: serverKey };
    const line = ['synth', '--lines', '-f', 'lines.txt', ...wanted, '--format', ending, ...args];
    const ran = await place.vox(line, { env: { ...env, ...keys } });
    expect(ran.code, ran.stderr).toBe(0);
    expectHarmless(ran);
    const made = texts.map((_, i) => join('work', out, `${String(i + 1).padStart(4, '0')}.${ending}`));
    expect(files().filter((name) => !before.includes(name))).toEqual([join('work', out), ...made].sort());
  });

  asked.it('reach programs by their stdin alone', () => {
    const words = argumentsSeen();
    expect(words.length).toBeGreaterThan(50);
    expect(words).toContain('--stdin');
    expect(words.filter((word) => /pwned|passwd|%s|and so on|--help/.test(word))).toEqual([]);
  });

  needs('ffplay').it('are played, and no more', async () => {
    writeFileSync(place.file('spoken.txt'), texts.slice(0, 6).join('\n\n'));
    const before = files();
    const line = ['say', '--provider', 'local', '--player', 'ffplay', '--speed', '4', '-f', 'spoken.txt'];
    const ran = await place.vox(line, { env: { ...env, SLNG_API_KEY: undefined } });
    expect(ran.code, ran.stderr).toBe(0);
    expectHarmless(ran);
    expect(argumentsSeen().filter((word) => /pwned|passwd|%s|and so on/.test(word))).toEqual([]);
    expect(files()).toEqual(before);
  });
});

describe('names that come from a client', () => {
  it.each(['slng', 'deepgram', 'telnyx'])(
    'name no file and no program: %s',
    async (provider) => {
      const keys = { SLNG_API_KEY: serverKey, DEEPGRAM_API_KEY: serverKey, TELNYX_API_KEY: serverKey };
      const before = files();
      for (const text of texts.filter((_, i) => i % 4 === 0 || i === texts.length - 1)) {
        for (const flag of ['--voice', '--model', '--language', '--pronunciation']) {
          const wanted = [
            '--provider',
            provider,
            '--endpoint',
            served.wsUrl,
            `${flag}=${text}`,
            '-o',
            'work/named.wav',
          ];
          const ran = await place.vox(['synth', 'Hello.', ...wanted, '--dry-run'], { env: { ...env, ...keys } });
          expectHarmless(ran);
        }
      }
      expect(files()).toEqual(before);
    },
    120_000,
  );

  it.each(routeNames)('name none where they come over the wire: %s', async (name) => {
    const before = files();
    const port = Number(new URL(served.url).port);
    for (const text of texts) {
      const where = encodeURIComponent(text);
      const [path = '', query = ''] = routes[name].path.split('?');
      const named = `${path.replace(/(aura|nova):.*$/, where)}?${query.replace(/(model|voice)=[^&]*/, `$1=${where}`)}`;
      const client = new RawSocket(port, 100_000);
      client.upgrade({ ...routes[name], path: `${named}&language=${where}&request_id=${where}` }, serverKey);
      await client.answered();
      const config = { encoding: 'linear16', sample_rate: 24_000, language: text, pronunciation: { name: text } };
      client.say(JSON.stringify({ type: 'init', voice: text, model: text, session_id: text, config }));
      client.say(JSON.stringify({ type: text, text, [text]: text, voice_settings: { voice: text } }), text);
      client.write(frame({ opcode: 8, payload: Buffer.concat([Buffer.from([0x0f, 0xa0]), Buffer.from(text)]) }));
      client.socket.end();
      await client.closed;
      // After the third they wait for their answers.
      if (text !== texts[0]) continue;
      const wrong = new RawSocket(port);
      wrong.upgrade(routes[name], 'sk-wrong-key-of-a-stranger', [`User-Agent: ${text.replace(/[^ -~]/g, '')}`]);
      await wrong.closed;
      expect(wrong.status).toBe(401);
    }
    expect(files()).toEqual(before);
  });
});

describe('words of a service', () => {
  const evil = '\u001b]0;pwned\u0007\u001b[2J\u009b31m $(touch pwned) %s%n \u202e ../../pwned\r\nvox: fine';
  const short = '\u001b[2J\u0007\u009b31m\u202e';
  const ready = { json: { type: 'ready', session_id: evil, request_id: evil, warnings: [evil], model: evil } };
  const sounds = { audio: Buffer.alloc(960) };

  const scenarios = {
    'its names': { on: { init: [[ready]] } },
    'its errors': {
      on: { init: [[ready]], flush: [[{ json: { type: 'error', code: evil, message: evil, request_id: evil } }]] },
    },
    'its warnings': {
      on: { init: [[ready]], text: [[{ json: { type: 'warning', code: evil, message: evil } }]] },
    },
    'its unknown messages': { on: { init: [[ready, { json: { type: evil, [evil]: evil } }, { text: evil }]] } },
    'its close': { on: { init: [[ready]], flush: [[sounds, { close: 4000, reason: short }]] } },
    'its refusal': { refuse: { status: 500, body: evil, type: 'text/plain' } },
  } as const;
  const ways = [[], ['--json'], ['--quiet'], ['--debug', 'wire,session,audio,server']];

  it.each(Object.keys(scenarios))('move no cursor and name no file: %s', async (name) => {
    const scenario = Object.entries(scenarios).find(([known]) => known === name)?.[1];
    for (const args of ways) {
      const before = files();
      const timing = ['--timeout', '20', '--no-reconnect', '-o', 'work/x.wav'];
      const { ran } = await place.synth(scenario ?? {}, [...timing, ...args], { env });
      expectHarmless(ran);
      const made = files().filter((file) => !before.includes(file));
      expect(['work/x.wav', 'work/x.partial.wav']).toEqual(expect.arrayContaining(made));
    }
  });

  it('move none in what was heard', async () => {
    for (const args of ways) {
      const scenario: Scenario = { on: { audio: [[{ json: { type: 'final_transcript', transcript: evil } }], []] } };
      const { ran } = await place.transcribe(scenario, 100, args);
      expectHarmless(ran);
    }
  });
});
