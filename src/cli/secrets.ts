/** Stands where a key was. */
export const hiddenKey = 'KEY';

/** A word as short as this is hardly a key, and hiding it would garble whatever is said. */
const leastKeyChars = 6;

/**
 * Names of headers and of query parameters whose value is a secret: the last word says it (`X-Slng-Provider-Key`). A
 * subprotocol is one with Deepgram, where it carries the key.
 */
const secretName = /(^|[-_])(authorization|cookie|(api)?key|token|secret|password)$|^sec-websocket-protocol$/i;

/** Deepgram's `Metadata` has this one, and the word `deprecated` in it. */
const notSecret = /^transaction_key$/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name) && !notSecret.test(name);
}

/** The keys of a command, to be taken out of all that it shows and writes: a service may well repeat one. */
export class Secrets {
  /** As a key stands by itself, in a URL and in JSON. */
  readonly #forms = new Set<string>();

  add(key: string | undefined): void {
    if (key === undefined || key.length < leastKeyChars) return;
    for (const form of [key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)]) this.#forms.add(form);
  }

  hide(text: string): string {
    let shown = text;
    for (const form of this.#forms) shown = shown.replaceAll(form, hiddenKey);
    return shown;
  }
}

/** Settings by name, without the secrets among them; the word before a key (`Bearer`) stays. */
export function shownValues(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shownValue(name, value)]));
}

function shownValue(name: string, value: string): string {
  if (!isSecretName(name)) return value;
  const [scheme] = /^(bearer|basic|token) /i.exec(value) ?? [''];
  return `${scheme}${hiddenKey}`;
}

/** A URL without the secrets in its query. */
export function shownUrl(url: string): string {
  const shown = new URL(url);
  const names = new Set([...shown.searchParams.keys()].filter(isSecretName));
  for (const name of names) shown.searchParams.set(name, hiddenKey);
  return names.size === 0 ? url : shown.href;
}
