import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AudioChunk, AudioFormat } from '../../src/audio/format.ts';
import type { Credentials } from '../../src/speech/connect.ts';
import type { ListenCommand, ListenEvent, ListenSettings } from '../../src/speech/listen.ts';
import type { ServerStyle } from '../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../src/speech/speak.ts';
import type { Frame, UpgradeRequest } from '../../src/transport/transport.ts';
import type { FrameLine, ListenFixture, SpeakFixture, Way } from '../support/wire-fixture.ts';
import type { FixtureChunk } from '../support/wire-shapes.ts';

/** A line of a transcript, with what a codec is given in the codec's own types; what it gives stays as it is written. */
export type ScriptLine<Command, Event> =
  | FrameLine
  | { readonly cmd: Command }
  | { readonly say: Event }
  | { readonly event: unknown }
  | { readonly ask: unknown };

/** A transcript of either direction of speech. */
export interface Script<Command, Event, Settings> {
  readonly settings: Settings;
  readonly format: AudioFormat;
  readonly ways: readonly Way[];
  readonly isTrace: boolean;
  readonly key: Credentials['via'];
  readonly upgrade: (Pick<UpgradeRequest, 'url' | 'headers'> & Partial<UpgradeRequest>) | undefined;
  readonly style: Partial<ServerStyle> | undefined;
  readonly lines: readonly ScriptLine<Command, Event>[];
}

function chunkOf(chunk: FixtureChunk, asked: AudioFormat): AudioChunk {
  const { format = asked } = chunk;
  const bytes = 'hex' in chunk ? Uint8Array.from(Buffer.from(chunk.hex, 'hex')) : new Uint8Array(chunk.bytes);
  return { format, bytes, firstSample: chunk.firstSample };
}

function headOf({ header, ways }: SpeakFixture | ListenFixture) {
  const { key, upgrade, style } = header;
  return { format: header.settings.format, ways, isTrace: header.kind === 'trace', key, upgrade, style };
}

type SaidLine = Extract<SpeakFixture['lines'][number], { say: unknown }>;
type ToldLine = Extract<ListenFixture['lines'][number], { cmd: unknown }>;

function said(event: SaidLine['say'], format: AudioFormat): SpeakEvent {
  return event.type === 'audio' ? { ...event, chunk: chunkOf(event.chunk, format) } : event;
}

function told(command: ToldLine['cmd'], format: AudioFormat): ListenCommand {
  return command.type === 'audio' ? { ...command, chunk: chunkOf(command.chunk, format) } : command;
}

export function speakScript(fixture: SpeakFixture): Script<SpeakCommand, SpeakEvent, SpeakSettings> {
  const { settings } = fixture.header;
  const lines = fixture.lines.map((line) => ('say' in line ? { say: said(line.say, settings.format) } : line));
  return { ...headOf(fixture), settings, lines };
}

export function listenScript(fixture: ListenFixture): Script<ListenCommand, ListenEvent, ListenSettings> {
  const { settings } = fixture.header;
  const lines = fixture.lines.map((line) => ('cmd' in line ? { cmd: told(line.cmd, settings.format) } : line));
  return { ...headOf(fixture), settings, lines };
}

export function credentialsOf({ key }: { readonly key: Credentials['via'] }): Credentials {
  return key === undefined ? {} : { key: 'KEY', via: key };
}

/** As JSON has it: without undefined members, which a fixture cannot write. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

export function same(expected: unknown, got: unknown): boolean {
  return isDeepStrictEqual(plain(expected), plain(got));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Puts zero bytes where a trace kept only the length of base64 audio. */
function withAudio(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAudio);
  if (!isRecord(value)) return value;
  const kept = value.base64;
  if (isRecord(kept) && typeof kept.bytes === 'number') return Buffer.alloc(kept.bytes).toString('base64');
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withAudio(inner)]));
}

export function frameOf<Command, Event>(line: ScriptLine<Command, Event>): Frame | undefined {
  if ('json' in line) return { kind: 'text', text: JSON.stringify(withAudio(line.json)) };
  if ('text' in line) return { kind: 'text', text: line.text };
  if ('hex' in line) return { kind: 'binary', bytes: Uint8Array.from(Buffer.from(line.hex, 'hex')) };
  if ('audio' in line) return { kind: 'binary', bytes: new Uint8Array(line.audio.bytes) };
  return undefined;
}

/** A frame in the form in which two can be compared: JSON as a value, bytes as hex. */
export function comparable(frame: Frame | undefined): unknown {
  if (frame === undefined) return undefined;
  if (frame.kind === 'binary') return { hex: Buffer.from(frame.bytes).toString('hex') };
  try {
    return { json: JSON.parse(frame.text) };
  } catch {
    return { text: frame.text };
  }
}

/** Audio, in an event or in a request. */
function hasChunk(value: unknown): value is { readonly type: 'audio'; readonly chunk: AudioChunk } {
  if (!isRecord(value) || value.type !== 'audio' || !isRecord(value.chunk)) return false;
  return value.chunk.bytes instanceof Uint8Array;
}

/** What a codec gave, in the form of the transcript's line, so that the two can be compared. */
export function asWritten(got: unknown, expected: unknown, wanted: { format: AudioFormat; isTrace: boolean }): unknown {
  if (!hasChunk(got) || !isRecord(expected) || !isRecord(expected.chunk)) return got;
  const { bytes, firstSample, format: found } = got.chunk;
  // What the line does not say of the format is said by the settings; anything else shows up as a member too many.
  const written = expected.chunk.format;
  const format = written === undefined && same(found, wanted.format) ? undefined : found;
  if ('hex' in expected.chunk) {
    return { ...got, chunk: { firstSample, hex: Buffer.from(bytes).toString('hex'), format } };
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  const sha256 = wanted.isTrace ? expected.chunk.sha256 : hash;
  return { ...got, chunk: { firstSample, bytes: bytes.length, sha256, format } };
}
