import type { Matched, Peer, RefusedRequest, SpeakService, Step } from '../../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest, SpeakSettings } from '../../../src/speech/speak.ts';
import type { Frame } from '../../../src/transport/transport.ts';

const settings: SpeakSettings = {
  baseUrl: 'ws://localhost',
  format: { encoding: 'linear16', sampleRateHz: 8000, channels: 1 },
};

/**
 * A dialect without words of its own: what the client sends are the neutral requests as JSON, what it gets are the
 * neutral events. So a test says to the handler what no real dialect says yet. It is configured by its first message
 * unless the query has `configured`, as with vendors that have everything in the URL.
 */
export const plainService: SpeakService = {
  name: 'plain',
  direction: 'speak',
  traits: {
    interrupt: 'ack',
    startsWithoutFlush: false,
    contexts: false,
    limits: {},
    turnSettings: [],
    encodings: ['linear16'],
    sampleRatesHz: [8000],
    namedPronunciation: true,
    defaults: { baseUrl: 'ws://localhost', model: 'plain', format: settings.format },
  },
  endpoint: {
    build: () => ({ url: 'ws://localhost/plain', headers: {}, subprotocols: [] }),
    match(url, headers, subprotocols): Matched<SpeakSettings> | RefusedRequest | undefined {
      if (url.pathname === '/teapot') {
        const credentials = headers['x-plain-key'] ? { key: headers['x-plain-key'] } : {};
        return { status: 418, body: '{"error":"short and stout"}', headers: { 'x-teapot': 'yes' }, credentials };
      }
      if (url.pathname !== '/plain') return undefined;
      return {
        settings: { ...settings, ...(url.searchParams.has('configured') && { model: 'configured' }) },
        credentials: { ...(headers['x-plain-key'] && { key: headers['x-plain-key'] }) },
        ...(subprotocols[0] && { subprotocol: subprotocols[0] }),
      };
    },
    refused: () => {
      throw new Error('not asked for in these tests');
    },
  },
  client: () => {
    throw new Error('not asked for in these tests');
  },
  server: (found) => new PlainPeer(found),
};

class PlainPeer implements Peer<SpeakEvent, SpeakRequest> {
  readonly #settings: SpeakSettings;

  constructor(found: SpeakSettings) {
    this.#settings = found;
  }

  opened(): Step<SpeakRequest> {
    const configured = this.#settings.model === 'configured';
    return { frames: [], events: configured ? [{ type: 'configure', settings: this.#settings }] : [] };
  }

  encode(event: SpeakEvent): Step<SpeakRequest> {
    if (event.type === 'audio') {
      const { turn, chunk } = event;
      const { firstSample, format } = chunk;
      const text = JSON.stringify({ type: 'audio_chunk', turn, firstSample, format, data: base64(chunk.bytes) });
      return { frames: [{ kind: 'text', text }], events: [] };
    }
    return { frames: [{ kind: 'text', text: JSON.stringify(event) }], events: [] };
  }

  decode(frame: Frame): Step<SpeakRequest> {
    if (frame.kind === 'binary') throw new Error('a fault of the codec');
    return { frames: [], events: read(frame.text, this.#settings) };
  }

  closed(): Step<SpeakRequest> {
    return { frames: [], events: [] };
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** One request, or a list of them: a dialect's single message may mean several. */
function read(text: string, found: SpeakSettings): SpeakRequest[] {
  const value = JSON.parse(text);
  const requests = Array.isArray(value) ? value : [value];
  return requests.map((request) =>
    request.type === 'configure' ? { ...request, settings: { ...found, ...request.settings } } : request,
  );
}
