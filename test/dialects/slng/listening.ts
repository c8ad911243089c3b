import { slngListen } from '../../../src/dialects/slng/index.ts';
import type { ServiceFault } from '../../../src/speech/connect.ts';
import type { ListenCommand, ListenEvent, ListenRequest, ListenSettings } from '../../../src/speech/listen.ts';
import type { ServerStyle, Step } from '../../../src/speech/service.ts';

const { format } = slngListen.traits.defaults;
export const listenSettings: ListenSettings = { baseUrl: 'ws://h', format, interim: true };
export const listenStyle: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };

function json(step: Step<unknown>): unknown[] {
  return step.frames.map((frame) => (frame.kind === 'text' ? JSON.parse(frame.text) : [...frame.bytes]));
}

/** The chunk of these bytes, as a session hands it on. */
export function chunkOf(...bytes: number[]) {
  return { format, bytes: Uint8Array.from(bytes), firstSample: 0 };
}

/** A client's codec with short words for what tests do to it. */
export class TestListener {
  readonly #peer;

  constructor(over: Partial<ListenSettings> = {}) {
    this.#peer = slngListen.client({ ...listenSettings, ...over });
  }

  opened(): unknown[] {
    return json(this.#peer.opened());
  }

  /** The frames that a command made: JSON as values, bytes as numbers. */
  sent(command: ListenCommand): unknown[] {
    return json(this.#peer.encode(command));
  }

  /** The events of a message that came. */
  told(message: unknown): readonly ListenEvent[] {
    return this.#peer.decode({ kind: 'text', text: JSON.stringify(message) }).events;
  }

  closed(code: number): Step<ListenEvent> {
    return this.#peer.closed({ code, reason: '' });
  }
}

/** A server's codec with short words for what tests do to it. */
export class TestListenServer {
  readonly peer;

  constructor(over: Partial<ListenSettings> = {}, style: Partial<ServerStyle> = {}) {
    const settings = { ...listenSettings, route: 'bridge', model: 'a/b', ...over };
    this.peer = slngListen.server(settings, { ...listenStyle, ...style });
  }

  read(message: object): Step<ListenRequest> {
    return this.peer.decode({ kind: 'text', text: JSON.stringify(message) });
  }

  /** What a client's message asks for. */
  asked(message: object): readonly ListenRequest[] {
    return this.read(message).events;
  }

  bytes(...bytes: number[]): readonly ListenRequest[] {
    return this.peer.decode({ kind: 'binary', bytes: Uint8Array.from(bytes) }).events;
  }

  /** What becomes of an event. */
  said(event: ListenEvent): unknown[] {
    return json(this.peer.encode(event));
  }

  /** The settings that an init with this config asks for; throws where it is refused. */
  configured(config?: object): ListenSettings {
    const [request, ...more] = this.asked({ type: 'init', ...(config && { config }) });
    if (request?.type !== 'configure' || more.length > 0) throw new Error('it was not configured');
    return request.settings;
  }

  /** An init and a `ready`, after which audio may come. */
  ready(config?: object): void {
    this.configured(config);
    this.said({ type: 'ready', sessionId: 's' });
  }
}

/** The one rejection that a message got; throws where it got anything else. */
export function rejection(requests: readonly ListenRequest[]): ServiceFault {
  const [request, ...more] = requests;
  if (request?.type !== 'reject' || more.length > 0) throw new Error('it was not rejected');
  return request.fault;
}
