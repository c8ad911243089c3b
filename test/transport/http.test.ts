import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { getJson, type HttpAnswer, type HttpRequest } from '../../src/transport/http.ts';
import { ManualClock } from '../support/manual-clock.ts';

let stop: (() => void) | undefined;
afterEach(() => stop?.());

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/list?page=1`;
}

function asking() {
  const seen: (HttpRequest | HttpAnswer)[] = [];
  const clock = new ManualClock();
  const stopped = new AbortController();
  const options = {
    clock,
    timeoutMs: 5000,
    signal: stopped.signal,
    refused: ({ status, body }: HttpAnswer) => new SpeechError('E_AUTH', `${status} ${body}`),
    watcher: {
      asked: (request: HttpRequest) => void seen.push(request),
      answered: (answer: HttpAnswer) => void seen.push(answer),
    },
  };
  return { seen, clock, stopped, options };
}

describe('getJson', () => {
  it('reads JSON, and shows its watcher what crossed', async () => {
    const { seen, clock, options } = asking();
    const url = await answering((request, response) => {
      response.setHeader('x-got', String(request.headers['x-mine']));
      response.end('{"a":["é"]}');
    });
    expect(await getJson(url, { 'x-mine': 'yes' }, options)).toEqual({ a: ['é'] });
    expect(seen).toEqual([
      { method: 'GET', url, headers: { 'x-mine': 'yes' } },
      { status: 200, headers: expect.objectContaining({ 'x-got': 'yes' }), body: '{"a":["é"]}' },
    ]);
    await Promise.resolve();
    expect(clock.pending).toBe(0);
  });

  it('shows an answer that is refused, and one that is not JSON, before it fails', async () => {
    const refused = asking();
    const url = await answering((request, response) => {
      response.statusCode = request.headers['x-key'] ? 200 : 401;
      response.end('<no>');
    });
    await expect(getJson(url, {}, refused.options)).rejects.toMatchObject({ code: 'E_AUTH', message: '401 <no>' });
    expect(refused.seen[1]).toMatchObject({ status: 401, body: '<no>' });
    const odd = asking();
    await expect(getJson(url, { 'x-key': 'k' }, odd.options)).rejects.toMatchObject({
      code: 'E_PROTOCOL',
      message: expect.stringMatching(/\/list did not answer with JSON$/),
    });
    expect(odd.seen[1]).toMatchObject({ status: 200, body: '<no>' });
  });

  it('shows no answer of which only a part came in time', async () => {
    const { seen, clock, options } = asking();
    const url = await answering((_, response) => {
      response.write('{"a":');
      void clock.advance(5000);
    });
    await expect(getJson(url, {}, options)).rejects.toMatchObject({
      code: 'E_CONNECT_TIMEOUT',
      message: expect.stringMatching(/^no answer from .*\/list in 5 s$/),
    });
    expect(seen).toHaveLength(1);
  });

  it('ends with the reason of the signal', async () => {
    const { seen, stopped, options } = asking();
    const reason = new SpeechError('E_INTERRUPTED', 'interrupted');
    const url = await answering(() => stopped.abort(reason));
    await expect(getJson(url, {}, options)).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
  });

  it('takes no answer without an end', async () => {
    const { seen, options } = asking();
    const url = await answering((_, response) => {
      const part = 'x'.repeat(1024 * 1024);
      const more = () => {
        while (response.write(part));
        response.once('drain', more);
      };
      more();
    });
    await expect(getJson(url, {}, options)).rejects.toMatchObject({
      code: 'E_PROTOCOL',
      message: expect.stringMatching(/too long/),
    });
    expect(seen).toHaveLength(1);
  });

  it('says what failed where nobody listens', async () => {
    const { options } = asking();
    const url = await answering(() => {});
    stop?.();
    await expect(getJson(url, {}, options)).rejects.toMatchObject({
      code: 'E_CONNECT',
      message: expect.stringMatching(/^cannot read .*\/list: .*ECONNREFUSED/),
    });
  });
});
