import type { Peer, Step } from '../../speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../speech/speak.ts';
import type { CloseInfo, Frame } from '../../transport/transport.ts';
import { AudioIntake } from '../shapes/audio-intake.ts';
import { nothing, sending } from '../shapes/step.ts';
import { TurnWriter } from '../shapes/turn-writer.ts';
import { TurnQueue } from '../shapes/turns.ts';
import { SpeakReader } from './speak-reader.ts';

type Out = Step<SpeakEvent>;

/** The client's end of a speech-out connection. docs/protocols/deepgram.md says what it makes of every message. */
export class DeepgramSpeakClient implements Peer<SpeakCommand, SpeakEvent> {
  readonly #writer: TurnWriter;
  readonly #reader: SpeakReader;

  constructor(settings: SpeakSettings) {
    const turns = new TurnQueue();
    // One word for an interruption, one answer to it.
    turns.neverCancel();
    const intake = new AudioIntake(settings.format, turns);
    this.#writer = new TurnWriter(turns, intake, {
      flush: { type: 'Flush' },
      interrupt: () => [{ type: 'Clear' }],
    });
    this.#reader = new SpeakReader(turns, intake);
  }

  /** Nothing: all settings are in the URL, and the service speaks first. */
  opened(): Out {
    return nothing;
  }

  encode(command: SpeakCommand): Out {
    switch (command.type) {
      case 'begin':
        this.#writer.begin(command.turn);
        return nothing;
      case 'text':
        return this.#writer.text(command, () => sending({ type: 'Speak', text: command.text }));
      case 'flush':
        return this.#writer.flush(command.turn);
      case 'end':
        return this.#writer.end(command.turn);
      case 'interrupt':
        return this.#writer.interrupt(command.turn);
      case 'keepAlive':
        return nothing;
      case 'close':
        return sending({ type: 'Close' });
    }
  }

  decode(frame: Frame): Out {
    return frame.kind === 'binary' ? this.#reader.binary(frame.bytes) : this.#reader.text(frame.text);
  }

  closed(info: CloseInfo): Out {
    return this.#reader.closed(info);
  }
}
