import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  readClientMessage,
  readExactMessage,
  readObject,
  readServerMessage,
  typeOf,
} from '../../../src/dialects/shapes/messages.ts';
import { readRemarks, remarks, writeRemarks } from '../../../src/dialects/shapes/remarks.ts';

const lower = v.variant('type', [v.object({ type: v.literal('speak'), text: v.string() })]);
const exact = v.variant('type', [v.object({ type: v.literal('Speak'), text: v.string() })]);

it.each([
  ['{"a":1}', { fields: { a: 1 } }],
  ['{', { why: 'no JSON: {' }],
  ['[1]', { why: 'the message is not an object' }],
  ['null', { why: 'the message is not an object' }],
])('the object in %s is %o', (text, read) => expect(readObject(text)).toEqual(read));

it('a type is compared in lower case', () => {
  expect([typeOf({ type: 'Metadata' }), typeOf({ type: 7 }), typeOf({})]).toEqual(['metadata', undefined, undefined]);
});

describe('a message', () => {
  it('of a server is understood, malformed or unknown', () => {
    const read = (type: string, fields: object) => readServerMessage(lower, ['speak'], type, { type, ...fields });
    expect(read('speak', { text: 'x', more: 1 })).toEqual({ message: { type: 'speak', text: 'x' } });
    expect(read('speak', {})).toMatchObject({
      event: { type: 'malformed', why: expect.stringMatching(/^speak: text: /) },
    });
    expect(read('shout', {})).toEqual({ event: { type: 'unknown', name: 'shout' } });
  });

  it('of a client is read strictly, in any case of its type', () => {
    const read = (text: string) => readClientMessage(lower, (type) => type === 'speak', text);
    expect(read('{"type":"SPEAK","text":"x"}')).toEqual({ message: { type: 'speak', text: 'x' } });
    expect(read('{"type":"shout"}')).toEqual({ why: 'unknown message type: shout' });
    expect(read('{}')).toEqual({ why: 'a message is an object with a type' });
    expect(read('x')).toEqual({ why: 'the message is no JSON' });
    expect(read('{"type":"speak"}')).toMatchObject({ why: expect.stringMatching(/^speak: text: /) });
  });

  it('of a client is read in its own spelling alone, where the vendor is strict', () => {
    expect(readExactMessage(exact, '{"type":"Speak","text":"x","id":1}')).toEqual({
      message: { type: 'Speak', text: 'x' },
    });
    expect(readExactMessage(exact, '{"type":"speak","text":"x"}')).toMatchObject({
      why: expect.stringMatching(/^type: /),
    });
    expect(readExactMessage(exact, 'x')).toEqual({ why: 'no JSON: x' });
  });
});

describe('remarks', () => {
  it('are read back', () => {
    const { warnings } = v.parse(v.object({ warnings: remarks }), writeRemarks(['a', 'b']));
    expect(readRemarks(warnings)).toEqual({ warnings: ['a', 'b'] });
  });

  it.each([[undefined], [[]]])('%o are none', (list) => {
    expect(writeRemarks(list)).toEqual({});
    expect(readRemarks(list)).toEqual({});
  });

  it('may be plain, and are nothing where they are no list', () => {
    expect(readRemarks(['a', { code: undefined, message: 'b' }])).toEqual({ warnings: ['a', 'b'] });
    expect(v.parse(remarks, 'x')).toBeUndefined();
  });
});
