import { describe, expect, it } from 'vitest';
import { readFault } from '../../src/audio/read-fault.ts';

const fault = (code: string) => Object.assign(new Error(`${code}: as the system says`), { code });

describe('readFault', () => {
  it.each([
    ['ENOENT', 'there is no such file'],
    ['ENOTDIR', 'there is no such file'],
    ['EACCES', 'no permission'],
    ['EISDIR', 'it is a folder'],
  ])('says %s in words', (code, words) => {
    expect(readFault(fault(code))).toBe(words);
  });

  it('repeats what it has no words for', () => {
    expect(readFault(fault('EIO'))).toBe('EIO: as the system says');
    expect(readFault('a string')).toBe('a string');
  });
});
