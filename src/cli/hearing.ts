import { SpeechError } from '../errors.ts';
import type { ListenOptions } from '../session/listen-options.ts';
import type { ListenSettings } from '../speech/listen.ts';
import type { SessionFlags } from './flags.ts';
import type { HearFlags } from './hear-flags.ts';
import { listenSettings } from './listen-settings.ts';
import type { ProviderName } from './providers.ts';
import type { Running } from './running.ts';
import { commonOptions, type OpenService } from './service.ts';
import type { ListenParts } from './wiring.ts';

/** What the flags ask of the service. What it does not have is refused now, before anything is sent or written. */
export function checkedSettings(
  flags: HearFlags & SessionFlags,
  { service, baseUrl, credentials }: Pick<ListenParts, 'service' | 'baseUrl' | 'credentials'>,
  provider: ProviderName,
): ListenSettings {
  const settings = listenSettings(flags, service.traits, baseUrl);
  service.endpoint.build(settings, credentials);
  if (flags.diarize && !service.traits.diarize) {
    throw new SpeechError('E_UNSUPPORTED', `${provider} does not tell speakers apart`, { todo: 'leave out --diarize' });
  }
  return settings;
}

/** What a session of speech in needs, from the flags and the service. */
export function listenOptions(
  running: Running,
  service: OpenService<ListenParts>,
  settings: ListenSettings,
  flags: Pick<SessionFlags, 'timeout' | 'connectTimeout'>,
): ListenOptions {
  return { ...commonOptions(running, service, flags), service: service.parts.service, settings };
}
