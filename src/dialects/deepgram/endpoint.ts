import { SpeechError } from '../../errors.ts';
import type { ConnectSettings, Credentials } from '../../speech/connect.ts';
import type { Endpoint, Matched, RefusedRequest } from '../../speech/service.ts';
import type { UpgradeRequest } from '../../transport/transport.ts';
import { baseUrlOf, socketUrl } from '../shapes/endpoint.ts';
import { noUuid } from '../shapes/fields.ts';
import { refusal, refuse, refusedUpgrade } from './errors.ts';

/** Also `wss://api.eu.deepgram.com`, `api.au.`, `api.in.` (PROTOCOLS 2.2). */
export const baseUrl = 'wss://api.deepgram.com';

export type Query = Readonly<Record<string, string>>;

/** What differs between the endpoints of the two directions of speech. */
export interface EndpointKind<Settings> {
  readonly path: '/v1/speak' | '/v1/listen';
  /** Throws E_UNSUPPORTED for a setting that Deepgram does not have, E_USAGE for a `--param` that is a setting's. */
  query(settings: Settings): Query;
  /** Throws `BadQuery` for what Deepgram refuses. */
  settings(connect: ConnectSettings, query: URLSearchParams): Settings;
}

/** A query that is answered with 400; the message is for the client. */
export class BadQuery extends Error {}

/** Temporary tokens are JWTs, whose header is JSON in base64: they begin with `{"`. A key of an account has no dots. */
const jwt = /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/;

/** What a subprotocol may consist of (RFC 6455, 4.1: a token of HTTP). */
const subprotocolToken = /^[\w!#$%&'*+.^`|~-]+$/;

/** `Token` for keys, `Bearer` for temporary tokens: a key as `Bearer` is answered with 401 (PROTOCOLS 2.2). */
function authorise({ key, via }: Credentials): Pick<UpgradeRequest, 'headers' | 'subprotocols'> {
  if (key === undefined) return { headers: {}, subprotocols: [] };
  if (via === 'query') {
    throw new SpeechError('E_UNSUPPORTED', 'Deepgram takes no key in the query', {
      todo: 'use --auth header or --auth subprotocol',
    });
  }
  const isToken = jwt.test(key);
  if (via !== 'subprotocol') {
    return { headers: { Authorization: `${isToken ? 'Bearer' : 'Token'} ${key}` }, subprotocols: [] };
  }
  if (!subprotocolToken.test(key)) {
    throw new SpeechError('E_KEY', 'the key holds characters that a subprotocol cannot carry', {
      todo: 'use --auth header',
    });
  }
  return { headers: {}, subprotocols: [isToken ? 'bearer' : 'token', key] };
}

function refuseRoutes({ route, region, worldPart }: ConnectSettings): void {
  const [name] = Object.entries({ '--route': route, '--region': region, '--world-part': worldPart }).find(
    ([, value]) => value !== undefined,
  ) ?? [undefined];
  if (name === undefined) return;
  throw new SpeechError('E_UNSUPPORTED', `Deepgram has no ${name}`, {
    todo: 'choose a place by its host, such as --endpoint wss://api.eu.deepgram.com',
  });
}

function build<Settings extends ConnectSettings>(
  kind: EndpointKind<Settings>,
  settings: Settings,
  credentials: Credentials,
): UpgradeRequest {
  refuseRoutes(settings);
  const url = socketUrl(settings.baseUrl, kind.path, baseUrl);
  for (const [name, value] of Object.entries(kind.query(settings))) url.searchParams.set(name, value);
  const { headers, subprotocols } = authorise(credentials);
  return { url: url.href, headers: { ...settings.headers, ...headers }, subprotocols };
}

function isScheme(subprotocol: string): boolean {
  return subprotocol === 'token' || subprotocol === 'bearer';
}

/** Any of the forms; ours is no account, so that a key may come as either. */
function credentialsOf(headers: Readonly<Record<string, string>>, [scheme = '', key]: readonly string[]): Credentials {
  const shown = /^(?:token|bearer) +(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  if (shown !== undefined) return { key: shown, via: 'header' };
  return isScheme(scheme) && key !== undefined ? { key, via: 'subprotocol' } : {};
}

function match<Settings>(
  kind: EndpointKind<Settings>,
  url: URL,
  headers: Readonly<Record<string, string>>,
  subprotocols: readonly string[],
): Matched<Settings> | RefusedRequest | undefined {
  if (!url.pathname.endsWith(kind.path)) return undefined;
  const connect = { baseUrl: baseUrlOf(url, url.pathname.slice(0, -kind.path.length)) };
  // The second name is the key, which is never repeated.
  const [subprotocol = ''] = subprotocols;
  const credentials = credentialsOf(headers, subprotocols);
  try {
    return {
      settings: kind.settings(connect, url.searchParams),
      credentials,
      ...(isScheme(subprotocol) && { subprotocol }),
    };
  } catch (thrown) {
    if (!(thrown instanceof BadQuery)) throw thrown;
    const named = (id?: string) => refusal(400, thrown.message, id, 'INVALID_QUERY_PARAMETER');
    return { ...named(), credentials, named };
  }
}

/** `build` throws E_USAGE, E_UNSUPPORTED or E_KEY for what cannot be sent, before there is a connection. */
export function deepgramEndpoint<Settings extends ConnectSettings>(kind: EndpointKind<Settings>): Endpoint<Settings> {
  return {
    build: (settings, credentials) => build(kind, settings, credentials),
    match: (url, headers, subprotocols) => match(kind, url, headers, subprotocols),
    refused: refusedUpgrade,
    accepted: ({ model = '' }, sessionId) => ({
      'dg-request-id': sessionId,
      'dg-model-name': model.replace(/[^\x21-\x7e]/g, '?'),
      'dg-model-uuid': noUuid,
    }),
    refuse,
  };
}
