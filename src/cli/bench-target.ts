import { InvalidArgumentError } from 'commander';
import { type Encoding, encodings } from '../audio/format.ts';
import { SpeechError } from '../errors.ts';
import { sampleRate, speed } from './flags.ts';
import { isProvider, type ProviderName, providers } from './providers.ts';

/** One `--target`, as it was typed: `provider/model:voice?param=value`. What was not said is left out. */
export interface TypedTarget {
  readonly provider: ProviderName;
  readonly model?: string;
  readonly voice?: string;
  readonly label?: string;
  readonly settings: TargetSettings;
  /** In the vendor's own words, as `--param` has them. */
  readonly params: Readonly<Record<string, string>>;
}

/** What a target sets of our own, by the names of the flags that set it for all. */
export interface TargetSettings {
  readonly endpoint?: string;
  readonly route?: 'bridge' | 'direct';
  readonly region?: string;
  readonly worldPart?: string;
  readonly language?: string;
  readonly speed?: number;
  readonly sampleRate?: number;
  readonly encoding?: Encoding;
}

const grammar = 'write it as provider/model:voice?param=value';

/** No name of a model or a voice is as long; it bounds what a message quotes. */
const longest = 2000;
const mostQuoted = 100;

/** The words of a query that are ours; every other one is the vendor's. */
const ours: Readonly<Record<string, (value: string) => TargetSettings>> = {
  endpoint: (endpoint) => ({ endpoint }),
  route: (value) => ({ route: oneOf(['bridge', 'direct'], value) }),
  region: (region) => ({ region }),
  'world-part': (worldPart) => ({ worldPart }),
  language: (language) => ({ language }),
  speed: (value) => ({ speed: speed(value) }),
  'sample-rate': (value) => ({ sampleRate: sampleRate(value) }),
  encoding: (value) => ({ encoding: oneOf(encodings, value) }),
};

function oneOf<const Known extends string>(known: readonly Known[], value: string): Known {
  const found = known.find((name) => name === value);
  if (found === undefined) throw new InvalidArgumentError(`It is one of: ${known.join(', ')}.`);
  return found;
}

/** Reads a target. Anything that is none is E_USAGE, and says what is wrong with it. */
export function parseTarget(text: string): TypedTarget {
  if (text.length > longest) throw refusal(text, `is longer than ${longest} characters`);
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw refusal(text, 'holds a character that cannot be printed');
  const [, name = '', path = '', query] = /^([^/:?]*)([^?]*)(?:\?(.*))?$/s.exec(text) ?? [];
  if (name === '') throw refusal(text, 'names no provider');
  if (!isProvider(name)) {
    throw refusal(text, `has an unknown provider '${quoted(name)}'`, `one of: ${Object.keys(providers).join(', ')}`);
  }
  return { provider: name, ...modelAndVoice(text, path, name), ...settingsOf(text, query) };
}

/** `/model:voice`, either of which may be missing. */
function modelAndVoice(text: string, path: string, provider: ProviderName): { model?: string; voice?: string } {
  const hasModel = path.startsWith('/');
  const rest = hasModel ? path.slice(1) : path;
  const colon = voiceColon(rest, hasModel && provider === 'slng');
  const [model, voice] = colon < 0 ? [rest, undefined] : [rest.slice(0, colon), rest.slice(colon + 1)];
  if (hasModel && model === '') throw refusal(text, "names no model behind the '/'");
  if (voice === '') throw refusal(text, "names no voice behind the ':'");
  return { ...(hasModel && { model }), ...(voice !== undefined && { voice }) };
}

/** SLNG's models have a version behind a colon of their own: `deepgram/aura:2`. */
function voiceColon(rest: string, hasVersion: boolean): number {
  const first = rest.indexOf(':');
  return hasVersion && /^:\d/.test(rest.slice(first)) ? rest.indexOf(':', first + 1) : first;
}

function settingsOf(text: string, query: string | undefined): Pick<TypedTarget, 'label' | 'settings' | 'params'> {
  let settings: TargetSettings = {};
  const params = new Map<string, string>();
  const seen = new Set<string>();
  let label: string | undefined;
  for (const part of query === undefined ? [] : query.split('&')) {
    const at = part.indexOf('=');
    const [name, value] = at < 0 ? [part, ''] : [decoded(text, part.slice(0, at)), decoded(text, part.slice(at + 1))];
    if (at < 1) throw refusal(text, 'has something else where name=value belongs');
    if (name.includes('=')) throw refusal(text, 'has a name with an = in it');
    if (seen.has(name)) throw refusal(text, `sets ${quoted(name)} twice`);
    seen.add(name);
    const read = Object.hasOwn(ours, name) ? ours[name] : undefined;
    // Told without the value of a vendor's parameter: that may be a key.
    if (value === '' && (read || name === 'label')) throw refusal(text, `sets ${name} to nothing`);
    if (name === 'label') label = value;
    else if (read) settings = { ...settings, ...readSetting(text, name, () => read(value)) };
    else params.set(name, value);
  }
  return { settings, params: Object.fromEntries(params), ...(label !== undefined && { label }) };
}

/** As in a URL, but for `+`, which means itself. */
function decoded(text: string, part: string): string {
  let value: string;
  try {
    value = decodeURIComponent(part);
  } catch {
    throw refusal(text, "has a '%' without two hexadecimal digits behind it", "write '%' itself as %25");
  }
  if (/[\p{Cc}\p{Cs}]/u.test(value)) throw refusal(text, 'holds a character that cannot be printed');
  return value;
}

/** What the flags' own readers complain about is told as this target's fault. */
function readSetting(text: string, name: string, read: () => TargetSettings): TargetSettings {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof InvalidArgumentError)) throw thrown;
    throw refusal(text, `sets ${name} to what is not possible`, thrown.message);
  }
}

/** Without the query: there may be a key in it. */
function refusal(text: string, complaint: string, todo: string = grammar): SpeechError {
  return new SpeechError('E_USAGE', `--target '${quoted(text.split('?', 1)[0] ?? '')}' ${complaint}`, { todo });
}

function quoted(text: string): string {
  return text.length > mostQuoted ? `${text.slice(0, mostQuoted)}…` : text;
}

/**
 * What each target is called in tables: its label, else what it is, without the query; the second of a name has a
 * number behind it. In the order of the targets.
 */
export function targetLabels(
  targets: readonly Pick<TypedTarget, 'provider' | 'model' | 'voice' | 'label'>[],
): string[] {
  const given = targets.map(({ provider, model, voice, label }) => {
    const path = model === undefined ? provider : `${provider}/${model}`;
    return label ?? (voice === undefined ? path : `${path}:${voice}`);
  });
  const taken = new Set(given);
  const used = new Set<string>();
  return given.map((name) => {
    let distinct = name;
    for (let number = 2; used.has(distinct) || (distinct !== name && taken.has(distinct)); number++) {
      distinct = `${name}#${number}`;
    }
    used.add(distinct);
    return distinct;
  });
}
