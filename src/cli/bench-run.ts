import { arch, cpus, platform } from 'node:os';
import { assemble } from '../bench/assemble.ts';
import type { BenchDocument, Machine, PromptFacts, RunRow } from '../bench/document.ts';
import type { Target } from '../bench/lane.ts';
import type { Clip, Prompt } from '../bench/material.ts';
import { runBench } from '../bench/runner.ts';
import type { MeasureFlags } from './bench-flags.ts';
import { BenchOutputs } from './bench-outputs.ts';
import { BenchProgressLine } from './bench-progress.ts';
import { BenchServices } from './bench-services.ts';
import { waitForStart } from './bench-start.ts';
import type { WantedTarget } from './bench-targets.ts';
import { concluded } from './bench-verdict.ts';
import type { Decided } from './bench-wishes.ts';
import type { Running } from './running.ts';
import { version } from './version.ts';

/** What is measured, once it is known how. */
export interface Measuring<M extends Prompt | Clip> {
  readonly materials: readonly M[];
  readonly vary: (material: M, variation: number) => M;
  readonly facts: PromptFacts;
  /** Who speaks, and who hears: those that are local want the server here. */
  readonly wanted: readonly WantedTarget[];
  /** How many the local server must be able to listen to at once. */
  readonly listeners: number;
  readonly targets: (services: BenchServices) => Promise<Target<M>[]>;
  /** Where the sound of a run went. */
  readonly audioFile?: (row: RunRow) => string | undefined;
}

/** Measures, and gives out what came of it. Everything that can be wrong has been looked at, but for the files. */
export async function conduct<M extends Prompt | Clip>(
  decided: Decided,
  measuring: Measuring<M>,
  flags: MeasureFlags,
  running: Running,
): Promise<number | undefined> {
  const { clock, signal } = running;
  const outputs = await BenchOutputs.open(decided.outputs, clock, signal);
  let document: BenchDocument;
  try {
    document = await measured(decided, measuring, flags, running);
  } catch (thrown) {
    await outputs.discard();
    throw thrown;
  }
  return concluded(document, { outputs, assertions: decided.assertions }, running);
}

async function measured<M extends Prompt | Clip>(
  decided: Decided,
  measuring: Measuring<M>,
  flags: MeasureFlags,
  running: Running,
): Promise<BenchDocument> {
  const { clock, signal, reporter } = running;
  const services = await BenchServices.open(running, flags);
  try {
    tellTargets(measuring.wanted, running);
    if (measuring.wanted.some(({ choice }) => choice.provider === 'local'))
      await services.startLocal(measuring.listeners);
    const targets = await measuring.targets(services);
    const note = (text: string) => reporter.note(text);
    if (decided.startAt !== undefined) await waitForStart(decided.startAt, { clock, signal, note, now: new Date() });
    let startedAt = new Date().toISOString();
    const line = new BenchProgressLine(decided.plan.kind, reporter);
    const files = new Map<number, string>();
    const { materials, vary, audioFile } = measuring;
    const made = await runBench(decided.plan, {
      ...{ clock, signal, targets, materials, vary },
      onMeasuring: () => {
        startedAt = new Date().toISOString();
      },
      onRow: (row, progress) => {
        const path = audioFile?.(row);
        if (path !== undefined) files.set(row.run, path);
        reporter.benchRun(shownRow(row, path, running));
        line.show(row, progress);
      },
    });
    // Nothing was measured, so that there is nothing to give out.
    if (made.rows.length === 0) signal.throwIfAborted();
    const rows = made.rows.map((row) => shownRow(row, files.get(row.run), running));
    const setting = { machine: machineHere(flags.label), startedAt, prompts: measuring.facts };
    return assemble(decided.plan, { ...made, rows }, { ...setting, targets: targets.map(({ facts }) => facts) });
  } finally {
    await services.close();
  }
}

/** As it is written: with its file, and without the keys, which a service may well repeat in what it answers. */
function shownRow(row: RunRow, audioFile: string | undefined, { secrets }: Running): RunRow {
  const { error, transcript, requestId } = row;
  return {
    ...row,
    ...(error && { error: { ...error, message: secrets.hide(error.message) } }),
    ...(transcript !== undefined && { transcript: secrets.hide(transcript) }),
    ...(requestId !== undefined && { requestId: secrets.hide(requestId) }),
    ...(audioFile !== undefined && { audioFile }),
  };
}

function tellTargets(wanted: readonly WantedTarget[], { reporter }: Running): void {
  const told = new Set<string>();
  for (const { choice, label } of wanted) {
    const { provider, why, endpoint } = choice;
    // A provider that speaks and hears is named once.
    if (told.has(label)) continue;
    told.add(label);
    const reason = label === provider ? why : `${why}: ${label}`;
    reporter.chosen({ provider, why: reason, ...(endpoint !== undefined && { endpoint }) });
  }
}

function machineHere(label: string | undefined): Omit<Machine, 'watch' | 'startedAt'> {
  const cores = cpus();
  return {
    ...(label !== undefined && { label }),
    vox: version,
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
  };
}
