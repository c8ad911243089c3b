import type { TargetFacts } from '../bench/document.ts';
import { SpeechError } from '../errors.ts';
import { bareEndpoint } from '../report/visible.ts';
import type { ListenOptions } from '../session/listen-options.ts';
import type { SessionOptions } from '../session/options.ts';
import { createRates, type Rates } from '../session/rates.ts';
import type { ListenSettings } from '../speech/listen.ts';
import type { SpeakTraits } from '../speech/service.ts';
import type { SpeakSettings } from '../speech/speak.ts';
import type { MeasureFlags, SayFlags } from './bench-flags.ts';
import { type LocalServer, startLocalServer } from './bench-server.ts';
import type { TargetFlags, WantedTarget } from './bench-targets.ts';
import type { Io } from './io.ts';
import { listenSettings } from './listen-settings.ts';
import type { Running } from './running.ts';
import { shownValues } from './secrets.ts';
import { closeAll, commonOptions, watcherOf } from './service.ts';
import { speakSettings } from './settings.ts';
import { openTrace, type Trace } from './trace.ts';
import { checkRecogniser } from './wire-server.ts';
import { type ServiceParts, wireDry, wireDryListen, wireListen, wireSpeak } from './wiring.ts';

/** A target, and what it will be asked for, held to what its dialect has. Nothing is connected. */
export interface CheckedSpeaker {
  readonly wanted: WantedTarget;
  readonly settings: SpeakSettings;
  readonly facts: TargetFacts;
  /** The service closes after each turn, whoever would keep the connection. */
  readonly endsWithTurn: boolean;
}

export interface CheckedListener {
  readonly wanted: WantedTarget;
  readonly settings: ListenSettings;
  readonly facts: TargetFacts;
}

/** What figures are compared in, unless it is said otherwise and where the service has it. */
const usualFormat = { encoding: 'linear16', sampleRateHz: 24_000 } as const;

export async function checkSpeaker(wanted: WantedTarget): Promise<CheckedSpeaker> {
  const { choice, config } = wanted;
  const { service, baseUrl, credentials } = await wireDry(choice);
  const flags = { ...wanted.flags, ...formatFlags(wanted.flags, service.traits) };
  const { settings } = speakSettings(flags, config, service.traits, { baseUrl, provider: choice.provider });
  const asked = { ...settings, noCache: true };
  const { url } = service.endpoint.build(asked, credentials);
  const { voice } = asked;
  const facts = { ...factsOf(wanted, service.name, url, asked), ...(voice && { voice }) };
  return { wanted, settings: asked, facts, endsWithTurn: service.traits.endsWithTurn === true };
}

function formatFlags({ encoding, sampleRate }: TargetFlags, traits: SpeakTraits) {
  const wanted = encoding ?? usualFormat.encoding;
  // Of a telephone's encodings the usual rate is another.
  const isUsual = wanted === usualFormat.encoding && traits.sampleRatesHz.includes(usualFormat.sampleRateHz);
  const rate = sampleRate ?? (isUsual ? usualFormat.sampleRateHz : undefined);
  return { encoding: wanted, ...(rate !== undefined && { sampleRate: rate }) };
}

/** Rejects with E_RECOGNISER where the engine here is wanted, and is not here. */
export async function checkListener(
  wanted: WantedTarget,
  { endpointing }: { readonly endpointing?: number | false },
  running: { readonly io: Pick<Io, 'env'> },
): Promise<CheckedListener> {
  const { choice, flags } = wanted;
  if (choice.provider === 'local') await checkRecogniser(running, flags.language);
  const { service, baseUrl, credentials } = await wireDryListen(choice);
  const asked = { ...flags, ...(endpointing !== undefined && { endpointing }) };
  const settings = listenSettings(asked, service.traits, baseUrl);
  const { url } = service.endpoint.build(settings, credentials);
  return { wanted, settings, facts: factsOf(wanted, service.name, url, settings) };
}

/** Nothing of it is secret: no key, no query, and secret parameters by their names alone. */
function factsOf(
  { label, choice }: WantedTarget,
  dialect: string,
  url: string,
  { model, params, format }: SpeakSettings | ListenSettings,
): TargetFacts {
  const { encoding, sampleRateHz } = format;
  const endpoint = bareEndpoint(url);
  const shown = shownValues(params ?? {});
  return { id: label, provider: choice.provider, dialect, model, endpoint, params: shown, sampleRateHz, encoding };
}

