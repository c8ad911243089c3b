import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { type Clock, pause } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import { cannot, throughProxy } from './connect-errors.ts';
import { flatHeaders } from './flat-headers.ts';
import type { UpgradeRefusal } from './transport.ts';
import { type Tunnel, tunnelTo } from './tunnel.ts';

/** A catalogue is some hundred kilobytes; what is larger is not one. */
const maxBodyBytes = 16 * 1024 * 1024;

export interface HttpRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `body` is all of it, as text. */
export type HttpAnswer = UpgradeRefusal;

/** Sees what is asked over HTTP, and what is answered once all of it has come. A request may hold a key. */
export interface HttpWatcher {
  asked(request: HttpRequest): void;
  answered(answer: HttpAnswer): void;
}

export interface GetJsonOptions {
  readonly clock: Clock;
  /** For the whole answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Makes an error of an answer that is not 2xx. */
  readonly refused: (refusal: UpgradeRefusal) => SpeechError;
  readonly watcher?: HttpWatcher;
}

/** Reads JSON from an HTTP address. Rejects with a SpeechError. */
export async function getJson(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: GetJsonOptions,
): Promise<unknown> {
  const late = new AbortController();
  const done = new AbortController();
  pause(options.clock, options.timeoutMs, done.signal).then(
    () => late.abort(),
    () => {},
  );
  const where = url.split('?')[0];
  let tunnel: Tunnel | undefined;
  options.watcher?.asked({ method: 'GET', url, headers });
  try {
    const signal = AbortSignal.any([options.signal, late.signal]);
    tunnel = tunnelTo(url, signal);
    const answer = await (tunnel ? getThrough(tunnel, url, headers, signal) : getDirect(url, headers, signal));
    const { status, body } = answer;
    options.watcher?.answered(answer);
    if (status < 200 || status > 299) throw options.refused(answer);
    return JSON.parse(body);
  } catch (thrown) {
    if (tunnel?.isOpen !== false && thrown instanceof SpeechError) throw thrown;
    if (options.signal.aborted) throw options.signal.reason;
    if (late.signal.aborted)
      throw new SpeechError(
        'E_CONNECT_TIMEOUT',
        `no answer from ${where} in ${options.timeoutMs / 1000} s${throughProxy(tunnel)}`,
      );
    if (thrown instanceof SyntaxError)
      throw new SpeechError('E_PROTOCOL', `${where} did not answer with JSON`, { cause: thrown });
    throw cannot(`read ${where}`, causeOf(thrown), thrown, tunnel);
  } finally {
    done.abort();
  }
}

type Headers = Readonly<Record<string, string>>;

async function getDirect(url: string, headers: Headers, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(url, { headers: { ...headers }, signal });
  const body = response.body ? await bounded(response.body) : '';
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

/** Node's `fetch` knows no proxies before version 24. */
async function getThrough({ agent }: Tunnel, url: string, headers: Headers, signal: AbortSignal): Promise<HttpAnswer> {
  const asked = (url.startsWith('https:') ? getHttps : getHttp)(url, { agent, headers: { ...headers }, signal });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
  const body = await bounded(response);
  return { status: response.statusCode ?? 0, headers: flatHeaders(response), body };
}

async function bounded(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of parts) {
    text += decoder.decode(part, { stream: true });
    if (text.length > maxBodyBytes) throw new SpeechError('E_PROTOCOL', 'the answer is too long');
  }
  return text + decoder.decode();
}

/** fetch says only "fetch failed"; what failed stands in its cause. Ours says all itself. */
function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof SpeechError) return thrown.message;
  return thrown.cause instanceof Error ? thrown.cause.message || causeOf(thrown.cause) : thrown.message;
}
