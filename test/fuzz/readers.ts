import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PcmStream } from '../../src/audio/pcm-stream.ts';
import { openAudio } from '../../src/audio/sources/open-audio.ts';
import { parseWavHeader, wavHeader } from '../../src/audio/wav-header.ts';
import { summedUp } from '../../src/bench/assemble.ts';
import { parseAssertion } from '../../src/bench/assertion.ts';
import { readLabels } from '../../src/bench/clips.ts';
import { promptsOfLines } from '../../src/bench/prompts.ts';
import { readDocument } from '../../src/bench/read-document.ts';
import { feed, perSecond } from '../../src/cli/bench-flags.ts';
import { parseTarget } from '../../src/cli/bench-target.ts';
import { loadConfig } from '../../src/cli/config.ts';
import { duration } from '../../src/cli/duration.ts';
import { readFaults } from '../../src/cli/serve-faults.ts';
import { deepgramListen, deepgramSpeak } from '../../src/dialects/deepgram/index.ts';
import { readCatalog } from '../../src/dialects/slng/catalog.ts';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import { telnyxListen, telnyxSpeak } from '../../src/dialects/telnyx/index.ts';
import { checkDictionary } from '../../src/server/dictionary-check.ts';
import type { ListenService, ServerStyle, SpeakService } from '../../src/speech/service.ts';
import { createRewriter, parseRules } from '../../src/text/pronounce.ts';
import { cutSpans } from '../../src/text/spans.ts';
import { decodeUtf8 } from '../../src/text/utf8.ts';
import type { Frame } from '../../src/transport/transport.ts';
import { raw, rows } from '../bench/made.ts';

/** One reader of bytes from outside. */
export interface Reader {
  /** What is mutated; made when it is asked for. */
  readonly seeds: () => readonly Uint8Array[];
  /**
   * Reads it to its end. Throws a SpeechError where it is no good, or CommanderError's kin for a flag; anything else
   * that is thrown, also what is not as it must be, is a fault.
   */
  read(bytes: Uint8Array): unknown;
}

const utf8 = (...texts: string[]) => texts.map((text) => new Uint8Array(Buffer.from(text)));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const must = (holds: boolean, what: string) => {
  if (!holds) throw new Error(`it must be so: ${what}`);
};

const mono = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
const samples = new Uint8Array(Int16Array.from({ length: 800 }, (_, i) => 9000 * Math.sin(i / 4)).buffer);
const wavs = [mono, { ...mono, channels: 2 }, { ...mono, encoding: 'mulaw' as const, sampleRateHz: 8000 }].map(
  (format) => new Uint8Array(Buffer.concat([wavHeader(format, samples.length), samples])),
);

/** A tenth of a second, as ffmpeg compresses it. */
function compressed(...how: readonly string[]): readonly Uint8Array[] {
  const source = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=0.1'];
  const make = ['-hide_banner', '-loglevel', 'error', '-nostdin', ...source, ...how, '-'];
  return [new Uint8Array(execFileSync('ffmpeg', make))];
}

/** In pieces of all lengths, as a pipe gives them. */
async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0, length = 1; at < bytes.length; at += length, length = 1 + ((length * 7) % 997)) {
    yield bytes.subarray(at, at + length);
  }
}

async function hearAll(bytes: Uint8Array, raw?: typeof mono): Promise<void> {
  const sources = await openAudio({ stream: Readable.from(pieces(bytes)), name: 'it' }, raw && { raw });
  let sampleCount = 0;
  for (const source of sources) {
    for await (const chunk of source.chunks(new AbortController().signal)) {
      must(chunk.bytes.length % 2 === 0, 'chunks are whole samples');
      sampleCount += chunk.bytes.length / 2;
    }
  }
  // Of each byte at most an MP3 frame's share, or Opus' longest packet.
  must(sampleCount < 16_000 * 600, 'so few bytes are no hours');
}

const style: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };
const base = { baseUrl: 'ws://host', format: mono, interim: true };

