import type { ListenEvent, ListenRequest, ListenSettings } from '../../../src/speech/listen.ts';
import type { ListenService, Peer, Step } from '../../../src/speech/service.ts';
import type { Frame } from '../../../src/transport/transport.ts';

const settings: ListenSettings = {
  baseUrl: 'ws://localhost',
  format: { encoding: 'linear16', sampleRateHz: 8000, channels: 1 },
  interim: true,
};

/**
 * The listening twin of the plain dialect: text is neutral requests as JSON, binary is audio as it is, and events go
 * back as JSON. It is configured by its first message unless the query has `configured`.
 */
export const plainListen: ListenService = {
  name: 'plain',
  direction: 'listen',
  traits: {
    pace: 'fast',
    aheadMs: 10_000,
    words: true,
    diarize: false,
    encodings: ['linear16'],
    sampleRatesHz: [8000],
    defaults: { baseUrl: 'ws://localhost', model: 'plain', format: settings.format },
  },
  endpoint: {
    build: () => ({ url: 'ws://localhost/hear', headers: {}, subprotocols: [] }),
    match(url, headers) {
      if (url.pathname === '/deaf') return { status: 418, body: '{"error":"no ears"}', credentials: {} };
      if (url.pathname !== '/hear') return undefined;
      return {
        settings: { ...settings, ...(url.searchParams.has('configured') && { model: 'configured' }) },
        credentials: { ...(headers['x-plain-key'] && { key: headers['x-plain-key'] }) },
      };
    },
    refused: () => {
      throw new Error('not asked for in these tests');
    },
  },
  client: () => {
    throw new Error('not asked for in these tests');
  },
  server: (found) => new PlainListener(found),
};

class PlainListener implements Peer<ListenEvent, ListenRequest> {
  #settings: ListenSettings;

  constructor(found: ListenSettings) {
    this.#settings = found;
  }

  opened(): Step<ListenRequest> {
    const configured = this.#settings.model === 'configured';
    return { frames: [], events: configured ? [{ type: 'configure', settings: this.#settings }] : [] };
  }

  encode(event: ListenEvent): Step<ListenRequest> {
    if (event.type === 'note') throw new Error('a fault of the codec');
    if (event.type === 'interim' && event.text === 'BREAK') throw new Error('a fault of the codec');
    return { frames: [{ kind: 'text', text: JSON.stringify(event) }], events: [] };
  }

  decode(frame: Frame): Step<ListenRequest> {
    if (frame.kind === 'text') return { frames: [], events: this.#read(frame.text) };
    const chunk = { format: this.#settings.format, bytes: frame.bytes, firstSample: undefined };
    return { frames: [], events: [{ type: 'audio', chunk }] };
  }

  #read(text: string): ListenRequest[] {
    const value = JSON.parse(text);
    if (value.type === 'configure') this.#settings = { ...this.#settings, ...value.settings };
    return [value.type === 'configure' ? { ...value, settings: this.#settings } : value];
  }

  closed(): Step<ListenRequest> {
    return { frames: [], events: [] };
  }
}
