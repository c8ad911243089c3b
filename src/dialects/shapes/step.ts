import type { ServiceEvent, ServiceFault } from '../../speech/connect.ts';
import type { Step } from '../../speech/service.ts';
import type { Frame } from '../../transport/transport.ts';
import type { Fields } from './faults.ts';

type Note = Extract<ServiceEvent<never>, { type: 'note' }>;
type Malformed = Extract<ServiceEvent<never>, { type: 'malformed' }>;
type Reject = { readonly type: 'reject'; readonly fault: ServiceFault };

export const nothing: Step<never> = { frames: [], events: [] };
const noFrames: readonly Frame[] = [];

export function jsonFrame(message: object): Frame {
  return { kind: 'text', text: JSON.stringify(message) };
}

export function sending(...messages: object[]): Step<never> {
  return { frames: messages.map(jsonFrame), events: [] };
}

/** What an array of events becomes without being copied: the path of the audio. */
export function reporting<Event>(events: readonly Event[]): Step<Event> {
  return { frames: noFrames, events };
}

export function telling<Event>(...events: Event[]): Step<Event> {
  return reporting(events);
}

export function note(name: string, detail?: Fields): Note {
  return detail === undefined ? { type: 'note', name } : { type: 'note', name, detail };
}

export function malformed(why: string): Step<Malformed> {
  return telling({ type: 'malformed', why });
}

/** A message of a client that is not done; the handler tells it so, and the session goes on. */
export function rejecting(message: string, vendorCode: string): Step<Reject> {
  return telling({ type: 'reject', fault: { code: 'E_REQUEST', message, detail: { vendorCode } } });
}
