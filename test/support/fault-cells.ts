import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { everyService } from '../../src/cli/dialects.ts';
import { readFaults } from '../../src/cli/serve-faults.ts';
import { systemClock } from '../../src/clock.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { createScriptedRecogniser } from '../../src/engine/scripted-recogniser.ts';
import { type ErrorCode, errorTable } from '../../src/errors.ts';
import { createFaults, type FaultInjector } from '../../src/server/faults/injector.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { type Disturbance, disturbingProxy } from './disturbing-proxy.ts';
import { type Hop, hopBefore, hopHost } from './hop.ts';
import { type Ran, type RunOptions, root, scratch, vox } from './vox.ts';

export const dialectNames = ['slng', 'deepgram', 'telnyx'] as const;
export type DialectName = (typeof dialectNames)[number];

/** One way to fail: what the server does by `vox serve --faults`, or what the network does. */
export interface FaultCase {
  /** As `--faults` takes it; of the network a name. */
  readonly spec: string;
  readonly network?: Disturbance;
  /** The way leads through a proxy, which does this. */
  readonly hop?: Hop;
  readonly args?: readonly string[];
  /** Of what speaks: another sound than usual. */
  readonly soundArgs?: readonly string[];
  /** So many times at most; without it as often as is usual. */
  readonly reconnects?: number;
  /** Of SLNG: numbers are in JSON alone. */
  readonly slngAudio?: 'json';
}

/** What came of a command under a fault. `heard` is what it left behind, of all that it should have. */
export interface Outcome {
  /** `ok`, the code of the error that it said, or what it must never do. */
  readonly ended: string;
  readonly left: 'all' | 'part' | 'nothing' | 'other';
  /** Whether the server went wrong at all; of the network it is not known. */
  readonly acted: boolean | undefined;
  /** The codes of its warnings. */
  readonly warned: readonly string[];
}

const text = 'One two three four. Five six seven eight nine.\n\nTen eleven twelve. Thirteen is the last of them.';
const key = 'sk-0123456789-never-shown';
const keys = { SLNG_API_KEY: key, DEEPGRAM_API_KEY: key, TELNYX_API_KEY: key };

/** A server in this process, that goes wrong like that. */
export async function startFaulty(
  { spec, network, hop, slngAudio }: FaultCase,
  { limits = {}, seed = 1 }: { limits?: ServerOptions['limits']; seed?: number } = {},
): Promise<RunningServer & { readonly faults: FaultInjector | undefined }> {
  const isOfServer = network === undefined && hop === undefined && spec !== '';
  const faults = isOfServer ? createFaults(readFaults([spec], seed), systemClock) : undefined;
  let id = 0;
  const server = await startServer({
    port: 0,
    clock: systemClock,
    services: await everyService(),
    engine: createScriptedEngine(),
    recogniser: createScriptedRecogniser(),
    ids: () => String(++id).padStart(24, '0'),
    today: () => new Date(),
    hosts: [hopHost],
    limits: { closeMs: 5000, listeners: 100, ...limits },
    ...(slngAudio && { style: { audio: slngAudio } }),
    ...(faults && { faults }),
  });
  return Object.assign(server, { faults });
}

/** How a command is run, and what it leaves: bytes of sound, lines of text, or what a report says of its one run. */
export interface Command {
  readonly direction: 'speak' | 'listen';
  readonly args: readonly string[];
  /** It measures one connection, and takes no other one for it. */
  readonly measures?: true;
  /** What it may leave in its folder. */
  files?(ok: boolean): readonly string[];
  left(ran: Ran, folder: string): Buffer;
}

const file = (folder: string, name: string) => {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
};
const speaking = ['--encoding', 'linear16', '--limits', 'off'];
const inSentences = [...speaking, '--flush', 'sentence'];
const measuring = ['--runs', '1', '--warmup', '0', '--seed', '1', '-o', 'report.json'];

/** No half of a file is under its final name. */
const soundFile = (ok: boolean) => (ok ? 'out.pcm' : 'out.partial.pcm');
const report = () => ['report.json'];

/** Of the first run, which a failed one is too: it may be made again, of another text, where it disturbed itself. */
function rowOf(folder: string, kept: (row: { bytes: number; transcript?: string }) => string): Buffer {
  const { runs } = JSON.parse(file(folder, 'report.json').toString() || '{"runs":[]}');
  return Buffer.from(runs.length === 0 ? 'no run' : kept(runs[0]));
}

