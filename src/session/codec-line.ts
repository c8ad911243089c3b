import type { Clock } from '../clock.ts';
import { type SpeechError, toSpeechError } from '../errors.ts';
import type { Peer, Step } from '../speech/service.ts';
import type { CloseInfo, Frame, Transport } from '../transport/transport.ts';
import type { AnyCommand, AnyEvent, WireWatcher } from './options.ts';

export interface CodecLineSetup<Command, Event> {
  readonly peer: Peer<Command, Event>;
  readonly clock: Clock;
  readonly watcher: WireWatcher | undefined;
  readonly onEvent: (event: Event, atMs: number) => void;
}

/** A codec at work on its connection: it joins the two, and shows the watcher what passes between them. */
export class CodecLine<Command extends AnyCommand, Event extends AnyEvent> {
  readonly #setup: CodecLineSetup<Command, Event>;
  #transport: Transport | undefined;
  #early: Command[] = [];
  #closeSeen = false;

  constructor(setup: CodecLineSetup<Command, Event>) {
    this.#setup = setup;
  }

  opened(transport: Transport, atMs: number): void {
    this.#transport = transport;
    this.#apply(this.#setup.peer.opened(), atMs);
    for (const command of this.#early.splice(0)) this.command(command, atMs);
  }

  /** Before the socket is open, commands wait. */
  command(command: Command, atMs: number): void {
    if (!this.#transport) {
      this.#early.push(command);
      return;
    }
    this.#setup.watcher?.command(command);
    this.#apply(this.#setup.peer.encode(command), atMs);
  }

  frame(frame: Frame, atMs: number): void {
    this.#setup.watcher?.received(frame, atMs);
    this.#apply(this.#setup.peer.decode(frame), atMs);
  }

  /** What a codec makes of a close is not said by the service. */
  get closeSeen(): boolean {
    return this.#closeSeen;
  }

  /** The codec hears of it once; in a trace, what it makes of that stands behind the close. Gives what went wrong. */
  closed(info: CloseInfo): SpeechError | undefined {
    if (this.#closeSeen) return undefined;
    this.#closeSeen = true;
    const { watcher, peer, clock } = this.#setup;
    watcher?.closed(info.code, info.reason);
    try {
      this.#apply(peer.closed(info), clock.now());
      return undefined;
    } catch (thrown) {
      return toSpeechError(thrown);
    }
  }

  #apply({ frames, events }: Step<Event>, atMs: number): void {
    const { watcher, clock, onEvent } = this.#setup;
    for (const frame of frames) {
      watcher?.sent(frame, clock.now());
      this.#transport?.send(frame);
    }
    for (const event of events) {
      watcher?.event(event);
      onEvent(event, atMs);
    }
  }
}
