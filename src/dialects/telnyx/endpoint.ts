import { SpeechError } from '../../errors.ts';
import type { ConnectSettings, Credentials } from '../../speech/connect.ts';
import type { Endpoint, Matched, Refusal, RefusedRequest } from '../../speech/service.ts';
import type { UpgradeRequest } from '../../transport/transport.ts';
import { baseUrlOf, jsonRefusal, socketUrl } from '../shapes/endpoint.ts';
import { errorList, refusedUpgrade } from './errors.ts';

export const baseUrl = 'wss://api.telnyx.com';

/** What differs between the endpoints of the two directions of speech. */
export interface EndpointKind<Settings> {
  readonly direction: 'speak' | 'listen';
  readonly path: string;
  /** Throws E_UNSUPPORTED for a setting that Telnyx does not have, E_USAGE for a `--param` that is a setting's. */
  query(settings: Settings): Readonly<Record<string, string>>;
  /** The way back. The codec of the server reads what it needs besides in `params`, which are the query as it came. */
  settings(connect: ConnectSettings, query: Readonly<Record<string, string>>): Settings | Refusal;
}

/** In the shape of Telnyx's own errors. */
export function refusal(status: number, detail: string, parameter?: string): Refusal {
  return jsonRefusal(status, errorList(String(status), detail, parameter));
}

function build<Settings extends ConnectSettings>(
  kind: EndpointKind<Settings>,
  settings: Settings,
  { key, via }: Credentials,
): UpgradeRequest {
  if (via !== undefined && via !== 'header') {
    throw new SpeechError('E_UNSUPPORTED', 'Telnyx takes the key in a header only', { todo: 'leave out --auth' });
  }
  const url = socketUrl(settings.baseUrl, kind.path, baseUrl);
  for (const [name, value] of Object.entries(kind.query(settings))) url.searchParams.set(name, value);
  const headers: Record<string, string> = { ...settings.headers };
  if (key !== undefined) headers.Authorization = `Bearer ${key}`;
  return { url: url.href, headers, subprotocols: [] };
}

function match<Settings>(
  kind: EndpointKind<Settings>,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Matched<Settings> | RefusedRequest | undefined {
  if (!url.pathname.endsWith(kind.path)) return undefined;
  const query = Object.fromEntries(url.searchParams);
  const prefix = url.pathname.slice(0, -kind.path.length);
  const settings = kind.settings({ baseUrl: baseUrlOf(url, prefix), params: query }, query);
  const key = /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  const credentials: Credentials = key === undefined ? {} : { key, via: 'header' };
  return isRefusal(settings) ? { ...settings, credentials } : { settings, credentials };
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'status' in value;
}

/** `build` throws E_USAGE or E_UNSUPPORTED for a base URL, a setting or a `--param` that cannot be sent. */
export function telnyxEndpoint<Settings extends ConnectSettings>(kind: EndpointKind<Settings>): Endpoint<Settings> {
  return {
    build: (settings, credentials) => build(kind, settings, credentials),
    match: (url, headers) => match(kind, url, headers),
    refused: (answer) => refusedUpgrade(kind.direction, answer),
    refuse: (status, message) => refusal(status, message),
  };
}