/** What either end of a dialect was really sent, as fixtures/wire has it. Run where the package is. */
function framesIn(dialect: string): Uint8Array[] {
  const folder = join('fixtures', 'wire', dialect);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  const talks = names.map((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
    return lines.flatMap((line): string[] => {
      const { dir, json, text } = JSON.parse(line);
      if (dir === undefined) return [];
      return json === undefined ? (text ?? []) : [JSON.stringify(json)];
    });
  });
  // Each message, and each talk from its beginning to its end: what a decoder makes of one hangs on those before.
  return utf8(...new Set([...talks.flat(), ...talks.map((talk) => talk.join('\n'))]));
}

const hostile = utf8(
  `{"type":"${'a'.repeat(300)}"}`,
  `${'['.repeat(2000)}${']'.repeat(2000)}`,
  '{"__proto__":{"type":"text"},"constructor":{"prototype":{}}}',
  '{"type":"text","text":"\\ud800"}',
  '{"type":"Speak","text":"Hi."}{"type":"Flush"}',
  '{"text":" "}',
  '{"type":1e999,"sequence":-0,"sample_rate":1e308}',
  '{"type":"final_transcript","transcript":"a b","words":[{"word":"a","start":1e9,"end":-1}],"confidence":null}',
  '{"type":"Results","is_final":true,"channel":{"alternatives":[{"transcript":"x","words":[]}]},"start":0,"duration":1}',
);

interface Ends {
  decode(frame: Frame): { frames: readonly Frame[]; events: readonly { readonly type: string }[] };
  closed(info: { code: number; reason: string }): unknown;
}

/** A decoder is given a message in each of its kinds, in the state that its opening leaves, and is then closed. */
function decodesWith(open: () => Ends, dialect: string): Reader {
  return {
    seeds: () => [...framesIn(dialect), ...hostile],
    read(bytes) {
      const end = open();
      for (const line of textOf(bytes).split('\n')) {
        for (const event of end.decode({ kind: 'text', text: line }).events)
          must(event.type.length > 0, 'events have types');
      }
      end.decode({ kind: 'binary', bytes });
      end.closed({ code: 1000 + (bytes[0] ?? 0), reason: textOf(bytes).slice(0, 100) });
    },
  };
}

const speakEnds = { slng: slngSpeak, deepgram: deepgramSpeak, telnyx: telnyxSpeak };
const listenEnds = { slng: slngListen, deepgram: deepgramListen, telnyx: telnyxListen };

function openedClient<Settings, Client extends Ends & { encode(command: { type: 'begin'; turn: string }): unknown }>(
  service: { client(settings: Settings): Client },
  settings: Settings,
): Client {
  const client = service.client(settings);
  client.encode({ type: 'begin', turn: 'a' });
  return client;
}

/** The URL of an upgrade, with a header; what the server makes of it. */
function asked({ endpoint }: Pick<SpeakService | ListenService, 'endpoint'>, settings: typeof base): Reader {
  const { pathname, search } = new URL(endpoint.build(settings, { key: 'k' }).url);
  return {
    seeds: () =>
      utf8(`${pathname}${search}`, `${pathname}?a=b&a=%ff&=&token=x#y`, `${pathname}/../${'%2e'.repeat(100)}`),
    read(bytes) {
      const [target = '', header = ''] = textOf(bytes).split('\n');
      const url = `http://localhost${target}`;
      if (!URL.canParse(url)) return;
      const found = endpoint.match(new URL(url), { authorization: header, 'x-api-key': header }, [header, header]);
      if (found === undefined || !('status' in found)) return;
      must(found.status >= 400 && found.status < 600, 'a no is a no');
      must(typeof JSON.parse(found.body) === 'object', 'a no is JSON');
    },
  };
}

/** The body of a refused upgrade; what the client makes of it. */
function refused({ endpoint }: Pick<SpeakService | ListenService, 'endpoint'>): Reader {
  return {
    seeds: () =>
      utf8(
        '{"error":"no"}',
        '{"errors":[{"code":"10015","title":"x","detail":"y","source":{"pointer":"/a"}}]}',
        '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"r"}',
        '{"title":"Bad","status":400,"detail":"d","errors":{"a":["b"]}}',
        '<html>502</html>',
      ),
    read(bytes) {
      const status = 300 + ((bytes[0] ?? 0) % 300);
      const headers = { 'retry-after': textOf(bytes).slice(0, 20), 'content-type': 'application/json' };
      const { message } = endpoint.refused({ status, headers, body: textOf(bytes) });
      must(message.length < 2000, 'an error is no document');
    },
  };
}

