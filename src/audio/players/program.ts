import type { Clock } from '../../clock.ts';
import { findProgram } from '../find-program.ts';
import { askProgram, PlayerChild } from './child.ts';
import type { OpenOptions, PlayDevice, Player } from './device.ts';
import type { Outlet } from './paced.ts';
import { PacedDevice } from './paced.ts';
import type { PlayerProgram } from './program-table.ts';

/** A killed program is silent whatever it held, so it may hold much: this process may stall for so long unheard. */
const aheadMs = 500;

/** Silence that is played on opening: it wakes a device that slept, and finds out whether there is one. */
const primeMs = 50;

/** How long a program that cannot play takes to say so: measured 10 to 60 ms, and as much again for a busy machine. */
const settleMs = 150;

/** How long a program may take to open the device, where it says when it has. */
const openMs = 10_000;

const bytesOf = (samples: Int16Array) => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
const silence = (sampleRateHz: number, ms: number) => new Uint8Array(2 * Math.round((sampleRateHz * ms) / 1000));

/** A player program that reads samples from its stdin while it plays. */
export function programPlayer(program: PlayerProgram): Player {
  return {
    name: program.name,
    picksDevice: program.picksDevice,
    missing: program.missing ?? (() => (findProgram(program.name) ? undefined : 'the program is not installed')),
    open: (options) => open(program, options),
  };
}

async function open(program: PlayerProgram, options: OpenOptions): Promise<PlayDevice> {
  const { sampleRateHz, clock } = options;
  const command = program.command ?? program.name;
  const answers = await Promise.all((program.asks ?? []).map((argv) => askProgram(command, argv)));
  const about = answers.join('\n');
  const child = new PlayerChild(program.name, command, program.argv(sampleRateHz, options.deviceName, about));
  if (program.header) void child.write(program.header(sampleRateHz, about));
  const { opensAfter, announces } = program;
  const wantedMs = opensAfter ? Math.max(opensAfter.ms, (opensAfter.samples / sampleRateHz) * 1000) : 0;
  void child.write(silence(sampleRateHz, Math.max(wantedMs, primeMs)));
  if (announces !== undefined) await announced(child, announces, clock);
  // Samples that came while that much silence sounds would be heard late.
  const waitMs = Math.max(program.settleMs ?? settleMs, wantedMs);
  if (waitMs > 0) await settled(child, waitMs, clock);
  const device = new PacedDevice(outlet(program, child, sampleRateHz), {
    sampleRateHz,
    clock,
    aheadMs,
    latencyMs: program.latencyMs,
    padMs: program.padMs ?? 0,
  });
  void child.ended.then((reason) => {
    if (!child.killed) device.fail(child.failure(reason ?? 'ended before all was played'));
  });
  return device;
}

/** Resolves when the program still runs after so long. */
function settled(child: PlayerChild, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, resolve);
    void child.ended.then((reason) => {
      timer.cancel();
      reject(child.failure(reason ?? 'ended at once'));
    });
  });
}

/** Resolves when the program says that it has opened the device. */
function announced(child: PlayerChild, words: RegExp, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(openMs, () => {
      child.kill();
      reject(child.failure(`did not open the device within ${openMs / 1000} s`));
    });
    void child.says(words).then(() => {
      timer.cancel();
      resolve();
    });
    void child.ended.then((reason) => {
      timer.cancel();
      reject(child.failure(reason ?? 'ended at once'));
    });
  });
}

function outlet(program: PlayerProgram, child: PlayerChild, sampleRateHz: number): Outlet {
  return {
    write: (samples) => child.write(bytesOf(samples)),
    async finish() {
      if (program.tailMs) void child.write(silence(sampleRateHz, program.tailMs));
      child.end();
      const reason = await child.ended;
      if (reason !== undefined) throw child.failure(reason);
    },
    discard: () => child.kill(),
  };
}