type Flags = Pick<MeasureFlags, 'timeout' | 'connectTimeout' | 'trace' | 'debug'> & Partial<Pick<SayFlags, 'limits'>>;

/** All services of a bench: one trace of what crosses the wire to them, and one local server for those that are here. */
export class BenchServices {
  readonly #running: Running;
  readonly #flags: Flags;
  readonly #trace: Trace | undefined;
  #server: LocalServer | undefined;
  readonly #warned = new Set<string>();
  readonly #rates = new Map<string, Rates>();

  private constructor(running: Running, flags: Flags, trace: Trace | undefined) {
    this.#running = running;
    this.#flags = flags;
    this.#trace = trace;
  }

  /** The trace first: a file that cannot be written is told before there is a server. */
  static async open(running: Running, flags: Flags): Promise<BenchServices> {
    const { clock, secrets } = running;
    const trace = flags.trace === undefined ? undefined : await openTrace(flags.trace, clock, secrets);
    return new BenchServices(running, flags, trace);
  }

  /** For targets that are `local`; `listeners` is how many they may open to be heard at once. */
  async startLocal(listeners: number): Promise<void> {
    const { io, clock, signal, secrets, reporter } = this.#running;
    const onLost = (message: string) => reporter.warning({ code: 'local_server', message });
    const limits = listeners > 0 ? { maxListeners: listeners } : {};
    this.#server = await startLocalServer({ clock, signal, env: io.env, onLost, ...limits });
    secrets.add(this.#server.key);
  }

  /** What makes the options of each session. */
  async speaker({ wanted, settings }: CheckedSpeaker): Promise<() => SessionOptions> {
    const parts = await wireSpeak(wanted.choice, this.#running, this.#server);
    const { limits = 'on' } = this.#flags;
    const rates = this.#ratesFor(wanted, parts.service.traits);
    const reached = { ...settings, baseUrl: parts.baseUrl };
    return () => ({ ...this.#common(parts, wanted), service: parts.service, settings: reached, limits, rates });
  }

  /** All targets of a provider are one customer to it, and spend what it allows a minute together. */
  #ratesFor({ choice }: WantedTarget, traits: SpeakTraits): Rates {
    const customer = `${choice.provider} ${choice.endpoint ?? ''}`;
    const rates = this.#rates.get(customer) ?? createRates(this.#running.clock, traits, this.#flags.limits);
    this.#rates.set(customer, rates);
    return rates;
  }

  async listener({ wanted, settings }: CheckedListener): Promise<() => ListenOptions> {
    const parts = await wireListen(wanted.choice, this.#running, wanted.flags.language, this.#server);
    const reached = { ...settings, baseUrl: parts.baseUrl };
    return () => ({ ...this.#common(parts, wanted), service: parts.service, settings: reached });
  }

  /** No measured run is tried again, so that nothing of it is carried to another connection. */
  #common(parts: ServiceParts, { label }: WantedTarget) {
    const { log } = this.#running;
    const watcher = () => watcherOf(parts, this.#trace, this.#flags, log);
    return {
      ...commonOptions(this.#running, { parts, watcher }, this.#flags),
      onWarning: (warning: { code: string; message: string }) => this.#warn(label, warning),
    };
  }

  /** A hundred runs have one warning a hundred times. */
  #warn(label: string, { code, message }: { code: string; message: string }): void {
    const told = `${label}: ${message}`;
    if (this.#warned.has(told)) return;
    this.#warned.add(told);
    this.#running.reporter.warning({ code, message: told });
  }

  async close(): Promise<void> {
    await closeAll(
      async () => this.#server?.close(),
      async () => this.#trace?.close(),
    );
  }
}

/** The most that the local server listens to at once. */
const mostListeners = 256;

/** How many of these the local server must hear at once; 0 where none is local. */
export function listenersFor(hearing: readonly WantedTarget[], concurrency: number): number {
  const targets = hearing.filter(({ choice }) => choice.provider === 'local').length;
  const wanted = targets * concurrency;
  if (wanted <= mostListeners) return wanted;
  throw new SpeechError('E_UNSUPPORTED', `the local engine does not hear ${wanted} at once`, {
    todo: `use a --concurrency of at most ${Math.floor(mostListeners / targets)}`,
  });
}
