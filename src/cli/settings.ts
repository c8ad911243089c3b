import { readFileSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { AudioFormat, Encoding } from '../audio/format.ts';
import { SpeechError } from '../errors.ts';
import type { ConnectSettings } from '../speech/connect.ts';
import type { SpeakTraits, Traits } from '../speech/service.ts';
import type { PronunciationRule, SpeakSettings } from '../speech/speak.ts';
import { parseRules } from '../text/pronounce.ts';
import type { Config } from './config.ts';
import type { ServiceFlags, SessionFlags, VoiceFlags } from './flags.ts';
import { readFault } from './input.ts';

/** What the flags ask of a service, and what we do to the text on our side. */
export interface WantedSpeech {
  readonly settings: SpeakSettings;
  readonly rules: readonly PronunciationRule[];
}

export type ConnectionFlags = Pick<SessionFlags, 'param' | 'header' | 'route' | 'region' | 'worldPart'> &
  Pick<VoiceFlags, 'model' | 'language'>;

/** What both directions of speech take from the flags. */
export function connectSettings(flags: ConnectionFlags, { defaults }: Traits, baseUrl: string): ConnectSettings {
  const route = flags.route ?? defaults.route;
  return {
    baseUrl,
    model: flags.model ?? defaults.model,
    params: pairs(flags.param, '=', (value) => `--param wants name=value, not '${value}'`),
    headers: headerPairs(flags.header),
    ...(flags.language !== undefined && { language: flags.language }),
    ...(route !== undefined && { route }),
    ...(flags.region !== undefined && { region: flags.region }),
    ...(flags.worldPart !== undefined && { worldPart: flags.worldPart }),
  };
}

/** What of the flags makes the settings. A command that says nothing has a few of them only. */
export type SettingsFlags = ConnectionFlags &
  Pick<ServiceFlags, 'interrupt'> &
  Omit<VoiceFlags, 'file' | 'flush' | 'markdown' | 'model' | 'language'>;

interface Parts {
  readonly baseUrl: string;
  readonly provider: string;
  /** What the file that is written wants of the service. */
  readonly encoding?: Encoding;
}

/** The settings of a session, from the flags over the config file over the service's own defaults. */
export function speakSettings(flags: SettingsFlags, config: Config, traits: SpeakTraits, parts: Parts): WantedSpeech {
  const { defaults } = traits;
  const format = wantedFormat(flags, traits, parts);
  const voice = flags.voice ?? config.voice ?? (flags.model ? undefined : defaults.voice);
  const dictionary =
    flags.pronunciation === undefined ? {} : pronunciation(flags.pronunciation, traits, parts.provider);
  return {
    rules: dictionary.rules ?? [],
    settings: {
      ...connectSettings({ ...flags, model: flags.model ?? config.model }, traits, parts.baseUrl),
      format,
      ...(flags.interrupt !== undefined && { interruptWith: flags.interrupt }),
      ...(voice !== undefined && { voice }),
      ...(flags.speed !== undefined && { speed: flags.speed }),
      ...(dictionary.name !== undefined && { pronunciation: { name: dictionary.name } }),
    },
  };
}

function wantedFormat(flags: SettingsFlags, traits: SpeakTraits, { provider, encoding: ofFile }: Parts): AudioFormat {
  const encoding = ofFile ?? flags.encoding ?? traits.defaults.format.encoding;
  if (!traits.encodings.includes(encoding)) {
    throw new SpeechError('E_UNSUPPORTED', `${provider} does not send ${encoding}`, {
      todo: `use one of: ${traits.encodings.join(', ')}`,
    });
  }
  // Telephone encodings are telephone audio: 8 kHz, unless a rate is asked for.
  const usualHz = encoding === 'mulaw' || encoding === 'alaw' ? 8000 : traits.defaults.format.sampleRateHz;
  const sampleRateHz = flags.sampleRate ?? usualHz;
  if (!traits.sampleRatesHz.includes(sampleRateHz)) {
    throw new SpeechError('E_UNSUPPORTED', `${provider} does not send ${sampleRateHz} Hz`, {
      todo: `use one of: ${traits.sampleRatesHz.join(', ')}`,
    });
  }
  return { encoding, sampleRateHz, channels: 1 };
}

/** A name is the service's affair; a file's rules are applied on our side, with any provider. */
function pronunciation(
  value: string,
  traits: SpeakTraits,
  provider: string,
): { name?: string; rules?: PronunciationRule[] } {
  if (!/[/\\]|\.json$/i.test(value)) {
    if (!traits.namedPronunciation) {
      throw new SpeechError('E_UNSUPPORTED', `${provider} has no pronunciation dictionaries`, {
        todo: 'use a FILE.json of rules',
      });
    }
    return { name: value };
  }
  let text: string;
  try {
    text = readFileSync(value, 'utf8');
  } catch (thrown) {
    throw new SpeechError('E_FILE', `cannot read the dictionary ${value}: ${readFault(thrown)}`, { cause: thrown });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SpeechError('E_PRONUNCIATION', `${value} is not JSON`);
  }
  return { rules: parseRules(json) };
}

function pairs(
  values: readonly string[],
  separator: string,
  complaint: (value: string) => string,
): Record<string, string> {
  const read: Record<string, string> = {};
  for (const value of values) {
    const at = value.indexOf(separator);
    const name = value.slice(0, at).trim();
    if (at < 1 || name === '') throw new SpeechError('E_USAGE', complaint(value));
    read[name] = value.slice(at + 1).trim();
  }
  return read;
}

/** Headers as HTTP takes them. What is wrong is told before anything is opened, and without the value: it may be a key. */
export function headerPairs(values: readonly string[]): Record<string, string> {
  const headers = pairs(values, ':', () => "-H wants 'Name: value'");
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (thrown) {
      throw new SpeechError('E_USAGE', `the header '${name}' has characters that no header may have`, {
        todo: 'letters, digits and - in the name; no line breaks, and ASCII or Latin-1 in the value',
        cause: thrown,
      });
    }
  }
  return headers;
}
