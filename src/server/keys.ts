import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether what a client showed is the key, in a time that tells nothing of either. Without a key, anything is. */
export type KeyCheck = (shown: string | undefined) => boolean;

export function createKeyCheck(key: string | undefined): KeyCheck {
  if (key === undefined) return () => true;
  const wanted = digest(key);
  return (shown) => shown !== undefined && timingSafeEqual(digest(shown), wanted);
}

/** Hashed, for timingSafeEqual wants equal lengths, and a length is a thing to tell. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/**
 * The key of a plain HTTP request: `Authorization: Bearer`, `X-API-Key` (livekit's client sends both), or `?token=`
 * for clients that cannot set headers (PROTOCOLS 1.1 and 1.5).
 */
export function shownKey(url: URL, headers: Readonly<Record<string, string>>): string | undefined {
  const bearer = /^bearer +(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? headers['x-api-key'] ?? url.searchParams.get('token') ?? undefined;
}
