import type { Peer, Step } from '../../speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../speech/speak.ts';
import type { CloseInfo, Frame } from '../../transport/transport.ts';
import { AudioIntake } from '../shapes/audio-intake.ts';
import { nothing } from '../shapes/step.ts';
import { TurnQueue } from '../shapes/turns.ts';
import { saysReady } from './speak-init.ts';
import { SpeakReader } from './speak-reader.ts';
import { SpeakWriter } from './speak-writer.ts';

type Out = Step<SpeakEvent>;

/** The client's end of a speech-out connection. docs/protocols/slng.md says what it makes of every message. */
export class SlngSpeakClient implements Peer<SpeakCommand, SpeakEvent> {
  readonly #writer: SpeakWriter;
  readonly #reader: SpeakReader;

  constructor(settings: SpeakSettings) {
    const turns = new TurnQueue();
    const intake = new AudioIntake(settings.format, turns);
    this.#writer = new SpeakWriter(settings, turns, intake);
    this.#reader = new SpeakReader(turns, intake, saysReady(settings));
  }

  /** Nothing: the service's five seconds for the first text begin with `init`, so that waits for the first turn. */
  opened(): Out {
    return nothing;
  }

  encode(command: SpeakCommand): Out {
    return this.#writer.write(command);
  }

  decode(frame: Frame): Out {
    return frame.kind === 'binary' ? this.#reader.binary(frame.bytes) : this.#reader.text(frame.text);
  }

  closed(info: CloseInfo): Out {
    return this.#reader.closed(info.code);
  }
}
