import { telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import type { Step } from '../../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../../src/speech/speak.ts';

const settings: SpeakSettings = { baseUrl: 'wss://h', format: telnyxSpeak.traits.defaults.format };

/** A client's codec with short words for what tests do to it. */
export class TestClient {
  readonly #peer;

  constructor(over: Partial<SpeakSettings> = {}) {
    this.#peer = telnyxSpeak.client({ ...settings, ...over });
  }

  opened(): Step<SpeakEvent> {
    return this.#peer.opened();
  }

  step(command: SpeakCommand): Step<SpeakEvent> {
    return this.#peer.encode(command);
  }

  /** The JSON messages that a command made. */
  sent(command: SpeakCommand): unknown[] {
    return this.step(command).frames.map((frame) => (frame.kind === 'text' ? JSON.parse(frame.text) : frame));
  }

  text(turn: string, text: string, throughChar = text.length): unknown[] {
    return this.sent({ type: 'text', turn, text, throughChar });
  }

  /** The events of a message that came. */
  told(message: unknown): readonly SpeakEvent[] {
    return this.#peer.decode({ kind: 'text', text: JSON.stringify(message) }).events;
  }

  /** Sound, and its sentence. */
  spoken(text: string, hex = '10002000'): readonly SpeakEvent[] {
    const audio = Buffer.from(hex, 'hex').toString('base64');
    const sentence = this.told({ audio: null, text, isFinal: false });
    return [...this.told({ audio, text: null, isFinal: false }), ...sentence];
  }

  final(): readonly SpeakEvent[] {
    return this.told({ audio: null, text: '', isFinal: true });
  }

  closed(code: number): readonly SpeakEvent[] {
    return this.#peer.closed({ code, reason: '' }).events;
  }

  /** A turn with one text and its end. */
  speak(turn: string, text = 'Hi.'): void {
    this.step({ type: 'begin', turn });
    this.text(turn, text);
    this.step({ type: 'end', turn });
  }
}

export function types(events: readonly SpeakEvent[]): string[] {
  return events.map((event) => event.type);
}