export const commands = {
  'synth to a file': {
    direction: 'speak',
    args: ['synth', text, ...inSentences, '-o', 'out.pcm'],
    files: (ok) => [soundFile(ok)],
    left: ({ code }, folder) => file(folder, soundFile(code === 0)),
  },
  'synth to a pipe': {
    direction: 'speak',
    args: ['synth', text, ...inSentences, '-o', '-'],
    left: ({ stdout }) => stdout,
  },
  say: {
    direction: 'speak',
    args: ['say', text, ...inSentences, '--player', 'paplay'],
    files: () => ['played'],
    left: (_, folder) => file(folder, 'played'),
  },
  transcribe: {
    direction: 'listen',
    args: ['transcribe', 'said.wav', '--pace', 'fast'],
    left: ({ stdout }) => stdout,
  },
  listen: {
    direction: 'listen',
    args: ['listen', '--source', 'said.wav'],
    left: ({ stdout }) => stdout,
  },
  'bench tts': {
    direction: 'speak',
    measures: true,
    args: ['bench', 'tts', '--prompts', 'prompt.txt', ...speaking, ...measuring],
    files: report,
    // As many signs as bytes, so that what a broken run had is a part of it.
    left: (_, folder) => rowOf(folder, ({ bytes }) => '~'.repeat(bytes)),
  },
  'bench stt': {
    direction: 'listen',
    measures: true,
    args: ['bench', 'stt', '--audio', 'said.wav', '--reference', 'said.txt', '--pace', 'fast', ...measuring],
    files: report,
    left: (_, folder) => rowOf(folder, ({ transcript = '' }) => transcript),
  },
} as const satisfies Readonly<Record<string, Command>>;
export type CommandName = keyof typeof commands;
export const commandNames = Object.keys(commands).filter((name): name is CommandName => Object.hasOwn(commands, name));

export interface Cell {
  readonly fault: FaultCase;
  readonly dialect: DialectName;
  readonly command: CommandName;
}

/** Finds what a command leaks: a timer, a socket, a worker, a child process. */
export const endProbe = join(root, 'test/support/end-probe.cjs');

/** Whatever has not ended by then never would. */
const mostMs = 60_000;

/** How a command is started; another one in tests of this file itself. */
export type Starter = (args: readonly string[], options: RunOptions) => Promise<Ran>;

export interface CellMeans {
  /** A recording of what the recogniser reads. */
  readonly recording: Buffer;
  readonly start?: Starter;
  readonly withinMs?: number;
}

const player = `#!/bin/sh\nexec /bin/cat > "$(dirname "$0")/../played"\n`;

/** Runs one cell in a folder of its own. `whole` is what the same command leaves where nothing goes wrong. */
export async function runCell(
  cell: Cell,
  { recording, start = vox, withinMs = mostMs }: CellMeans,
  whole?: Buffer,
): Promise<Outcome & { bytes: Buffer; stderr: string }> {
  const { fault, dialect, command } = cell;
  const how: Command = commands[command];
  const folder = scratch();
  const server = await startFaulty(fault, { seed: seedOf(cell) });
  const proxy = await between(server.wsUrl, cell);
  try {
    writeFileSync(join(folder.path, 'said.wav'), recording);
    writeFileSync(join(folder.path, 'said.txt'), 'one two three four five six seven eight nine ten eleven twelve');
    writeFileSync(join(folder.path, 'prompt.txt'), text.replace(/\s+/g, ' '));
    putPlayer(folder.path);
    const endpoint = fault.hop
      ? ['--endpoint', `ws://${hopHost}`, '--insecure']
      : ['--endpoint', (proxy ?? server).wsUrl];
    const service = ['--provider', dialect, ...endpoint, ...(fault.args ?? []), ...reconnecting(fault, how)];
    const soundArgs = how.direction === 'speak' ? (fault.soundArgs ?? []) : [];
    const env = {
      ...keys,
      NODE_OPTIONS: `--require ${endProbe}`,
      ...(fault.hop && { HTTP_PROXY: `http://127.0.0.1:${proxy?.port}`, NO_PROXY: '' }),
      PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
    };
    const before = readdirSync(folder.path);
    const running = start([...how.args, ...soundArgs, ...service], { cwd: folder.path, env, withinMs });
    const ran = await withinTime(running, withinMs);
    if (typeof ran === 'string') {
      return { ended: 'hung', left: 'other', acted: undefined, warned: [], bytes: Buffer.alloc(0), stderr: ran };
    }
    const bytes = how.left(ran, folder.path);
    const known = [...before, ...(how.files?.(ran.code === 0) ?? [])];
    const names = readdirSync(folder.path);
    const strays = names.filter((name) => !known.includes(name));
    if ([ran.stdout, ...texts(folder.path, names)].some((text) => text.includes(key))) strays.push('the key');
    if (await runsIn(folder.path)) strays.push('a process');
    const acted = server.faults && server.faults.acted > 0;
    const warned = [...ran.stderr.matchAll(/^vox: warning: .*\[([a-z_]+)\]$/gm)].map(([, code = '']) => code);
    return { ended: endOf(ran, strays), left: leftOf(bytes, whole ?? bytes), acted, warned, bytes, stderr: ran.stderr };
  } finally {
    await proxy?.close();
    await server.close();
    folder.remove();
  }
}

