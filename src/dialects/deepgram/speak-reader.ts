import type { Step } from '../../speech/service.ts';
import type { SpeakEvent } from '../../speech/speak.ts';
import type { CloseInfo } from '../../transport/transport.ts';
import { Answers } from '../shapes/answers.ts';
import type { AudioIntake } from '../shapes/audio-intake.ts';
import { readWarning } from '../shapes/deepgram-speak.ts';
import { readObject, readServerMessage, typeOf } from '../shapes/messages.ts';
import { readRemarks } from '../shapes/remarks.ts';
import { malformed, note, reporting, telling } from '../shapes/step.ts';
import type { TurnQueue } from '../shapes/turns.ts';
import { closeFault, excessiveFlush } from './closes.ts';
import { readFault } from './errors.ts';
import { type ServerMessage, serverMessage, serverTypes } from './speak-messages.ts';

type Out = Step<SpeakEvent>;
type Metadata = Extract<ServerMessage, { type: 'metadata' }>;
type Warning = Extract<ServerMessage, { type: 'warning' }>;

/** Messages into events. */
export class SpeakReader {
  readonly #turns: TurnQueue;
  readonly #intake: AudioIntake;
  readonly #answers: Answers;
  /** The session knows that it may be used. */
  #ready = false;

  constructor(turns: TurnQueue, intake: AudioIntake) {
    this.#turns = turns;
    this.#intake = intake;
    this.#answers = new Answers(turns, intake);
  }

  /** A service that sends audio is ready, whether it says so or not. */
  binary(bytes: Uint8Array): Out {
    const out = this.#intake.bytes(bytes);
    if (this.#ready || !out.events.some((event) => event.type === 'audio')) return out;
    this.#ready = true;
    return telling({ type: 'ready' }, ...out.events);
  }

  text(text: string): Out {
    const object = readObject(text);
    if ('why' in object) return malformed(object.why);
    const type = typeOf(object.fields);
    if (type === undefined) return malformed('the message has no type');
    const read = readServerMessage(serverMessage, serverTypes, type, object.fields);
    return 'event' in read ? telling(read.event) : reporting(this.#understood(read.message));
  }

  #understood(message: ServerMessage): SpeakEvent[] {
    switch (message.type) {
      case 'metadata':
        return [this.#metadata(message)];
      case 'flushed':
        return this.#answers.acknowledged('flushed');
      case 'cleared':
        return this.#answers.cleared();
      case 'warning':
        return this.#warning(message);
      case 'error': {
        const turn = this.#answers.concerned;
        return [{ type: 'error', ...(turn !== undefined && { turn: turn.id }), fault: readFault(message) }];
      }
    }
  }

  /** The first says that the session may be used; another one at the end sums up. */
  #metadata({ request_id: requestId, warnings }: Metadata): SpeakEvent {
    if (this.#ready) return note('metadata');
    this.#ready = true;
    return { type: 'ready', ...(requestId !== undefined && { requestId }), ...readRemarks(warnings) };
  }

  /**
   * A refused flush is never answered, but its text stays with the service and comes with the next flush. Where there
   * will be none, its sound would never come.
   */
  #warning(message: Warning): SpeakEvent[] {
    const warning = readWarning(message);
    const told: SpeakEvent = { type: 'warning', ...warning };
    if (warning.code !== excessiveFlush.code) return [told];
    const turn = this.#turns.refuseFlush();
    if (turn === undefined || !turn.closing) return [told];
    const todo = 'wait a minute: Deepgram takes 20 flushes in 60 s; a coarser --flush needs fewer';
    const detail = { vendorCode: warning.code };
    return [{ type: 'error', turn: turn.id, fault: { code: 'E_RATE_LIMIT', message: warning.message, todo, detail } }];
  }

  closed(info: CloseInfo): Out {
    const fault = closeFault(info, 'speak');
    return reporting([
      // Every flush is answered by `Flushed`: a normal close before that has lost what was being said.
      ...this.#answers.lost(),
      ...(fault === undefined ? [] : [{ type: 'error', fault } as const]),
    ]);
  }
}
