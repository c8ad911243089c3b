import type { Step } from '../../speech/service.ts';
import type { SpeakEvent } from '../../speech/speak.ts';
import type { Frame } from '../../transport/transport.ts';

/** What the client's end of a connection answers with. */
export type Out = Step<SpeakEvent>;
export type Fields = Readonly<Record<string, unknown>>;

export const nothing: Out = { frames: [], events: [] };
const noFrames: readonly Frame[] = [];

export function jsonFrame(message: object): Frame {
  return { kind: 'text', text: JSON.stringify(message) };
}

export function sending(...messages: object[]): Out {
  return { frames: messages.map(jsonFrame), events: [] };
}

/** What an array of events becomes without being copied: the path of the audio. */
export function reporting(events: readonly SpeakEvent[]): Out {
  return { frames: noFrames, events };
}

export function telling(...events: SpeakEvent[]): Out {
  return reporting(events);
}

export function note(name: string, detail?: Fields): SpeakEvent {
  return detail === undefined ? { type: 'note', name } : { type: 'note', name, detail };
}

export function malformed(why: string): Out {
  return telling({ type: 'malformed', why });
}