const dialectReaders = Object.fromEntries([
  ...Object.entries(speakEnds).flatMap(([name, service]) => [
    [`${name}-speak-client`, decodesWith(() => openedClient(service, base), name)],
    [`${name}-speak-server`, decodesWith(() => service.server(base, style), name)],
    [`${name}-speak-upgrade`, asked(service, base)],
    [`${name}-speak-refused`, refused(service)],
  ]),
  ...Object.entries(listenEnds).flatMap(([name, service]) => [
    [`${name}-listen-client`, decodesWith(() => service.client(base), name)],
    [`${name}-listen-server`, decodesWith(() => service.server(base, style), name)],
    [`${name}-listen-upgrade`, asked(service, base)],
    [`${name}-listen-refused`, refused(service)],
  ]),
]) as Record<string, Reader>;

const markdown = utf8(
  '# Head\n\nSome *emphasis*, `code`, [a link](http://a.b/c) and ![an image](x.png).\n\n- one\n- two\n\n```js\nlet x;\n```\n',
  '> quoted &amp; **strong** ~~gone~~\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nDr. No, 3.14 a.m. … “quotes” — dashes; and so on!?',
  `${'*'.repeat(300)}${'_'.repeat(300)}${'['.repeat(300)}`,
);

async function cutAll(bytes: Uint8Array, isMarkdown: boolean): Promise<void> {
  const text = textOf(bytes);
  let at = 0;
  let last = '';
  for await (const span of cutSpans([text], { eager: bytes.length % 2 === 0, markdown: isMarkdown })) {
    must(span.fromChar >= at && span.toChar >= span.fromChar && span.toChar <= text.length, 'spans follow one another');
    must(last !== 'end', 'only the last span ends it');
    at = span.toChar;
    last = span.ends;
  }
}

async function decodeAll(bytes: Uint8Array): Promise<void> {
  let text = '';
  for await (const piece of decodeUtf8(pieces(bytes))) text += piece;
  must(Buffer.from(text).equals(Buffer.from(bytes)) || bytes[0] === 0xef, 'what is text is kept');
}

const configPath = join(tmpdir(), `vox-fuzz-${process.pid}.json`);

/** The flags of `bench` that are little languages, each with the words of all. */
const flagWords = () =>
  utf8('ttfa.p95<400ms', 'rtf.mean<=0.5', 'tokens:40/s', 'whole', '8s', '30m', '2.5/s', 'slng/a/b:voice?x=1&y=%20#z');
const flagReaders = Object.fromEntries(
  Object.entries({ assertion: parseAssertion, duration, rate: perSecond, feed, target: parseTarget }).map(
    ([name, parse]): [string, Reader] => [
      name,
      { seeds: flagWords, read: (bytes) => asFlag(() => parse(textOf(bytes))) },
    ],
  ),
);

