import { SpeechError } from '../../errors.ts';
import type { Endpoint, Matched, Refusal } from '../../speech/service.ts';
import type { Credentials, SpeakSettings } from '../../speech/speak.ts';
import { refusedUpgrade } from './errors.ts';
import { defaults, initMessage, modelOf } from './init.ts';
import { sortParams } from './params.ts';

/** PROTOCOLS 1.0: the two families of routes for speech out. */
const routes = { bridge: '/v1/bridges/unmute/tts/', direct: '/v1/tts/' } as const;
type Route = keyof typeof routes;

/** PROTOCOLS 1.6 (livekit's client): provider, further parts, and a variant behind a colon. */
const modelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)+(:[A-Za-z0-9][A-Za-z0-9._-]*)?$/;

/** An optional prefix, one of our routes, and the model behind it. */
const pathPattern = /^(?<prefix>.*?)\/v1\/(?<bridge>bridges\/unmute\/)?tts\/(?<model>.+)$/;

/** Where each of the two places of routing is told: the query's name, and the header, which wins (PROTOCOLS 1.2). */
const places = [
  { setting: 'region', query: 'region', header: 'x-region-override' },
  { setting: 'worldPart', query: 'world-part', header: 'x-world-part-override' },
] as const;

const sockets: Readonly<Record<string, string>> = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' };

function socketUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const protocol = url && sockets[url.protocol];
  if (!url || !protocol) {
    throw new SpeechError('E_USAGE', `no endpoint: ${baseUrl}`, {
      todo: 'give a URL such as wss://api.slng.ai or ws://127.0.0.1:8080',
    });
  }
  // A URL refuses to become another scheme's in place (http to ws), so it is written anew.
  return new URL(`${protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}${url.search}`);
}

function routeOf(settings: SpeakSettings): Route {
  const route = settings.route ?? 'direct';
  if (route === 'bridge' || route === 'direct') return route;
  throw new SpeechError('E_USAGE', `SLNG has no route ${route}`, { todo: 'use --route direct or --route bridge' });
}

function build(settings: SpeakSettings, { key, via }: Credentials) {
  const model = modelOf(settings);
  if (!modelPattern.test(model)) {
    throw new SpeechError('E_USAGE', `${model} is no SLNG model`, {
      todo: 'write it as provider/model:variant, for example slng/deepgram/aura:2-en',
    });
  }
  const url = socketUrl(settings.baseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${routes[routeOf(settings)]}${model}`;
  for (const { setting, query } of places) {
    const value = settings[setting];
    if (value !== undefined) url.searchParams.set(query, value);
  }
  for (const [name, value] of Object.entries(sortParams(settings.params).query)) url.searchParams.set(name, value);
  // A setting that cannot be written is refused now, before there is a connection.
  initMessage(settings);
  if (key !== undefined && via === 'query') url.searchParams.set('token', key);
  const headers: Record<string, string> = { ...settings.headers };
  if (key !== undefined && via !== 'query') headers.Authorization = `Bearer ${key}`;
  return { url: url.href, headers, subprotocols: [] };
}

function refusal(status: number, message: string): Refusal {
  const error = status === 400 ? 'Bad Request' : 'Not Found';
  return {
    status,
    body: JSON.stringify({ error, message, statusCode: status }),
    headers: { 'content-type': 'application/json' },
  };
}

/** Bearer as the documents have it, `X-API-Key` as livekit's client sends beside it, `?token=` of seed 001. */
function credentialsOf(url: URL, headers: Readonly<Record<string, string>>): Credentials {
  const header = /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key'];
  if (header !== undefined) return { key: header.trim(), via: 'header' };
  const token = url.searchParams.get('token');
  return token === null ? {} : { key: token, via: 'query' };
}

function match(url: URL, headers: Readonly<Record<string, string>>): Matched<SpeakSettings> | Refusal | undefined {
  const found = pathPattern.exec(url.pathname)?.groups;
  if (found?.model === undefined) return undefined;
  let model: string;
  try {
    model = decodeURIComponent(found.model);
  } catch {
    return refusal(400, 'the path is not well encoded');
  }
  if (!modelPattern.test(model)) return refusal(404, `no such model: ${model.slice(0, 100)}`);
  const settings: SpeakSettings = {
    baseUrl: `${sockets[url.protocol] ?? 'ws:'}//${url.host}${found.prefix ?? ''}`,
    route: found.bridge === undefined ? 'direct' : 'bridge',
    model,
    format: defaults.format,
  };
  const asked = places.flatMap(({ setting, query, header }) => {
    const value = headers[header] ?? url.searchParams.get(query);
    return value === null || value === undefined ? [] : [[setting, value] as const];
  });
  return { settings: { ...settings, ...Object.fromEntries(asked) }, credentials: credentialsOf(url, headers) };
}

export const slngSpeakEndpoint: Endpoint<SpeakSettings> = {
  /** Throws E_USAGE for a base URL, a route, a model or a `--param` that cannot be sent. */
  build,
  match,
  refused: refusedUpgrade,
};
