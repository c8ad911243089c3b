import type { SpeechError } from '../errors.ts';
import type { ServiceFault } from '../speech/connect.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../speech/speak.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { PendingAcks } from './acks.ts';
import { closedWell } from './closed.ts';
import { Connection } from './connection.ts';
import { defaultTimeouts, type SessionOptions } from './options.ts';

/** Faults that a new connection would meet again. */
const final: ReadonlySet<string> = new Set(['E_AUTH', 'E_RATE_LIMIT', 'E_PRONUNCIATION']);

/** What a connection of speech out tells the session. */
export interface SpeakConnectionOwner {
  event(connection: SpeakConnection, event: SpeakEvent, atMs: number): void;
  ended(connection: SpeakConnection, info: CloseInfo, error: SpeechError | undefined): void;
}

/** A connection that turns are spoken over, and the interruptions that it has not acknowledged. */
export class SpeakConnection extends Connection<SpeakCommand, SpeakEvent, SpeakSettings> {
  readonly acks: PendingAcks;
  /** What it was asked first is over, and nothing of what it was asked since has sounded; the session keeps it. */
  spent = false;
  /** It was warmed ahead, and nothing has come since it was put to use: it may have been dead by then. */
  untried = false;
  /** Its turn has ended, and it ends with it. */
  ends = false;

  constructor(options: SessionOptions, settings: SpeakSettings, owner: SpeakConnectionOwner) {
    super(options, settings, {
      event: (event, atMs) => {
        this.#noteAck(event);
        owner.event(this, event, atMs);
      },
      ended: (info, error) => {
        owner.ended(this, info, error);
        this.acks.clear();
      },
    });
    this.acks = new PendingAcks(options.clock, options.timeouts?.interruptMs ?? defaultTimeouts.interruptMs);
  }

  /** Codecs open a session with the first turn they hear of (SLNG's init): here with one that says nothing. */
  greet(): void {
    if (this.state === 'ready') return;
    this.command({ type: 'begin', turn: 'greeting' });
    this.command({ type: 'interrupt', turn: 'greeting' });
  }

  /** The error may be about what came before: what has not sounded yet goes to another connection. */
  forgives({ code }: ServiceFault): boolean {
    // Some routes take one turn a connection, and answer the next with an error (soniox, PROTOCOLS 1.5).
    return (this.spent || this.untried || this.acks.open) && !final.has(code);
  }

  /** A service that is done with what came before may leave, and what was warmed ahead may have been dead before its use. */
  mayGo(info: CloseInfo, error: SpeechError | undefined): boolean {
    if (this.untried) return true;
    return error === undefined && (this.acks.open || (this.spent && closedWell(info)));
  }

  #noteAck(event: SpeakEvent): void {
    if (event.type === 'audio') this.acks.sounded(event.turn);
    else if (event.type === 'ended' && !this.closeSeen) this.acks.settle(event.turn);
  }
}
