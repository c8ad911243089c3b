import { SpeechError } from '../../errors.ts';
import type { ConnectSettings, Credentials } from '../../speech/connect.ts';
import type { Endpoint, Matched, Refusal, RefusedRequest } from '../../speech/service.ts';
import type { UpgradeRequest } from '../../transport/transport.ts';
import { baseUrlOf, jsonRefusal, socketUrl } from '../shapes/endpoint.ts';
import { refusedUpgrade } from './errors.ts';
import { sortParams } from './params.ts';

/** PROTOCOLS 1.0: the two families of routes, in front of the direction of speech. */
const routes = { bridge: '/v1/bridges/unmute/', direct: '/v1/' } as const;
export type Route = keyof typeof routes;

/** What differs between the endpoints of the two directions of speech. */
export interface EndpointKind<Settings> {
  /** The direction's word in a path. */
  readonly word: 'tts' | 'stt';
  readonly route: Route;
  readonly model: string;
  /** Throws E_USAGE for a setting that no message can be made of. */
  check(settings: Settings): void;
  /** Before `init` has said more. */
  settings(connect: ConnectSettings): Settings;
}

/** PROTOCOLS 1.6 (livekit's client): provider, further parts, and a variant behind a colon. */
const modelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)+(:[A-Za-z0-9][A-Za-z0-9._-]*)?$/;

/** An optional prefix, one of our routes, and the model behind it. The first that fits decides the direction. */
const pathPattern = /^(?<prefix>.*?)\/v1\/(?<bridge>bridges\/unmute\/)?(?<word>tts|stt)\/(?<model>.+)$/;

/** Where each of the two places of routing is told: the query's name, and the header, which wins (PROTOCOLS 1.2). */
const places = [
  { setting: 'region', query: 'region', header: 'x-region-override' },
  { setting: 'worldPart', query: 'world-part', header: 'x-world-part-override' },
] as const;

function routeOf(route: string): Route {
  if (route === 'bridge' || route === 'direct') return route;
  throw new SpeechError('E_USAGE', `SLNG has no route ${route}`, { todo: 'use --route direct or --route bridge' });
}

function build<Settings extends ConnectSettings>(
  kind: EndpointKind<Settings>,
  settings: Settings,
  { key, via }: Credentials,
): UpgradeRequest {
  const model = settings.model ?? kind.model;
  if (!modelPattern.test(model)) {
    throw new SpeechError('E_USAGE', `${model} is no SLNG model`, {
      todo: `write it as provider/model:variant, for example ${kind.model}`,
    });
  }
  const path = `${routes[routeOf(settings.route ?? kind.route)]}${kind.word}/${model}`;
  const url = socketUrl(settings.baseUrl, path, 'wss://api.slng.ai');
  for (const { setting, query } of places) {
    const value = settings[setting];
    if (value !== undefined) url.searchParams.set(query, value);
  }
  for (const [name, value] of Object.entries(sortParams(settings.params).query)) url.searchParams.set(name, value);
  // A setting that cannot be written is refused now, before there is a connection.
  kind.check(settings);
  if (key !== undefined && via === 'query') url.searchParams.set('token', key);
  if (via === 'subprotocol') {
    throw new SpeechError('E_UNSUPPORTED', 'SLNG takes no key as a subprotocol', {
      todo: 'use --auth header or --auth query',
    });
  }
  const headers: Record<string, string> = { ...settings.headers };
  if (key !== undefined && via !== 'query') headers.Authorization = `Bearer ${key}`;
  return { url: url.href, headers, subprotocols: [] };
}

function refusal(status: number, message: string): Refusal {
  const error = status === 400 ? 'Bad Request' : 'Not Found';
  return jsonRefusal(status, { error, message, statusCode: status });
}

/** Bearer as the documents have it, `X-API-Key` as livekit's client sends beside it, `?token=` of seed 001. */
function credentialsOf(url: URL, headers: Readonly<Record<string, string>>): Credentials {
  const header = /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key'];
  if (header !== undefined) return { key: header.trim(), via: 'header' };
  const token = url.searchParams.get('token');
  return token === null ? {} : { key: token, via: 'query' };
}

function match<Settings>(
  kind: EndpointKind<Settings>,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Matched<Settings> | RefusedRequest | undefined {
  const found = pathPattern.exec(url.pathname)?.groups;
  if (found?.model === undefined || found.word !== kind.word) return undefined;
  const credentials = credentialsOf(url, headers);
  let model: string;
  try {
    model = decodeURIComponent(found.model);
  } catch {
    return { ...refusal(400, 'the path is not well encoded'), credentials };
  }
  if (!modelPattern.test(model)) return { ...refusal(404, `no such model: ${model.slice(0, 100)}`), credentials };
  const connect: ConnectSettings = {
    baseUrl: baseUrlOf(url, found.prefix),
    route: found.bridge === undefined ? 'direct' : 'bridge',
    model,
  };
  const asked = places.flatMap(({ setting, query, header }) => {
    const value = headers[header] ?? url.searchParams.get(query);
    return value === null || value === undefined ? [] : [[setting, value] as const];
  });
  const settings = kind.settings({ ...connect, ...Object.fromEntries(asked) });
  return { settings, credentials };
}

/** `build` throws E_USAGE for a base URL, a route, a model or a `--param` that cannot be sent. */
export function slngEndpoint<Settings extends ConnectSettings>(kind: EndpointKind<Settings>): Endpoint<Settings> {
  return {
    build: (settings, credentials) => build(kind, settings, credentials),
    match: (url, headers) => match(kind, url, headers),
    refused: refusedUpgrade,
  };
}
