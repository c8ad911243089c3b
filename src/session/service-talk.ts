import type { Log } from '../log.ts';
import type { ServiceEvent } from '../speech/connect.ts';
import type { Warnings } from './warnings.ts';

/** Events that change nothing in a session. */
type TalkEvent = Extract<ServiceEvent<unknown>, { type: 'ready' | 'warning' | 'malformed' | 'unknown' | 'note' }>;

/** What a service says beside its work: warnings for a person, the rest for `--debug session`. */
export function tellTalk(event: TalkEvent, warnings: Warnings, log: Log | undefined): void {
  switch (event.type) {
    case 'ready':
      for (const message of event.warnings ?? []) warnings.say('service', message);
      return;
    case 'warning':
      warnings.say(event.code, event.message);
      return;
    case 'malformed':
      warnings.say('malformed', `the service sent a message that cannot be read (${event.why})`);
      return;
    case 'unknown':
    case 'note':
      log?.('session', () => `${event.type} ${event.name}`);
  }
}
