import { SpeechError } from '../../errors.ts';
import type { ConnectSettings } from '../../speech/connect.ts';
import { typedParam } from '../shapes/param.ts';

export interface SortedParams {
  readonly query: Readonly<Record<string, string>>;
  /** For `voice_settings` of the handshake. */
  readonly voiceSettings: Readonly<Record<string, unknown>>;
}

/**
 * Where each `--param name=value` goes: into the query, and with `voice_settings.name` into the handshake. Throws E_USAGE
 * for a name that a setting of its own exists for (`settingOf`): behind the settings' back it would make noise of sound;
 * and for one that no flag says, because we do (`saidHere`, with the words for it).
 */
export function sortParams(
  params: ConnectSettings['params'],
  settingOf: Readonly<Record<string, string>>,
  saidHere: Readonly<Record<string, string>> = {},
): SortedParams {
  const query: Record<string, string> = {};
  const voiceSettings: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(params ?? {})) {
    const forced = /^(query|voice_settings)\.(.+)$/.exec(given);
    const name = forced?.[2] ?? given;
    if (Object.hasOwn(settingOf, forced?.[1] === 'voice_settings' ? given : name)) {
      throw new SpeechError('E_USAGE', `--param ${given}: use ${settingOf[name] ?? settingOf[given]} for this`);
    }
    if (Object.hasOwn(saidHere, name)) {
      const todo = `leave out --param ${given}`;
      throw new SpeechError('E_USAGE', `--param ${given}: ${saidHere[name]}`, { todo });
    }
    if (forced?.[1] === 'voice_settings') voiceSettings[name] = typedParam(value);
    else query[name] = value;
  }
  return { query, voiceSettings };
}

/** Throws E_UNSUPPORTED for what Telnyx has no word for, by name, before there is a connection. */
export function refuseSettings(settings: object, names: Readonly<Record<string, string>>): void {
  for (const [name, flag] of Object.entries(names)) {
    const value: unknown = Reflect.get(settings, name);
    if (value !== undefined)
      throw new SpeechError('E_UNSUPPORTED', `Telnyx has no ${flag}`, { todo: `leave out ${flag}` });
  }
}
