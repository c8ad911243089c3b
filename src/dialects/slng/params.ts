import { SpeechError } from '../../errors.ts';
import type { ConnectSettings } from '../../speech/connect.ts';
import { typedParam } from '../shapes/param.ts';

/** The names that stand in the URL's query; all others belong to `init` (PROTOCOLS 1.2). */
const queryNames: ReadonlySet<string> = new Set(['region', 'world-part']);

/** These decide how the audio is read: passed behind the settings' back they would turn it into noise. */
const settingOf: Readonly<Record<string, string>> = {
  encoding: '--encoding',
  sample_rate: '--sample-rate',
  type: '--endpoint',
  token: '--auth query',
};

export interface SortedParams {
  readonly query: Readonly<Record<string, string>>;
  /** Beside `config` in the init message. */
  readonly init: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Where each `--param name=value` goes: `region` and `world-part` into the query, everything else into `init.config`.
 * A place can be forced with `query.name` or `init.name` (beside `config`, where rime has its settings).
 * Throws E_USAGE for a name that a setting of its own exists for.
 */
export function sortParams(params: ConnectSettings['params']): SortedParams {
  const query: Record<string, string> = {};
  const init: Record<string, unknown> = {};
  const config: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(params ?? {})) {
    const forced = /^(query|init)\.(.+)$/.exec(given);
    const name = forced?.[2] ?? given;
    if (Object.hasOwn(settingOf, name)) {
      throw new SpeechError('E_USAGE', `--param ${given}: use ${settingOf[name]} for this`);
    }
    if (forced?.[1] === 'query' || (!forced && queryNames.has(name))) query[name] = value;
    else if (forced) init[name] = typedParam(value);
    else config[name] = typedParam(value);
  }
  return { query, init, config };
}
