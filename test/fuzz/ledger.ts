import type { ServerWatcher } from '../../src/server/watcher.ts';
import type { ListenEvent, ListenRequest } from '../../src/speech/listen.ts';
import type { Step } from '../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest } from '../../src/speech/speak.ts';

type Request = SpeakRequest | ListenRequest;
type Event = SpeakEvent | ListenEvent;

/** Asked for in any state, and in a session that is ready. */
const always = ['configure', 'flush', 'reject'];
const whenReady = ['end', 'finalize', 'interrupt'];

function answers(event: Event): boolean {
  switch (event.type) {
    case 'ready':
    case 'error':
      return true;
    case 'progress':
      return event.text === undefined;
    case 'final':
      return event.fromFinalize === true;
    // A listener's says only that the connection ends.
    case 'ended':
      return 'why' in event;
    default:
      return false;
  }
}

/** Counts what a client asked for and what it was answered: a server owes nothing, or has closed. */
export class Ledger implements ServerWatcher {
  #asked = 0;
  #answered = 0;
  #isReady = false;
  /** The client has said that this was all, of a session that was ready. */
  #isOver = false;

  get owes(): number {
    return this.#asked - this.#answered;
  }

  get mustEnd(): boolean {
    return this.#isOver;
  }

  opened(step: Step<Request>): void {
    this.#read(step);
  }

  decoded(_: unknown, step: Step<Request>): void {
    this.#read(step);
  }

  encoded(event: Event): void {
    if (event.type === 'ready') this.#isReady = true;
    if (answers(event)) this.#answered++;
  }

  closed(): void {}

  #read({ events }: Step<Request>): void {
    for (const { type } of events) {
      // It throws away all that was asked for before; its own answer is what is owed.
      if (type === 'interrupt' && this.#isReady) [this.#asked, this.#answered] = [0, 0];
      if (always.includes(type) || (this.#isReady && whenReady.includes(type))) this.#asked++;
      if (type === 'close' && this.#isReady) this.#isOver = true;
    }
  }
}
