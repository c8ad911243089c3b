import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deepgramListen, deepgramSpeak } from '../../src/dialects/deepgram/index.ts';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import { telnyxListen, telnyxSpeak } from '../../src/dialects/telnyx/index.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import type { ListenService, SpeakService } from '../../src/speech/service.ts';
import { admittedBy, converse } from './conversation.ts';
import { type Reader, utf8 } from './reader.ts';
import { binaryLine, breakFrameLine, pingLine, readLine, readTalk, stopReadingLine } from './talk.ts';

const services = [slngSpeak, slngListen, deepgramSpeak, deepgramListen, telnyxSpeak, telnyxListen];
const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;

interface Line {
  readonly dir?: string;
  readonly json?: unknown;
  readonly text?: string;
  readonly hex?: string;
  readonly settings?: Parameters<SpeakService['endpoint']['build']>[0];
}

/** What the client said, and whereto, in each transcript of fixtures/wire. */
function talksOf({ name, direction, endpoint }: SpeakService | ListenService): string[] {
  const folder = join('fixtures', 'wire', name, direction);
  return readdirSync(folder).flatMap((file) => {
    const lines: Line[] = readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const settings = { baseUrl: 'ws://host', format, interim: true, ...lines[0]?.settings };
    const said = lines.filter(({ dir }) => dir === 'c>s');
    if (said.length === 0) return [];
    return [[targetOf(endpoint, settings), ...said.map(written)].join('\n')];
  });
}

function targetOf(
  endpoint: SpeakService['endpoint'] | ListenService['endpoint'],
  settings: Parameters<ListenService['endpoint']['build']>[0],
): string {
  const { pathname, search } = new URL(endpoint.build(settings, { key: 'k' }).url);
  return pathname + search;
}

function usualTarget({ endpoint }: SpeakService | ListenService): string {
  return targetOf(endpoint, { baseUrl: 'ws://host', format, interim: true });
}

function written({ json, text, hex = '' }: Line): string {
  if (json !== undefined) return JSON.stringify(json);
  return text ?? binaryLine(new Uint8Array(Buffer.from(hex, 'hex')));
}

/** What the scripted recogniser hears, and a pause behind it. */
async function wordsLine(text: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  const engine = createScriptedEngine({ msPerChar: 1 });
  const request = { text, voice: 'scripted', language: 'en', speed: 1, format };
  for await (const output of engine.synthesize(request, new AbortController().signal)) {
    if ('bytes' in output) chunks.push(output.bytes);
  }
  return binaryLine(Buffer.concat([...chunks, Buffer.alloc(640)]));
}
const words = await wordsLine('one two');

/** A talk is taken up in the middle as well: what its client does beside talking stands between. */
function seedsOf(service: SpeakService | ListenService): Uint8Array[] {
  const talks = talksOf(service);
  const between = (talk: string, line: string) => talk.split('\n').join(`\n${line}\n`);
  const [first = ''] = talks;
  return utf8(
    ...talks,
    ...talks.map((talk) => between(talk, words)).slice(0, service.direction === 'listen' ? 20 : 0),
    `${first}\n${pingLine('are you there')}\n${breakFrameLine}`,
    ...talks.slice(0, 8).map((talk) => talk.replace('\n', `\n${stopReadingLine}\n`)),
    // Who asks and asks and reads nothing.
    `${first}\n${stopReadingLine}${`\n${pingLine('x'.repeat(120))}`.repeat(90)}`,
    ...talks.slice(0, 4).map((talk) => `${first}\n${stopReadingLine}${`\n${talk.split('\n').at(-1)}`.repeat(100)}`),
    ...talks.slice(0, 4).map((talk) => `${between(talk, pingLine('x'))}\n${readLine}`),
  );
}

/** A client's talk with the server: the codec, the connection and the handler of the dialect together. */
export const talkReaders = Object.fromEntries(
  services.map((service): [string, Reader] => [
    `${service.name}-${service.direction}-talk`,
    {
      seeds: () => seedsOf(service),
      async read(bytes) {
        const talk = readTalk(bytes);
        // An upgrade that is refused has a reader of its own.
        const admitted = admittedBy(service, talk.target) ?? admittedBy(service, usualTarget(service));
        if (admitted) await converse(admitted, talk);
      },
    },
  ]),
);
