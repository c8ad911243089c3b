import type { Clock } from '../clock.ts';
import { type SpeechError, toSpeechError } from '../errors.ts';
import type { Peer, Step } from '../speech/service.ts';
import type { CloseInfo, Frame, Transport } from '../transport/transport.ts';
import type { AnyCommand, AnyEvent, WireWatcher } from './options.ts';

export interface CodecLineSetup<Command, Event> {
  readonly peer: Peer<Command, Event>;
  readonly clock: Clock;
  readonly watcher: WireWatcher | undefined;
  readonly owner: CodecLineOwner<Event>;
}

export interface CodecLineOwner<Event> {
  /** What the codec made of what came; clock ms. */
  event(event: Event, atMs: number): void;
}

/** A codec at work on its connection: it joins the two, and shows the watcher what passes between them. */
export class CodecLine<Command extends AnyCommand, Event extends AnyEvent> {
  readonly #peer: Peer<Command, Event>;
  readonly #watcher: WireWatcher | undefined;
  readonly #owner: CodecLineOwner<Event>;
  readonly #clock: Clock;
  #transport: Transport | undefined;
  #early: Command[] = [];
  #closeSeen = false;

  constructor({ peer, watcher, owner, clock }: CodecLineSetup<Command, Event>) {
    this.#peer = peer;
    this.#watcher = watcher;
    this.#owner = owner;
    this.#clock = clock;
  }

  opened(transport: Transport, atMs: number): void {
    this.#transport = transport;
    this.#apply(this.#peer.opened(), atMs);
    for (const command of this.#early.splice(0)) this.command(command, atMs);
  }

  /** Before the socket is open, commands wait. */
  command(command: Command, atMs: number): void {
    if (!this.#transport) {
      this.#early.push(command);
      return;
    }
    this.#watcher?.command(command);
    this.#apply(this.#peer.encode(command), atMs);
  }

  frame(frame: Frame, atMs: number): void {
    this.#watcher?.received(frame, atMs);
    this.#apply(this.#peer.decode(frame), atMs);
  }

  /** What a codec makes of a close is not said by the service. */
  get closeSeen(): boolean {
    return this.#closeSeen;
  }

  /** The codec hears of it once; in a trace, what it makes of that stands behind the close. Gives what went wrong. */
  closed(info: CloseInfo): SpeechError | undefined {
    if (this.#closeSeen) return undefined;
    this.#closeSeen = true;
    this.#watcher?.closed(info.code, info.reason);
    try {
      this.#apply(this.#peer.closed(info), this.#clock.now());
      return undefined;
    } catch (thrown) {
      return toSpeechError(thrown);
    }
  }

  #apply({ frames, events }: Step<Event>, atMs: number): void {
    for (const frame of frames) {
      this.#watcher?.sent(frame, this.#clock.now());
      this.#transport?.send(frame);
    }
    for (const event of events) {
      this.#watcher?.event(event);
      this.#owner.event(event, atMs);
    }
  }
}