export const readers: Readonly<Record<string, Reader>> = {
  wav: { seeds: () => wavs, read: (bytes) => hearAll(bytes) },
  'wav-header': {
    seeds: () => wavs,
    read(bytes) {
      parseWavHeader(bytes.subarray(0, 4096));
    },
  },
  mp3: { seeds: () => compressed('-f', 'mp3'), read: (bytes) => hearAll(bytes) },
  'ogg-opus': { seeds: () => compressed('-c:a', 'libopus', '-f', 'ogg'), read: (bytes) => hearAll(bytes) },
  flac: { seeds: () => compressed('-f', 'flac'), read: (bytes) => hearAll(bytes) },
  raw: { seeds: () => [samples], read: (bytes) => hearAll(bytes, mono) },
  'pcm-stream': {
    seeds: () => [...wavs, samples],
    read(bytes) {
      const stream = new PcmStream(mono, () => {});
      let wholeBytes = 0;
      for (let at = 0, length = 1; at < bytes.length; at += length, length = 1 + ((length * 5) % 301)) {
        wholeBytes += stream.push(bytes.subarray(at, at + length))?.bytes.length ?? 0;
      }
      const { chunk, droppedBytes } = stream.end();
      wholeBytes += chunk?.bytes.length ?? 0;
      must(wholeBytes % 2 === 0, 'chunks are whole samples');
      must(wholeBytes + droppedBytes <= bytes.length, 'nothing is made up');
    },
  },
  ...dialectReaders,
  text: { seeds: () => markdown, read: (bytes) => cutAll(bytes, false) },
  markdown: { seeds: () => markdown, read: (bytes) => cutAll(bytes, true) },
  utf8: { seeds: () => utf8('Grüße, 世界 🎉', 'plain'), read: decodeAll },
  config: {
    seeds: () => utf8('{"provider":"slng","voice":"x"}', '{}', '[]', '{"provider":{"a":[1,2]}}'),
    read(bytes) {
      writeFileSync(configPath, bytes);
      loadConfig({ VOX_CONFIG: configPath });
    },
  },
  ...flagReaders,
  faults: {
    seeds: () => utf8('cut@20kB-90kBx3,refuse=503', 'stall=2s@3,seed=7', 'close=1011@2-9x1,endless'),
    read: (bytes) => asFlag(() => readFaults([textOf(bytes)], 1)),
  },
  prompts: {
    seeds: () => utf8('One line.\nAnother line.\r\n\n  blank around  \n', '\uFEFFWith a mark.\n'),
    read(bytes) {
      for (const { text } of promptsOfLines(textOf(bytes), 'it')) must(text.trim() !== '', 'a prompt says something');
    },
  },
  pronunciation: {
    seeds: () => utf8('[{"match":"SLNG","replace":"sling"}]', '{"rules":[{"match":"C++ (x)","replace":"see"}]}'),
    read(bytes) {
      const rewrite = createRewriter(parseRules(json(bytes)));
      must(typeof rewrite('SLNG and C++ (x), aaaa aaaa.') === 'string', 'a text becomes a text');
    },
  },
  dictionary: {
    seeds: () =>
      utf8(
        '{"name":"n","metadata":{"a":1},"modes":{"rewrite":{"rules":[{"match":"SLNG","replace":"sling"}]}}}',
        '{"name":"n","modes":{"ipa":{"rules":[{"match":"x","replace":"y","case_sensitive":true}]}}}',
      ),
    read(bytes) {
      const checked = checkDictionary(json(bytes));
      const faults = 'fieldErrors' in checked ? Object.values(checked.fieldErrors).flat().length : 0;
      must(faults <= 20, 'so many complaints are told at most');
    },
  },
  catalog: {
    seeds: () =>
      utf8(
        '{"items":[{"code":"m","voices":[{"voice_id":"v","language":"en","name":"V"}]}],"meta":{"page":1,"pages":2}}',
      ),
    read(bytes) {
      const page = readCatalog(json(bytes));
      must(page === undefined || page.voices.every(({ id }) => typeof id === 'string'), 'voices have names');
    },
  },
  labels: {
    seeds: () => utf8('{"text":"a b","pauses":[{"startMs":1,"endMs":20},{"startMs":30,"endMs":40.5}]}', '{"text":"a"}'),
    read(bytes) {
      const { pauses = [] } = readLabels(textOf(bytes), 'it.json');
      must(
        pauses.every(({ startMs, endMs }) => startMs >= 0 && endMs >= startMs),
        'pauses begin before they end',
      );
    },
  },
  'bench-document': {
    seeds: () => [documentSeed()],
    read: (bytes) => {
      readDocument(textOf(bytes), 'it');
    },
  },
};

/** One that is whole. */
function documentSeed(): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(summedUp(raw(rows([20, 21.5, 30]))))));
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return [];
  }
}

/** What is wrong with a flag is said by commander's own kind of error, or by ours. */
function asFlag(parse: () => unknown): void {
  try {
    parse();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'commander.invalidArgument') return;
    throw thrown;
  }
}
