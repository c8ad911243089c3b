import { slngSpeak } from '../../../src/dialects/slng/index.ts';
import type { Step } from '../../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../../src/speech/speak.ts';

const settings: SpeakSettings = { baseUrl: 'wss://h', format: slngSpeak.traits.defaults.format };

/** A client's codec with short words for what tests do to it. */
export class TestClient {
  readonly #peer;

  constructor(over: Partial<SpeakSettings> = {}) {
    this.#peer = slngSpeak.client({ ...settings, ...over });
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

  /** The events of a message that came. */
  told(message: unknown): readonly SpeakEvent[] {
    return this.#peer.decode({ kind: 'text', text: JSON.stringify(message) }).events;
  }

  /** The events of a binary frame that came. */
  heard(...bytes: number[]): readonly SpeakEvent[] {
    return this.#peer.decode({ kind: 'binary', bytes: Uint8Array.from(bytes) }).events;
  }

  closed(code: number): readonly SpeakEvent[] {
    return this.#peer.closed({ code, reason: '' }).events;
  }

  /** A turn with one text and one flush, and its end. */
  speak(turn: string, text = 'Hi.'): void {
    this.step({ type: 'begin', turn });
    this.step({ type: 'text', turn, text, throughChar: text.length });
    this.step({ type: 'flush', turn });
    this.step({ type: 'end', turn });
  }
}

export function types(events: readonly SpeakEvent[]): string[] {
  return events.map((event) => event.type);
}
