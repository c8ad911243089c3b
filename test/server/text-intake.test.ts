import { describe, expect, it } from 'vitest';
import { speakable, TextIntake } from '../../src/server/text-intake.ts';

describe('the intake of text', () => {
  it('gives sentences as soon as they are certain, the rest at a flush', () => {
    const intake = new TextIntake();
    expect(intake.push('One. Two')).toEqual(['One. ']);
    expect(intake.push('. Three')).toEqual(['Two. ']);
    expect(intake.flush()).toEqual(['Three']);
    expect(intake.flush()).toEqual([]);
  });

  it('puts a space between sentences that a client sent one by one, not into a number', () => {
    const intake = new TextIntake({ language: 'en' });
    expect([...intake.push('It is late.'), ...intake.push('We left.'), ...intake.flush()]).toEqual([
      'It is late. ',
      'We left.',
    ]);
    expect([...intake.push('Pi is 3.'), ...intake.push('14 or so.'), ...intake.flush()]).toEqual(['Pi is 3.14 or so.']);
  });

  it.each([
    [['It is late.'], true],
    [['It is ', 'late', '.', ' '], true],
    [['**It is late.**\n'], true],
    [['„Ist es spät?“'], true],
    [['晚了。'], true],
    [['It is late'], false],
    [['Late. It'], false],
    [['3.1'], false],
    [['—'], false],
    [[''], false],
  ])('sees whether %j may be the end of a sentence', (messages, ends) => {
    const intake = new TextIntake();
    for (const message of messages) intake.push(message);
    expect(intake.endsLikeSentence).toBe(ends);
    intake.flush();
    expect(intake.endsLikeSentence).toBe(false);
  });

  it('begins anew after a flush', () => {
    const intake = new TextIntake();
    intake.push('It is late.');
    intake.flush();
    expect([...intake.push('So be it'), ...intake.flush()]).toEqual(['So be it']);
  });
});

describe('the intake of text that is Markdown', () => {
  const markdown =
    '# *Welcome*\n\nSee [the `docs`](https://a.b/c). **Bold** and 3.14, she said.\n\n```js\nlet x;\n```\n- one\n- two';
  const spoken = ['Welcome.', 'See the docs. ', 'Bold and 3.14, she said.', 'one.', 'two.'];

  it('gives what is spoken, however it is divided', () => {
    for (const size of [1, 2, 7, 1000]) {
      const intake = new TextIntake({ markdown: true });
      const sentences: string[] = [];
      for (let at = 0; at < markdown.length; at += size) sentences.push(...intake.push(markdown.slice(at, at + size)));
      sentences.push(...intake.flush());
      expect(sentences.map(speakable).filter((text) => text !== undefined)).toEqual(spoken.map((text) => text.trim()));
    }
  });

  it('gives a sentence as soon as it is certain', () => {
    const intake = new TextIntake({ markdown: true, language: 'en' });
    expect(intake.push('One **is** here. T')).toEqual(['One is here. ']);
    expect(intake.flush()).toEqual(['T']);
  });

  it('begins anew after a flush: an open code block is closed', () => {
    const intake = new TextIntake({ markdown: true });
    expect([...intake.push('```\nx = 1\n'), ...intake.flush()].map(speakable)).toEqual([undefined]);
    expect([...intake.push('So *be* it.'), ...intake.flush()]).toEqual(['So be it.']);
    expect(intake.flush().map(speakable)).toEqual([undefined]);
  });

  it('leaves the signs where it is not', () => {
    const intake = new TextIntake();
    expect([...intake.push('**Bold**'), ...intake.flush()]).toEqual(['**Bold**']);
  });
});

describe('what an engine gets', () => {
  it.each([
    ['  One\n two\t three ', 'One two three'],
    ['€', '€'],
    ['...', undefined],
    [' \u00a0 ', undefined],
    ['', undefined],
  ])('of %j is %j', (sentence, wanted) => {
    expect(speakable(sentence)).toBe(wanted);
  });
});
