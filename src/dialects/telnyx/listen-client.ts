import * as v from 'valibot';
import type { ListenCommand, ListenEvent, ListenSettings } from '../../speech/listen.ts';
import type { Peer, Step } from '../../speech/service.ts';
import type { Frame } from '../../transport/transport.ts';
import { type Fields, oneLine } from '../shapes/faults.ts';
import { confidence, flag } from '../shapes/fields.ts';
import { readObject } from '../shapes/messages.ts';
import { malformed, nothing, reporting, sending, telling } from '../shapes/step.ts';
import { readFault } from './errors.ts';
import { engineOf } from './listen-query.ts';

type Out = Step<ListenEvent>;

/** Telnyx's advice is 2048 to 8192 bytes a frame: larger ones are cut. Smaller ones only cost overhead, and are sent as they come. */
const mostFrameBytes = 8192;

/** Deepgram's result, flattened (PROTOCOLS 3.3). */
const result = v.object({
  transcript: v.string(),
  is_final: flag,
  speech_final: flag,
  utterance_end: flag,
  confidence,
});
type Result = v.InferOutput<typeof result>;

/** What a result may say, by the members that say it. */
export const listenServerMembers: readonly string[] = Object.keys(result.entries);

/** The client's end of a speech-in connection. docs/protocols/telnyx.md says what it makes of every message. */
export class TelnyxListenClient implements Peer<ListenCommand, ListenEvent> {
  /** Where a final does not say whether the speaker has paused: only Deepgram's engine has finals inside an utterance. */
  readonly #finalEndsUtterance: boolean;

  constructor(settings: ListenSettings) {
    this.#finalEndsUtterance = engineOf(settings).toLowerCase() !== 'deepgram';
  }

  /** All settings are in the URL, and nothing is answered: audio may come at once. */
  opened(): Out {
    return telling({ type: 'ready' });
  }

  encode(command: ListenCommand): Out {
    switch (command.type) {
      case 'audio':
        return this.#audio(command.chunk.bytes);
      case 'finalize':
        return sending({ type: 'Finalize' });
      case 'keepAlive':
        return sending({ type: 'KeepAlive' });
      case 'close':
        return sending({ type: 'CloseStream' });
    }
  }

  /** Never an empty frame: Deepgram, behind Telnyx, once took that for the end of the audio. */
  #audio(bytes: Uint8Array): Out {
    const frames: Frame[] = [];
    for (let at = 0; at < bytes.length; at += mostFrameBytes) {
      frames.push({ kind: 'binary', bytes: bytes.subarray(at, at + mostFrameBytes) });
    }
    return { frames, events: [] };
  }

  decode(frame: Frame): Out {
    if (frame.kind === 'binary') return malformed('a binary frame, where only text is sent');
    const read = readObject(frame.text);
    if ('why' in read) return malformed(read.why);
    const fault = readFault(read.fields);
    return fault ? telling({ type: 'error', fault }) : this.#message(read.fields);
  }

  #message(message: Fields): Out {
    const parsed = v.safeParse(result, message);
    if (parsed.success) return reporting(this.#result(parsed.output));
    if (message.transcript !== undefined) return malformed('transcript: it is no text');
    if (typeof message.type !== 'string') return malformed('the message has neither a transcript nor an error');
    return telling({ type: 'unknown', name: oneLine(message.type) });
  }

  /** The end of an utterance comes as a message of its own, without text; one with text is a final besides. */
  #result({ transcript: text, confidence, ...flags }: Result): ListenEvent[] {
    const ends = flags.utterance_end ?? false;
    const heard = { text, ...(confidence !== undefined && { confidence }) };
    if (ends && text === '') return [{ type: 'utteranceEnd' }];
    if (!ends && !(flags.is_final ?? flags.speech_final ?? false)) return [{ type: 'interim', ...heard }];
    const endOfUtterance = ends || (flags.speech_final ?? this.#finalEndsUtterance);
    return [{ type: 'final', endOfUtterance, ...heard }, ...(ends ? [{ type: 'utteranceEnd' } as const] : [])];
  }

  /** Nothing: what is owed when a connection closes is the session's to know. */
  closed(): Out {
    return nothing;
  }
}
