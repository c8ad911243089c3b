import { describe, expect, it } from 'vitest';
import { childEnv, keyVariables } from '../../src/audio/child-env.ts';

const keys = [
  'SLNG_API_KEY',
  'DEEPGRAM_API_KEY',
  'TELNYX_API_KEY',
  'OTHER_API_KEY',
  'VOX_SERVE_KEY',
  'vox_serve_key',
  'Own_Api_Key',
];
const rest = ['PATH', 'HOME', 'VOX_SERVE_KEYS', 'MY_VOX_SERVE_KEY', 'X_API_KEY_FILE', 'MY_API_KEYS'];
const all = Object.fromEntries([...keys, ...rest].map((name) => [name, `of ${name}`]));

describe('the environment of a program that is started', () => {
  it('has no key in it, however its name is written, and all else', () => {
    const env = childEnv(all);
    expect(env).toEqual(Object.fromEntries(rest.map((name) => [name, `of ${name}`])));
    expect(keyVariables(all)).toEqual(keys);
  });

  it('is a copy: what was asked about keeps its keys', () => {
    childEnv(all);
    expect(all.SLNG_API_KEY).toBe('of SLNG_API_KEY');
  });
});
