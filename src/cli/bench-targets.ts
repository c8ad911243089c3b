import { SpeechError } from '../errors.ts';
import type { MeasureFlags, SayFlags } from './bench-flags.ts';
import { parseTarget, type TypedTarget, targetLabels } from './bench-target.ts';
import type { Config } from './config.ts';
import { choose, findKeys, type ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { isSecretName } from './secrets.ts';

/** The flags that a target can say otherwise. */
export type TargetFlags = Pick<
  MeasureFlags,
  'param' | 'header' | 'route' | 'region' | 'worldPart' | 'model' | 'language'
> &
  Partial<Pick<SayFlags, 'voice' | 'speed' | 'sampleRate' | 'encoding' | 'interrupt'>>;

/** A service that is to be measured: which, with what key, and how it is asked. */
export interface WantedTarget {
  readonly label: string;
  readonly choice: ProviderChoice;
  readonly flags: TargetFlags;
  /** What the config file has for a target that stands alone; a list of targets says all there is. */
  readonly config: Config;
}

type Tools = Pick<Running, 'io' | 'loaded' | 'secrets' | 'reporter'>;
type Flags = MeasureFlags & TargetFlags;

/** What the flags name, with the keys that are found for it. Nothing is connected. */
export function wantedTargets(flags: Flags, tools: Tools): WantedTarget[] {
  if (flags.target.length > 0) return listed(flags, flags.target, tools);
  const { provider, endpoint, apiKeyFile } = flags;
  const isNamed = provider !== undefined || endpoint !== undefined;
  if (!isNamed && apiKeyFile !== undefined) {
    const todo = 'say whose with --provider or --target';
    throw new SpeechError('E_USAGE', 'the key of --api-key-file may be of several providers', { todo });
  }
  if (!isNamed) tellOfUnused(tools);
  const choice: ProviderChoice = isNamed
    ? choose(flags, tools)
    : { provider: 'local', why: 'no target is given', credentials: {} };
  const { config } = tools.loaded;
  const model = flags.model ?? (isNamed ? config.model : undefined);
  const voice = flags.voice ?? (isNamed ? config.voice : undefined);
  const named = {
    provider: choice.provider,
    ...(model !== undefined && { model }),
    ...(voice !== undefined && { voice }),
  };
  const [label = choice.provider] = targetLabels([named]);
  return [{ label, choice, flags, config: isNamed ? config : {} }];
}

/** Money is spent by nobody who did not ask for it; who expected to is told. */
function tellOfUnused({ io, loaded, reporter }: Tools): void {
  const variables = ['VOX_PROVIDER', 'VOX_ENDPOINT'].filter((name) => io.env[name]?.trim());
  const unused = [...findKeys(io.env, loaded).map(({ from }) => from), ...variables];
  if (unused.length === 0) return;
  const names = [...new Set(unused)].join(', ');
  reporter.note(`vox: ${names} not looked at: a bench without --provider or --target measures the local engine`);
}

function listed(flags: Flags, texts: readonly string[], tools: Tools): WantedTarget[] {
  for (const [name, value] of [['--provider', flags.provider] as const, ['--endpoint', flags.endpoint] as const]) {
    if (value === undefined) continue;
    const todo = 'write it into the target: provider/model:voice?endpoint=URL';
    throw new SpeechError('E_USAGE', `${name} and --target exclude one another`, { todo });
  }
  const typed = texts.map(parseTarget);
  refuseSharedKeys(flags, typed);
  const labels = targetLabels(typed);
  return typed.map((target, i) => {
    hideSecrets(target, tools);
    const { provider, settings } = target;
    const choice = choose({ ...flags, provider, ...settings }, tools);
    return {
      label: labels[i] ?? provider,
      choice: { ...choice, why: '--target' },
      flags: withTarget(flags, target),
      config: {},
    };
  });
}

/** A key that is given for all goes to whoever is named: that is right for one provider only. */
function refuseSharedKeys({ apiKeyFile, header }: Flags, targets: readonly TypedTarget[]): void {
  const several = new Set(targets.map(({ provider }) => provider)).size > 1;
  if (!several) return;
  const secret = header.map((one) => one.split(':', 1)[0]?.trim() ?? '').find(isSecretName);
  const given = apiKeyFile !== undefined ? '--api-key-file' : secret !== undefined ? `-H '${secret}: …'` : undefined;
  if (given === undefined) return;
  const todo = "set each provider's own variable, or measure one provider a run";
  throw new SpeechError('E_USAGE', `${given} would give one key to several providers`, { todo });
}

function hideSecrets({ params }: TypedTarget, { secrets }: Tools): void {
  for (const [name, value] of Object.entries(params)) if (isSecretName(name)) secrets.add(value);
}

/** What the target says comes before what the flags say for all. */
export function withTarget(flags: TargetFlags, { model, voice, settings, params }: TypedTarget): TargetFlags {
  return {
    ...flags,
    ...settings,
    ...(model !== undefined && { model }),
    ...(voice !== undefined && { voice }),
    param: [...flags.param, ...Object.entries(params).map(([name, value]) => `${name}=${value}`)],
  };
}

/**
 * What hears, in a round trip: what `--hears` says, else who speaks. Its model is its own: one that speaks does not
 * hear.
 */
export function hearingTarget(
  flags: Flags & { readonly hears?: string },
  speaks: WantedTarget,
  tools: Tools,
): WantedTarget {
  if (flags.hears === undefined) {
    // Where it is reached is the same; the vendor's words for speech are not words for hearing.
    const { model: _, voice: __, ...place } = speaks.flags;
    return { ...speaks, flags: { ...place, param: flags.param }, config: {} };
  }
  const { model: _, voice: __, ...shared } = flags;
  const hears = parseTarget(flags.hears);
  const speaker = { provider: speaks.choice.provider, settings: {}, params: {} };
  refuseSharedKeys(flags, [speaker, hears]);
  hideSecrets(hears, tools);
  const { provider, settings } = hears;
  const choice = { ...choose({ ...flags, provider, ...settings }, tools), why: '--hears' };
  const [label = provider] = targetLabels([hears]);
  return { label, choice, flags: withTarget(shared, hears), config: {} };
}
