import { listPlayers } from '../audio/players/find.ts';
import { doctorExitCode, runDoctor } from '../doctor/run.ts';
import { standardChecks } from '../doctor/standard-checks.ts';
import { probeConnection } from '../session/probe.ts';
import type { DoctorFlags } from './doctor.ts';
import { openPlayer } from './player.ts';
import { chooseProvider, findKeys, type ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { version } from './version.ts';
import { wireEngine, wireSpeak } from './wiring.ts';

/** Beside the session's own two timeouts, the local provider starts a server and an engine. */
const spareMs = 5000;

/** `vox doctor`, once its flags are read. Resolves with the exit code. */
export async function runDoctorCommand(flags: DoctorFlags, running: Running): Promise<number> {
  const { io, clock, loaded, reporter, signal } = running;
  const choose = (provider?: string) => chooseProvider(provider === undefined ? {} : { provider }, io.env, loaded);
  const names = configured(
    choose,
    findKeys(io.env, loaded).map((key) => key.provider),
  );
  const checks = standardChecks({
    clock,
    voxVersion: version,
    config: () => loaded,
    keys: () => findKeys(io.env, loaded),
    choose,
    targets: names.map((provider) => ({
      provider,
      withinMs: 2 * flags.connectTimeout * 1000 + spareMs,
      reach: (stop: AbortSignal) => reach(choose(provider), flags, { ...running, signal: stop }),
    })),
    listPlayers: () => listPlayers(clock),
    playerNamed: flags.player !== undefined || flags.audioDevice !== undefined,
    ...(flags.tone && { openPlayer: async (format) => (await openPlayer(flags, format, running)).sink }),
    openEngine: () => wireEngine(running),
  });
  const result = await runDoctor({ checks, clock, signal });
  reporter.doctor(result);
  return doctorExitCode(result);
}

/** The local provider always, and every other that has a key or an endpoint. */
function configured(choose: (provider?: string) => ProviderChoice, keyed: readonly string[]): string[] {
  const names = new Set(['local', ...keyed]);
  try {
    names.add(choose().provider);
  } catch {
    // That no single one can be chosen is the provider check's to tell.
  }
  return [...names];
}

async function reach(choice: ProviderChoice, flags: DoctorFlags, running: Running) {
  const parts = await wireSpeak(choice, running);
  try {
    const { defaults } = parts.service.traits;
    return await probeConnection({
      service: parts.service,
      settings: {
        format: defaults.format,
        model: defaults.model,
        baseUrl: parts.baseUrl,
        ...(defaults.voice && { voice: defaults.voice }),
      },
      credentials: parts.credentials,
      connect: parts.connect,
      clock: running.clock,
      log: running.log,
      signal: running.signal,
      timeouts: { connectMs: flags.connectTimeout * 1000 },
    });
  } finally {
    await parts.close();
  }
}
