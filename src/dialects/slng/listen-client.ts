import type { AudioChunk } from '../../audio/format.ts';
import type { ListenCommand, ListenEvent, ListenSettings } from '../../speech/listen.ts';
import type { Peer, Step } from '../../speech/service.ts';
import type { Frame } from '../../transport/transport.ts';
import { toBase64 } from '../shapes/base64.ts';
import { malformed, nothing, sending } from '../shapes/step.ts';
import { listenInitMessage } from './listen-init.ts';
import { ListenReader } from './listen-reader.ts';

type Out = Step<ListenEvent>;

/** The client's end of a speech-in connection. docs/protocols/slng.md says what it makes of every message. */
export class SlngListenClient implements Peer<ListenCommand, ListenEvent> {
  readonly #settings: ListenSettings;
  readonly #reader = new ListenReader();

  constructor(settings: ListenSettings) {
    this.#settings = settings;
  }

  /** At once: nothing drops a session that is silent, and the answer is what audio waits for. */
  opened(): Out {
    return sending(listenInitMessage(this.#settings));
  }

  encode(command: ListenCommand): Out {
    switch (command.type) {
      case 'audio':
        return this.#audio(command.chunk);
      case 'finalize':
        return sending({ type: 'finalize' });
      case 'keepAlive':
        return sending({ type: 'keepalive' });
      case 'close':
        this.#reader.closing();
        return sending({ type: 'close' });
    }
  }

  /** Never an empty frame: Deepgram once took that for the end of the audio. */
  #audio({ bytes }: AudioChunk): Out {
    if (bytes.length === 0) return nothing;
    if (this.#settings.audioAs === 'json') return sending({ type: 'audio', data: toBase64(bytes) });
    return { frames: [{ kind: 'binary', bytes }], events: [] };
  }

  decode(frame: Frame): Out {
    return frame.kind === 'text' ? this.#reader.text(frame.text) : malformed('a binary frame, where only text is sent');
  }

  /** Nothing: what is owed when a connection closes is the session's to know. */
  closed(): Out {
    return nothing;
  }
}
