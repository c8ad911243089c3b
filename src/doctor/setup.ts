import { release } from 'node:os';
import { toSpeechError } from '../errors.ts';
import { type Check, lookWithinMs } from './check.ts';

/** The oldest Node that vox runs on: package.json says the same. */
const leastNode = [20, 12] as const;

export interface RuntimeFacts {
  readonly vox: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  /** Of the operating system's kernel. */
  readonly release: string;
}

/** What this process runs on. */
export function runtimeFacts(voxVersion: string): RuntimeFacts {
  const { platform, arch, versions } = process;
  return { vox: voxVersion, node: versions.node, platform, arch, release: release() };
}

export function runtimeCheck(facts: RuntimeFacts): Check {
  return {
    name: 'vox',
    stage: 'look',
    withinMs: lookWithinMs,
    fault: 'E_UNEXPECTED',
    run() {
      const detail = `${facts.vox} on Node ${facts.node}, ${facts.platform} ${facts.arch} (${facts.release})`;
      const data = { ...facts };
      if (isRecent(facts.node)) return { status: 'ok', detail, data };
      const todo = `install Node ${leastNode.join('.')} or newer`;
      return { status: 'fail', detail, data, todo, code: 'E_UNEXPECTED' };
    },
  };
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
}

/** `load` throws a SpeechError where the file cannot be understood. */
export function configCheck(load: () => { readonly path: string; readonly found: boolean }): Check {
  return {
    name: 'config',
    stage: 'look',
    withinMs: lookWithinMs,
    fault: 'E_FILE',
    run() {
      const { path, found } = load();
      return { status: 'ok', detail: found ? path : `none (${path} would be read)`, data: { path, found } };
    },
  };
}

/** Where a provider's key was found: a variable, or a file. What is passed may hold more; only these are looked at. */
export interface FoundKey {
  readonly provider: string;
  readonly from: string;
}

export function keysCheck(found: () => readonly FoundKey[]): Check {
  return {
    name: 'keys',
    stage: 'look',
    withinMs: lookWithinMs,
    fault: 'E_KEY',
    run() {
      const keys = found().map(({ provider, from }) => ({ provider, from }));
      const listed = keys.map(({ provider, from }) => `${provider} (${from})`).join(', ');
      return { status: 'ok', detail: listed || "none, and the provider 'local' needs none", data: { keys } };
    },
  };
}

/** The provider that a command would use. That none can be chosen is for a person to settle, with a flag. */
export function choiceCheck(choose: () => { readonly provider: string; readonly why: string }): Check {
  return {
    name: 'provider',
    stage: 'look',
    withinMs: lookWithinMs,
    fault: 'E_USAGE',
    run() {
      try {
        const { provider, why } = choose();
        return { status: 'ok', detail: `${provider} (${why})`, data: { provider, why } };
      } catch (thrown) {
        const { code, message, todo } = toSpeechError(thrown, 'E_USAGE');
        return { status: 'warn', detail: message, todo, code };
      }
    },
  };
}
