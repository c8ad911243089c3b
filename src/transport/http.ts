import { type Clock, pause } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { UpgradeRefusal } from './transport.ts';

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
  options.watcher?.asked({ method: 'GET', url, headers });
  try {
    const response = await fetch(url, {
      headers: { ...headers },
      signal: AbortSignal.any([options.signal, late.signal]),
    });
    const body = await bounded(response);
    const answer = { status: response.status, headers: Object.fromEntries(response.headers), body };
    options.watcher?.answered(answer);
    if (!response.ok) throw options.refused(answer);
    return JSON.parse(body);
  } catch (thrown) {
    if (thrown instanceof SpeechError) throw thrown;
    if (options.signal.aborted) throw options.signal.reason;
    if (late.signal.aborted)
      throw new SpeechError('E_CONNECT_TIMEOUT', `no answer from ${where} in ${options.timeoutMs / 1000} s`);
    if (thrown instanceof SyntaxError)
      throw new SpeechError('E_PROTOCOL', `${where} did not answer with JSON`, { cause: thrown });
    throw new SpeechError('E_CONNECT', `cannot read ${where}: ${causeOf(thrown)}`, { cause: thrown });
  } finally {
    done.abort();
  }
}

async function bounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > maxBodyBytes) throw new SpeechError('E_PROTOCOL', 'the answer is too long');
  }
  return text + decoder.decode();
}

/** fetch says only "fetch failed"; what failed stands in its cause. */
function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? thrown.cause.message || causeOf(thrown.cause) : thrown.message;
}
