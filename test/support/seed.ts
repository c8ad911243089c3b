import fc from 'fast-check';

/**
 * The same cases every time, so that a red run is a change's fault and not chance's. Others: `VOX_SEED=7 npm test`.
 */
fc.configureGlobal({ seed: Number(process.env.VOX_SEED ?? 20261121) });
