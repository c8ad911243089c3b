import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deepgramListen, deepgramSpeak } from '../../src/dialects/deepgram/index.ts';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import { telnyxListen, telnyxSpeak } from '../../src/dialects/telnyx/index.ts';
import type { ListenCommand } from '../../src/speech/listen.ts';
import type { ListenService, ServerStyle, SpeakService } from '../../src/speech/service.ts';
import type { SpeakCommand } from '../../src/speech/speak.ts';
import type { Frame } from '../../src/transport/transport.ts';
import { must, type Reader, textOf, utf8 } from './reader.ts';

const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
const style: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };
const base = { baseUrl: 'ws://host', format, interim: true };

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

interface Ends<Command = unknown> {
  encode?(command: Command): unknown;
  decode(frame: Frame): { frames: readonly Frame[]; events: readonly { readonly type: string }[] };
  closed(info: { code: number; reason: string }): unknown;
}

/** What a client is told by its session between two messages, a turn's or a stream's. */
const speakCommands: readonly SpeakCommand[] = [
  { type: 'text', turn: 'a', text: 'One. ', throughChar: 5 },
  { type: 'flush', turn: 'a' },
  { type: 'end', turn: 'a' },
  { type: 'begin', turn: 'b' },
  { type: 'text', turn: 'b', text: 'Two.', throughChar: 4 },
  { type: 'interrupt', turn: 'b', heardMs: 10 },
  { type: 'keepAlive' },
  { type: 'close' },
];
const listenCommands: readonly ListenCommand[] = [
  { type: 'audio', chunk: { format, bytes: new Uint8Array(640), firstSample: 0 } },
  { type: 'finalize' },
  { type: 'keepAlive' },
  { type: 'close' },
];

/** A decoder is given a message in each of its kinds, in the state that its opening leaves, and is then closed. */
function decodesWith<Command>(open: () => Ends<Command>, dialect: string, commands: readonly Command[] = []): Reader {
  return {
    seeds: () => [...framesIn(dialect), ...hostile],
    read(bytes) {
      const end = open();
      // How long the input is decides between which of its messages the commands fall.
      const apart = 1 + (bytes.length % 4);
      const left = [...commands];
      for (const [at, line] of textOf(bytes).split('\n').entries()) {
        const command = at % apart === 0 ? left.shift() : undefined;
        if (command !== undefined) end.encode?.(command);
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

function openedClient({ client }: SpeakService): Ends<SpeakCommand> {
  const opened = client(base);
  opened.encode({ type: 'begin', turn: 'a' });
  return opened;
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

/** Every decoder of every dialect, on both sides, and what stands before and in place of them. */
export const dialectReaders = Object.fromEntries([
  ...Object.entries(speakEnds).flatMap(([name, service]) => [
    [`${name}-speak-client`, decodesWith(() => openedClient(service), name, speakCommands)],
    [`${name}-speak-server`, decodesWith(() => service.server(base, style), name)],
    [`${name}-speak-upgrade`, asked(service, base)],
    [`${name}-speak-refused`, refused(service)],
  ]),
  ...Object.entries(listenEnds).flatMap(([name, service]) => [
    [`${name}-listen-client`, decodesWith(() => service.client(base), name, listenCommands)],
    [`${name}-listen-server`, decodesWith(() => service.server(base, style), name)],
    [`${name}-listen-upgrade`, asked(service, base)],
    [`${name}-listen-refused`, refused(service)],
  ]),
]) as Record<string, Reader>;
