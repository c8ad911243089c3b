import { expect } from 'vitest';
import { slngSpeak } from '../../../src/dialects/slng/index.ts';
import type { ServerStyle, Step } from '../../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest, SpeakSettings } from '../../../src/speech/speak.ts';

export const settings: SpeakSettings = {
  baseUrl: 'ws://h',
  route: 'direct',
  model: 'a/b',
  format: slngSpeak.traits.defaults.format,
};
const style: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };

function json(step: Step<unknown>): unknown[] {
  return step.frames.map((frame) => (frame.kind === 'text' ? JSON.parse(frame.text) : frame.bytes));
}

/** A server's codec with short words for what tests do to it. */
export class TestServer {
  readonly peer;

  constructor(over: Partial<ServerStyle> = {}) {
    this.peer = slngSpeak.server(settings, { ...style, ...over });
  }

  read(message: object): Step<SpeakRequest> {
    return this.peer.decode({ kind: 'text', text: JSON.stringify(message) });
  }

  /** What a client's message asks for. */
  asked(message: object): readonly SpeakRequest[] {
    return this.read(message).events;
  }

  /** What the codec itself answers to a client's message. */
  answered(message: object): unknown[] {
    return json(this.read(message));
  }

  /** What becomes of an event. */
  said(event: SpeakEvent): unknown[] {
    return json(this.peer.encode(event));
  }

  text(words: string, more: object = {}): readonly SpeakRequest[] {
    return this.asked({ type: 'text', text: words, ...more });
  }

  /** The reason of a rejection; throws where the message was not rejected. */
  rejection(message: object): string {
    const step = this.read(message);
    const [request, ...more] = step.events;
    if (request?.type !== 'reject' || more.length > 0 || step.frames.length > 0) throw new Error('it was not rejected');
    expect(request.fault).toMatchObject({ code: 'E_REQUEST', detail: { vendorCode: 'config_error' } });
    return request.fault.message;
  }
}

export function audio(byteCount: number): SpeakEvent {
  const chunk = { format: settings.format, bytes: new Uint8Array(byteCount), firstSample: 0 };
  return { type: 'audio', turn: 't1', chunk };
}
