import { deepgramSpeak } from '../../../src/dialects/deepgram/index.ts';
import type { ServerStyle, Step } from '../../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakRequest, SpeakSettings } from '../../../src/speech/speak.ts';

export const style: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };
export const settings: SpeakSettings = { baseUrl: 'wss://h', format: deepgramSpeak.traits.defaults.format };

function json(step: Step<unknown>): unknown[] {
  return step.frames.map((frame) => (frame.kind === 'text' ? JSON.parse(frame.text) : frame.bytes));
}

/** A client's codec with short words for what tests do to it. */
export class TestClient {
  readonly peer = deepgramSpeak.client(settings);

  sent(command: SpeakCommand): unknown[] {
    return json(this.peer.encode(command));
  }

  told(message: unknown): readonly SpeakEvent[] {
    return this.peer.decode({ kind: 'text', text: JSON.stringify(message) }).events;
  }

  heard(...bytes: number[]): readonly SpeakEvent[] {
    return this.peer.decode({ kind: 'binary', bytes: Uint8Array.from(bytes) }).events;
  }

  closed(code: number, reason = ''): readonly SpeakEvent[] {
    return this.peer.closed({ code, reason }).events;
  }

  text(turn: string, text = 'Hi.', throughChar = text.length): unknown[] {
    this.sent({ type: 'begin', turn });
    return this.sent({ type: 'text', turn, text, throughChar });
  }

  /** A turn with one text and one flush, and its end. */
  speak(turn: string): void {
    this.text(turn);
    this.sent({ type: 'flush', turn });
    this.sent({ type: 'end', turn });
  }
}

/** A server's codec, of a session that is ready. */
export class TestServer {
  readonly peer = deepgramSpeak.server({ ...settings, model: 'aura-2-thalia-en', voice: 'aura-2-thalia-en' }, style);

  asked(message: object): readonly SpeakRequest[] {
    return this.peer.decode({ kind: 'text', text: JSON.stringify(message) }).events;
  }

  answered(message: object): unknown[] {
    return json(this.peer.decode({ kind: 'text', text: JSON.stringify(message) }));
  }

  said(event: SpeakEvent): unknown[] {
    return json(this.peer.encode(event));
  }
}

export const types = (events: readonly { readonly type: string }[]): string[] => events.map(({ type }) => type);