/** What the network has between a command and the server. */
async function between(wsUrl: string, cell: Cell) {
  const { network, hop } = cell.fault;
  if (hop) return hopBefore(wsUrl, hop);
  return network && disturbingProxy(wsUrl, network, seedOf(cell));
}

/** What is drawn is drawn otherwise in each cell, and in each run the same. */
const seedOf = ({ dialect, command }: Cell) =>
  1 + dialectNames.indexOf(dialect) * commandNames.length + commandNames.indexOf(command);

function reconnecting({ reconnects }: FaultCase, { measures }: Command): readonly string[] {
  if (reconnects === undefined || measures) return [];
  return reconnects === 0 ? ['--no-reconnect'] : ['--max-reconnects', String(reconnects)];
}

/** What it said where it has not ended by then, itself or a process that has its output still. */
async function withinTime(running: Promise<Ran>, withinMs: number): Promise<Ran | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('its output is still held'), withinMs + 200);
  });
  const ended = running.catch(String).finally(() => clearTimeout(timer));
  return Promise.race([ended, late]);
}

const texts = (folder: string, names: readonly string[]) =>
  names
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path));

/** Longer than a process needs that was told to end. */
const mostEndingMs = 500;

/** Whether a process lives on that was started there, where the system tells. */
async function runsIn(folder: string): Promise<boolean> {
  if (!existsSync('/proc/self/cwd')) return false;
  const isThere = (id: string) => {
    try {
      return readlinkSync(`/proc/${id}/cwd`) === folder;
    } catch {
      return false;
    }
  };
  for (const untilMs = performance.now() + mostEndingMs; performance.now() < untilMs; await pause(20)) {
    if (!readdirSync('/proc').some((name) => /^\d+$/.test(name) && isThere(name))) return false;
  }
  return true;
}

function putPlayer(folder: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'paplay'), player, { mode: 0o755 });
}

function endOf({ code, signal, stderr }: Ran, strays: readonly string[]): string {
  if (strays.length > 0) return `left ${strays.join(', ')} behind`;
  if (/^ {4}at |[Uu]nhandled|^\(node:\d+\)/m.test(stderr)) return 'a stack trace';
  if (stderr.includes(key)) return 'told the key';
  const leaked = /^(held on to: .*|ended before it was done)$/m.exec(stderr)?.[1];
  if (leaked !== undefined) return leaked;
  if (signal !== null) return `killed by ${signal}`;
  const told = /^vox: .*\[(E_[A-Z_]+)\]$/m.exec(stderr)?.[1];
  if (code === 0) return told === undefined ? 'ok' : `exit 0 after ${told}`;
  if (told === undefined || !isErrorCode(told)) return `exit ${code} without a word`;
  return errorTable[told].exit === code ? told : `exit ${code} for ${told}`;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

function leftOf(bytes: Buffer, whole: Buffer): Outcome['left'] {
  if (bytes.equals(whole)) return 'all';
  // A player is given silence first.
  if (bytes.every((byte) => byte === 0)) return 'nothing';
  return bytes.equals(whole.subarray(0, bytes.length)) ? 'part' : 'other';
}
