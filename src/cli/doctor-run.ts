import { listPlayers } from '../audio/players/find.ts';
import { openMicrophone } from '../audio/sources/microphone.ts';
import { doctorExitCode, runDoctor } from '../doctor/run.ts';
import { standardChecks } from '../doctor/standard-checks.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { type ProbeTimes, probeConnection, probeListening } from '../session/probe.ts';
import type { DoctorFlags } from './doctor.ts';
import { listenOptions } from './hearing.ts';
import { listenSettings, sentRateHz } from './listen-settings.ts';
import { openPlayer } from './player.ts';
import { choose, findKeys, type ProviderChoice, type ProviderFlags } from './providers.ts';
import type { Running } from './running.ts';
import { openService } from './service.ts';
import { ServiceTimes } from './service-times.ts';
import { speakSettings } from './settings.ts';
import { version } from './version.ts';
import { findRecogniser, wireEngine, wireRecogniser } from './wire-server.ts';
import { proxyTo, wireListen, wireSpeak } from './wiring.ts';

/** Beside the session's own two timeouts, the local provider starts a server and an engine. */
const spareMs = 5000;

/** `vox doctor`, once its flags are read. Resolves with the exit code. */
export async function runDoctorCommand(flags: DoctorFlags, running: Running): Promise<number> {
  const { io, clock, loaded, reporter, signal } = running;
  const heard = new ServiceTimes(() => new Date());
  const keyed = findKeys(io.env, loaded).map((key) => key.provider);
  const checks = standardChecks({
    clock,
    voxVersion: version,
    config: () => loaded,
    keys: () => findKeys(io.env, loaded),
    choose: () => choose(flags, running),
    targets: candidates(flags, keyed, running).flatMap(({ provider, probe }) =>
      (['speak', 'listen'] as const).map((direction) => ({
        provider,
        direction,
        withinMs: 2 * flags.connectTimeout * 1000 + spareMs,
        reach: (stop: AbortSignal) => reaches[direction](probe, { ...running, signal: stop }, heard),
      })),
    ),
    listPlayers: () => listPlayers(clock),
    playerNamed: flags.player !== undefined || flags.audioDevice !== undefined,
    ...(flags.tone && { openPlayer: async (format) => (await openPlayer(flags, format, running)).sink }),
    microphoneNamed: flags.recorder !== undefined || flags.device !== undefined,
    ...(flags.microphone && { openMicrophone: (stop) => openRecorder(flags, { ...running, signal: stop }) }),
    serviceTimes: { times: () => heard.times, distrusted: () => heard.distrusted },
    openEngine: () => wireEngine(running),
    findRecogniser: () => findRecogniser(running),
    openRecogniser: () => wireRecogniser(running, { spare: false }),
  });
  const result = await runDoctor({ checks, clock, signal });
  reporter.doctor(result);
  return doctorExitCode(result);
}

/** The microphone, as `vox listen` opens it. */
function openRecorder({ recorder, device }: DoctorFlags, { clock, log, signal }: Running) {
  const named = { ...(recorder !== undefined && { recorder }), ...(device !== undefined && { device }) };
  return openMicrophone({ sampleRateHz: sentRateHz, clock, log, signal, ...named });
}

/** How one provider is reached. */
type Probe = Omit<DoctorFlags, 'tone' | 'player' | 'audioDevice' | 'microphone' | 'recorder' | 'device'>;

/**
 * The local provider always, and every other that has a key or is chosen. The flags are for the one that is chosen;
 * the others are reached by their keys. Where none can be, whatever is wrong with the flags meets all but the local one.
 */
function candidates(flags: DoctorFlags, keyed: readonly string[], running: Running) {
  const chosen = chosenOf(flags, running);
  const { debug, connectTimeout, timeout } = flags;
  const probe = (provider: string): Probe => {
    if (provider === chosen?.provider) return flags;
    if (!chosen && provider !== 'local') return { ...flags, provider };
    return { provider, debug, connectTimeout, timeout, header: [], param: [] };
  };
  const names = new Set(['local', ...keyed, ...(chosen ? [chosen.provider] : [])]);
  return [...names].map((provider) => ({ provider, probe: probe(provider) }));
}

/** That no single one can be chosen is the provider check's to tell. */
function chosenOf(flags: ProviderFlags, running: Running): ProviderChoice | undefined {
  try {
    return choose(flags, running);
  } catch {
    return undefined;
  }
}

const reaches = { speak: reachToSpeak, listen: reachToListen } as const;

async function reachToSpeak(flags: Probe, running: Running, heard: ServiceTimes) {
  const { clock, loaded, log, signal } = running;
  const choice = choose(flags, running);
  const opened = await openService(choice, flags, running, wireSpeak);
  try {
    const { service, baseUrl, credentials, connect } = opened.parts;
    const watcher = opened.watcher();
    const { settings } = speakSettings(flags, loaded.config, service.traits, { baseUrl, provider: choice.provider });
    return await throughProxy(baseUrl, () =>
      probeConnection({
        service,
        settings,
        credentials,
        connect: heard.of(choice.provider, connect),
        clock,
        log,
        signal,
        timeouts: { connectMs: flags.connectTimeout * 1000, frameMs: flags.timeout * 1000 },
        ...(watcher && { watcher }),
      }),
    );
  } finally {
    await opened.close();
  }
}

/** The trace is the other's: a file holds one command's connections, and `vox transcribe` writes one of these. */
async function reachToListen({ trace: _, ...flags }: Probe, running: Running, heard: ServiceTimes) {
  const choice = choose(flags, running);
  const opened = await openService(choice, flags, running, wireListen);
  try {
    const { service, baseUrl } = opened.parts;
    const settings = listenSettings(flags, service.traits, baseUrl);
    const options = listenOptions(running, opened, settings, flags);
    const connect = heard.of(choice.provider, options.connect);
    return await throughProxy(baseUrl, () => probeListening({ ...options, connect }));
  } finally {
    await opened.close();
  }
}

/** Tells of a proxy that is in the way, also with what goes wrong: it may be the reason. */
async function throughProxy(baseUrl: string, probe: () => Promise<ProbeTimes>) {
  const way = await proxyTo(baseUrl);
  try {
    return { ...(await probe()), ...way };
  } catch (thrown) {
    const { code, message, todo, detail } = toSpeechError(thrown, 'E_CONNECT');
    throw new SpeechError(code, message, { todo, detail: { ...detail, ...way }, cause: thrown });
  }
}
