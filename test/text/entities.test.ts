import { describe, expect, it } from 'vitest';
import { entityText } from '../../src/text/entities.ts';

describe('entityText', () => {
  it.each([
    ['amp', '&'],
    ['nbsp', ' '],
    ['shy', ''],
    ['hellip', '…'],
    ['#65', 'A'],
    ['#x41', 'A'],
    ['#X1f600', '😀'],
    ['#128512', '😀'],
  ])('%s is %j', (inside, text) => expect(entityText(inside)).toBe(text));

  it.each(['', 'nosuch', 'AMP', 'constructor', 'toString', '#', '#x', '#0', '#xD800', '#x110000', '#1114112', '#12a'])(
    '%j is none',
    (inside) => expect(entityText(inside)).toBeUndefined(),
  );
});
