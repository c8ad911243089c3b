/** The package's version, put in by the build; undefined where the sources run unbuilt. */
declare const __VOX_VERSION__: string | undefined;
