import { SpeechError } from '../errors.ts';
import type { SpeakEvent } from '../speech/speak.ts';
import type { SpeakConnection } from './speak-connection.ts';
import type { Turn } from './turn.ts';

export type TurnEvent = Extract<SpeakEvent, { type: (typeof ofTurn)[number] }>;
const ofTurn = ['audio', 'late', 'words', 'made', 'progress', 'ended'] as const;
const typesOfTurn: ReadonlySet<string> = new Set(ofTurn);

export function isOfTurn(event: SpeakEvent): event is TurnEvent {
  return typesOfTurn.has(event.type);
}

/** Who is to know what a turn's events mean beyond the turn. */
export interface TurnOwner {
  /** Sound of it has come, and is about to be given to it. */
  sounds(turn: Turn): void;
  /** A checkpoint was reached. */
  moved(turn: Turn): void;
  fail(turn: Turn, thrown: unknown): void;
}

/** What a service said of a turn, on the connection that carries it; of another turn it is dropped. */
export function turnEvent(
  owner: TurnOwner,
  turn: Turn,
  connection: SpeakConnection,
  event: TurnEvent,
  atMs: number,
): void {
  if (event.turn !== turn.id || turn.why !== undefined) return;
  connection.untried = false;
  switch (event.type) {
    case 'audio':
      connection.spent = false;
      owner.sounds(turn);
      connection.liveness.advancedMs = atMs;
      turn.audio(event.chunk, atMs);
      if (turn.sound.isBeyond(turn.text.mostChars)) connection.fail(endless(turn));
      return;
    case 'words':
      connection.liveness.advancedMs = atMs;
      turn.sound.words(event.items);
      return;
    case 'made':
      turn.meter.made(event);
      return;
    case 'progress':
      if (turn.checkpoint(event.throughChar)) {
        connection.spent = true;
        connection.liveness.advancedMs = atMs;
      }
      connection.liveness.owe(turn.text.owed || turn.endSent);
      owner.moved(turn);
      return;
    case 'ended':
      connection.spent = true;
      connection.liveness.owe(false);
      if (event.why === 'done') turn.finish('done', atMs);
      else owner.fail(turn, new SpeechError('E_PROVIDER', `the service ended the turn (${event.why})`));
  }
}

function endless({ meter, text }: Turn): SpeechError {
  const sound = `${meter.bytes} bytes of sound for ${text.sentChar} characters`;
  return new SpeechError('E_PROTOCOL', `the service does not stop: it sent ${sound}`);
}
