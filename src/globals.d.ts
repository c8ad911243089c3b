/** The package's version, put in by the build; undefined where the sources run unbuilt. */
declare const __VOX_VERSION__: string | undefined;

/** It has no types of its own. */
declare module 'proxy-from-env' {
  /** The proxy for an address, '' where there is none. */
  export function getProxyForUrl(url: string): string;
}
