/** The package's version, put in by the build. */
export const version = typeof __VOX_VERSION__ === 'string' ? __VOX_VERSION__ : '0.0.0';
