import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Synthesizer } from '../engine/engine.ts';
import type { PocketsphinxFinding } from '../engine/pocketsphinx-files.ts';
import type { Recogniser } from '../engine/recogniser.ts';
import type { Log } from '../log.ts';
import type { FaultPlan } from '../server/faults/table.ts';
import type { ServerOptions } from '../server/options.ts';
import { dialects, everyService } from './dialects.ts';
import type { Io } from './io.ts';
import { closeAll } from './service.ts';
import { version } from './version.ts';

export interface Means {
  readonly clock: Clock;
  readonly log: Log;
  readonly io: Pick<Io, 'env'>;
}

/** The engine of this machine. Loaded on first use: most of what it costs is reading 21 MB of WebAssembly. */
export async function wireEngine({ clock, log }: Means): Promise<Synthesizer> {
  const { createLocalEngine } = await import('../engine/local.ts');
  return createLocalEngine({ clock, log });
}

/** `spare`: a decoder is made ready ahead of every session, not of the first alone. `streams`: the most at once. */
export interface RecogniserWishes {
  readonly spare: boolean;
  readonly streams?: number;
}

/** What listens on this machine. */
export async function wireRecogniser({ clock, log, io }: Means, wishes: RecogniserWishes): Promise<Recogniser> {
  const { createPocketsphinx } = await import('../engine/pocketsphinx.ts');
  return createPocketsphinx({ clock, log, ...wishes, ...pocketsphinxPlaces(io.env) });
}

function pocketsphinxPlaces({ VOX_POCKETSPHINX_MODEL: modelPath }: Io['env']) {
  return modelPath ? { modelPath } : {};
}

/** What the recogniser here is loaded from, without loading it; `missing`: what is not there, in words. */
export async function findRecogniser({ io }: Pick<Means, 'io'>): Promise<PocketsphinxFinding> {
  const { findPocketsphinx } = await import('../engine/pocketsphinx-files.ts');
  return findPocketsphinx(pocketsphinxPlaces(io.env));
}

/** Rejects with E_RECOGNISER where nothing is installed that could listen, E_UNSUPPORTED for a language it does not have. */
export async function checkRecogniser({ io }: Pick<Means, 'io'>, language: string | undefined): Promise<void> {
  const { checkPocketsphinx } = await import('../engine/pocketsphinx.ts');
  checkPocketsphinx(pocketsphinxPlaces(io.env), language);
}

type EngineName = 'local' | 'scripted';

export interface ServerWishes {
  readonly host: string;
  readonly port: number;
  readonly key?: string;
  /** What speaks; left out: it does not. */
  readonly engine?: EngineName;
  /** What listens; left out: it does not. */
  readonly recogniser?: EngineName;
  readonly limits?: ServerOptions['limits'];
  /** Pages, and names of this server, that are let in beside its own. */
  readonly origins?: readonly string[];
  readonly hosts?: readonly string[];
  /** It serves this process alone, which knows how many sessions it opens. */
  readonly private?: boolean;
  /** Hold clients to the limits of the vendor whose dialect they speak. */
  readonly strictLimits?: boolean;
  readonly slngAudio?: 'binary' | 'json';
  readonly slngCase?: 'slng' | 'deepgram';
  readonly watch?: ServerOptions['watch'];
  readonly faults?: FaultPlan;
}

/** The server and the engines behind it. */
export async function wireServer(wishes: ServerWishes, means: Means) {
  // The engines first: they start reading and compiling while the server's code is loaded.
  const engine = wishes.engine && (await (wishes.engine === 'local' ? wireEngine(means) : scriptedEngine(means)));
  const recogniser =
    wishes.recogniser &&
    (await (wishes.recogniser === 'local' ? wireRecogniser(means, recogniserWishes(wishes)) : scriptedRecogniser()));
  const closeEngines = () =>
    closeAll(
      async () => engine?.close(),
      async () => recogniser?.close(),
    );
  try {
    const server = await startWired(wishes, means, { ...(engine && { engine }), ...(recogniser && { recogniser }) });
    return { server, close: () => closeAll(() => server.close(), closeEngines) };
  } catch (thrown) {
    // Their workers would keep the process alive.
    await closeEngines();
    throw thrown;
  }
}

/** Of a server that serves one command, which knows how many it opens. */
const unbounded = { listeners: Number.POSITIVE_INFINITY, encoders: Number.POSITIVE_INFINITY };

function recogniserWishes({ private: isPrivate, limits }: ServerWishes): RecogniserWishes {
  if (isPrivate) return { spare: false };
  return { spare: true, ...(limits?.listeners !== undefined && { streams: limits.listeners }) };
}

async function startWired(wishes: ServerWishes, means: Means, engines: Pick<ServerOptions, 'engine' | 'recogniser'>) {
  const [{ startServer }, services] = await Promise.all([import('../server/server.ts'), servicesOf(wishes)]);
  const { origins, hosts } = wishes;
  const faults =
    wishes.faults && (await import('../server/faults/injector.ts')).createFaults(wishes.faults, means.clock);
  return startServer({
    clock: means.clock,
    log: means.log,
    host: wishes.host,
    port: wishes.port,
    ...(wishes.key !== undefined && { key: wishes.key }),
    services,
    ...engines,
    ids: () => randomBytes(12).toString('hex'),
    today: () => new Date(),
    version,
    ...(wishes.watch && { watch: wishes.watch }),
    ...(wishes.strictLimits && { strictLimits: true }),
    ...(faults && { faults }),
    ...(origins && { origins }),
    ...(hosts && { hosts }),
    limits: wishes.private ? { ...wishes.limits, ...unbounded } : { ...wishes.limits },
    style: {
      ...(wishes.slngAudio && { audio: wishes.slngAudio }),
      ...(wishes.slngCase && { casing: wishes.slngCase }),
    },
  });
}

/** A server for one command speaks what that command does, and loads nothing else. */
async function servicesOf({ private: isPrivate }: ServerWishes) {
  if (!isPrivate) return everyService();
  const { speak, listen } = await dialects.slng();
  return [speak, listen];
}

async function scriptedEngine({ clock }: Means): Promise<Synthesizer> {
  const { createScriptedEngine } = await import('../engine/scripted.ts');
  return createScriptedEngine({ clock });
}

async function scriptedRecogniser(): Promise<Recogniser> {
  const { createScriptedRecogniser } = await import('../engine/scripted-recogniser.ts');
  return createScriptedRecogniser();
}
