import { describe, expect, it } from 'vitest';
import type { CutterOptions } from '../../src/text/sentences.ts';
import { SentenceCutter } from '../../src/text/sentences.ts';
import { units } from './feeding.ts';

function cutsOf(pieces: readonly string[], options?: CutterOptions) {
  const cutter = new SentenceCutter(options);
  return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.flush()];
}

/** The sentences of a text whose sentences are parted by a bar, which is taken out first. */
function expectSentences(marked: string, options?: CutterOptions): void {
  const sentences = marked.split('|');
  const text = sentences.join('');
  expect(cutsOf([text], options).map((cut) => cut.text)).toEqual(sentences);
  expect(cutsOf(units(text), options).map((cut) => cut.text)).toEqual(sentences);
}

describe('SentenceCutter: what is a sentence', () => {
  const english: string[] = [
    'One sentence.',
    'One. |Two. |Three.',
    'One.  |Two.\n|Three.\t|Four.',
    'No end here',
    // titles and names
    'Dr. Smith met Mrs. Jones. |They talked.',
    'Prof. J. R. R. Tolkien wrote it. |He did.',
    'George W. Bush and J. Edgar Hoover. |Both.',
    'St. John lives on Main St. with Sgt. A. Smith. |He does.',
    'John Smith Jr. Esq. came. |It was Jr. |He knew.',
    'Acme Inc. Chicago and Foo Ltd. London. |Foo Ltd. |They left.',
    'Gen. Grant, Gov. Brown and Rev. Green. |Next.',
    // abbreviations
    'Use a tool, e.g. Word or i.e. This one. |Next.',
    'Cats vs. Dogs, cf. Smith, approx. Five. |Next.',
    'Smith et al. Found it. |Smith et al. |The end.',
    'Bring pens, etc. |We start now.',
    'Bring pens, etc. and paper.',
    // dotted letters
    'The U.S. Army came. |It won.',
    'He lives in the U.S. |He likes it.',
    'The U.S. |We love it. |The U.S. Open.',
    'She has a Ph.D. in it. |Her Ph.D. |She said.',
    'At 5 p.m. Monday we met. |At 6 a.m. |The sun rose.',
    'So do I. |Then we go.',
    'It is plan b. |Next we solve for x. |Good.',
    "It ends at 5 p.m. |It's late. |We'll go at 6 p.m. |Let me see.",
    // numbers
    'Pi is 3.14 and e is 2.718. |Next.',
    'No. 5 is alive. |No. |That is wrong.',
    'On Jan. 5 and Feb. 7 it snowed. |In Jan. |It was cold.',
    'See p. 5, Sec. 3, and ch. 12. |Next.',
    'See Fig. 3 and Vol. 2 and Eq. 7. |Next.',
    'It was 2020. |Then came 2021.',
    'I have 3. |You have 4.',
    'It costs $3.50. |That is 1,000.50 each.',
    'Version 1.2.3. |Next.',
    // URLs, files, addresses
    'See https://a.example/b.c?d=e&f=g. |Then go.',
    'Mail a.b@c.example or ask. |Open file.txt! |Then go.',
    'Is it x?y=1 or Yahoo!2? |Yes.',
    'Node.js and ASP.NET. |Both.',
    // ellipses
    'Wait... what? |Yes.',
    'Wait... |What?',
    'Well… maybe. |Well… |Maybe.',
    '...and then it went. |Yes.',
    'Hmm.... |Okay.',
    // several marks
    'What?! |No!! |Really?? |Yes.',
    'What?!? he said.'.replace('he', 'He').replace('?!? ', '?!? |'),
    'Stop!… |Go.',
    // quotes and brackets
    '"Go." |He went.',
    '"Go!" he said. |"Why?" she asked. |“Because.” |So.',
    'He said "go." |She went.',
    "'Go.' |He went.",
    '(It was late.) |They slept.',
    'It was late (very late.) |They slept.',
    'It was late [1]. |They slept.',
    'He asked (why?) and left. |Next.',
    'One. |"Two." |(Three.) |“Four.”',
    'One.” |“Two.',
    '¿Qué? |¡Sí! |No.',
    '«Oui.» |Non.',
    // lower case goes on
    'approx. five and dept. head. |Next.',
    'he said. then he left',
    'really? |ok then! |sure',
    // lists in plain text
    '1. First thing. |2. Second thing.',
    '1. First\n2. Second\n',
    'A. First thing. |B. Second thing.',
    'Steps:\n1. Do this.\n|2. Do that.',
    // lines and paragraphs
    'A line\nthat goes on. |Next.',
    'Title\n\n|Text here. |More.\n\n|New.',
    'Dr.\nSmith came.\n|He left.',
    'A\r\n\r\n|B\r\nis.\r\n|D',
    'A\n \t\n|B',
    'A\n\n|\n\nB',
    '\n\n  One. |B',
    'The Dr.\n\n|Smith.',
    // blanks that join
    'Dr.\u00a0Smith. |M.\u00a0X.\u00a0Y came.',
    // marks alone
    '... ?! Hello. |Bye.',
    '! One.',
    'Yes. |😀 Next. |Z',
    'Great! |😀',
  ];

  it.each(english)('%j', (marked) => expectSentences(marked));

  const others: [language: string, marked: string][] = [
    ['zh', '你好。|再见！|真的吗？|好。'],
    ['zh', '他说：“你好。”|然后走了。'],
    ['zh', '你好。|“再见。”'],
    ['zh', '价格是3.14元。|好'],
    ['ja', 'はい。|「行きます。」|そうですか？！|ええ'],
    ['ja', '（本当です。）|次。'],
    ['ja', '３．１４です。|次'],
    ['hi', 'नमस्ते। |आप कैसे हैं? |मैं ठीक हूँ।'],
    ['ar', 'كيف حالك؟ |أنا بخير.'],
    ['ur', 'آپ کیسے ہیں؟ |میں ٹھیک ہوں۔ |جی'],
    ['hy', 'Բարեւ։ |Ինչպես ես։'],
    ['my', 'မင်္ဂလာပါ။ |နေကောင်းလား။'],
    ['ru', 'Привет. |А. С. Пушкин писал. |Он умер.'],
    ['de', 'Am 5. Mai kam Dr. Weiß. |Er kam z. B. Montag. |Gut.'],
    ['de', 'Er kam 1990. |Dann ging er. |„Gut.“ |Ja.'],
    ['de-AT', 'Vgl. Abs. 3 und Nr. 500. |Ende.'],
    ['fr', 'M. Dupont et Mme. Curie. |Vraiment ? |Oui !'],
    ['fr', 'Voir p. 5 et art. 3. |Fin.'],
    ['es', 'La Sra. García y el Dr. López. |¿Sí? |Ud. Viene.'],
    ['it', 'Il sig. Rossi. |La pag. 5. |Fine.'],
    ['pt', 'O Sr. Silva e a Dra. Costa. |Fim.'],
    ['nl', 'Dhr. Jansen, d.w.z. Piet. |Nr. 5. |Einde.'],
    ['cs', 'Dne 5. Května. |Konec.'],
    ['en_US', 'Dr. Smith. |Hi.'],
    ['no such tag!', 'One. |Two.'],
    ['', 'One. |Two.'],
  ];

  it.each(others)('%s: %j', (language, marked) => expectSentences(marked, { language }));
});

describe('SentenceCutter: when it is certain', () => {
  function givenAt(text: string, options?: CutterOptions): [at: string, given: string][] {
    const cutter = new SentenceCutter(options);
    return units(text).flatMap((unit, at) =>
      cutter.push(unit).map((cut): [string, string] => [text.slice(0, at + 1), cut.text]),
    );
  }

  it('gives a sentence with the first sign of the next text', () => {
    expect(givenAt('Hello there. How')).toEqual([['Hello there. H', 'Hello there. ']]);
    expect(givenAt('Hello there?  "How')).toEqual([['Hello there?  "H', 'Hello there?  ']]);
    expect(givenAt('你好。再')).toEqual([['你好。再', '你好。']]);
  });

  it('gives none while more may follow', () => {
    for (const text of [
      'Hello there.',
      'Hello there. ',
      'It is 3.',
      'It is 3.1',
      'Mr. ',
      'Mr. S',
      'Hello.\n',
      '你好。',
    ]) {
      expect(givenAt(text)).toEqual([]);
    }
  });

  it('gives a paragraph at its second line end', () => {
    expect(givenAt('Title\n\nText')).toEqual([['Title\n\n', 'Title\n\n']]);
    expect(givenAt('End.\r\n \r\nText')).toEqual([['End.\r\n \r\n', 'End.\r\n \r\n']]);
  });

  it('waits for the whole next word where that decides, and for no more', () => {
    expect(givenAt('In the U.S. He left')).toEqual([['In the U.S. He ', 'In the U.S. ']]);
    expect(givenAt('In the U.S. Heather left')).toEqual([]);
  });

  it('waits for both halves of a surrogate pair', () => {
    expect(givenAt('Great! 😀')).toEqual([['Great! 😀', 'Great! ']]);
  });
});

describe('SentenceCutter: what it says of a cut', () => {
  it('counts characters from the first push, over flushes too', () => {
    const cutter = new SentenceCutter();
    expect(cutter.push('One. Two')).toEqual([{ text: 'One. ', fromChar: 0, toChar: 5, ends: 'sentence' }]);
    expect(cutter.flush()).toEqual([{ text: 'Two', fromChar: 5, toChar: 8, ends: 'end' }]);
    expect(cutter.push('3. Three.\n\nF')).toEqual([
      { text: '3. Three.\n\n', fromChar: 8, toChar: 19, ends: 'paragraph' },
    ]);
    expect(cutter.flush()).toEqual([{ text: 'F', fromChar: 19, toChar: 20, ends: 'end' }]);
    expect(cutter.flush()).toEqual([]);
  });

  const lastSigns: [text: string, ends: string][] = [
    ['Hello.', 'sentence'],
    ['Hello?"  ', 'sentence'],
    ['Hello…', 'sentence'],
    ['你好。」', 'sentence'],
    ['Hello,', 'clause'],
    ['Hello — ', 'clause'],
    ['你好，', 'clause'],
    ['Hello', 'end'],
    ['Hello (there)', 'end'],
    ['  ', 'end'],
    ['Hello.\n\n', 'paragraph'],
  ];
  it.each(lastSigns)('a flush after %j ends with %s', (text, ends) => {
    expect(cutsOf([text]).at(-1)?.ends).toBe(ends);
  });

  it('gives nothing for nothing', () => {
    expect(cutsOf([])).toEqual([]);
    expect(cutsOf(['', ''])).toEqual([]);
  });
});

describe('SentenceCutter: text that has no end', () => {
  const lengths = (text: string, maxChars?: number) => cutsOf([text], { maxChars }).map((cut) => [cut.text, cut.ends]);

  it('is cut at a space, 400 characters at most', () => {
    const cuts = cutsOf(['word '.repeat(1000)]);
    expect(cuts.every((cut) => cut.text.length <= 400 && cut.text.endsWith('word '))).toBe(true);
    expect(cuts.slice(0, -1).map((cut) => cut.ends)).toEqual(Array(cuts.length - 1).fill('piece'));
    expect(cuts).toHaveLength(13);
  });

  it('is cut at a comma rather, where one is in the second half', () => {
    expect(lengths('one two three, four five six', 20)).toEqual([
      ['one two three, ', 'piece'],
      ['four five six', 'end'],
    ]);
    expect(lengths('one, two three four five', 20)[0]).toEqual(['one, two three four ', 'piece']);
  });

  it('is cut behind a wide comma without a space', () => {
    expect(lengths('一二三四五六七，八九十一二三', 10)[0]).toEqual(['一二三四五六七，', 'piece']);
  });

  it('is cut hard where it has no space, but never inside a character', () => {
    expect(lengths('abcdefghij', 4)).toEqual([
      ['abcd', 'piece'],
      ['efgh', 'piece'],
      ['ij', 'end'],
    ]);
    expect(lengths('😀😀😀😀', 3).map(([text]) => text)).toEqual(['😀', '😀', '😀', '😀']);
    expect(lengths('abe\u0301\u0302xyz', 4).map(([text]) => text)).toEqual(['ab', 'e\u0301\u0302x', 'yz']);
    expect(lengths('👩‍👩‍👧👩‍👩‍👧', 10).map(([text]) => text)).toEqual(['👩‍👩‍👧', '👩‍👩‍👧']);
    expect(lengths('한국어한국어', 4).map(([text]) => text)).toEqual(['한국어한', '국어']);
  });

  it('is cut even inside a character that is longer than the limit, but not inside a pair', () => {
    const cuts = cutsOf([`e${'\u0301'.repeat(30)}`], { maxChars: 10 });
    expect(cuts.map((cut) => cut.text.length)).toEqual([10, 10, 10, 1]);
    expect(lengths('👩‍👩‍👧', 4).map(([text]) => text)).toEqual(['👩‍', '👩‍', '👧']);
    expect(lengths('👩‍👩‍👧', 1).map(([text]) => text)).toEqual(['👩', '\u200d', '👩', '\u200d', '👧']);
  });

  it('does not make one piece of blanks where text follows', () => {
    expect(lengths('  abcdefgh ijk', 6).map(([text]) => text)).toEqual(['  abcd', 'efgh ', 'ijk']);
  });

  it('takes a sentence end at the limit, its blanks apart', () => {
    expect(lengths('abcd.     Efg.', 6)).toEqual([
      ['abcd. ', 'sentence'],
      ['    Ef', 'piece'],
      ['g.', 'sentence'],
    ]);
  });

  it('is held for a little more than the limit, never for more', () => {
    for (const unit of ['x', ' ', '.', '\n', 'x ', '. ', '\u0301', '😀', '"', 'Dr. ', '1. ']) {
      const cutter = new SentenceCutter();
      let pushed = 0;
      let given = 0;
      while (pushed < 5000) {
        pushed += unit.length;
        for (const cut of cutter.push(unit)) given = cut.toChar;
        expect(pushed - given).toBeLessThan(400 + 60);
      }
    }
  });
});

describe('SentenceCutter: eager', () => {
  const eager = (text: string, maxChars?: number) => {
    const cuts = cutsOf([text], { eager: true, maxChars }).map((cut): [string, string] => [cut.text, cut.ends]);
    expect(cutsOf(units(text), { eager: true, maxChars }).map((cut) => [cut.text, cut.ends])).toEqual(cuts);
    return cuts;
  };

  it('cuts the first sentence at a clause of 24 characters', () => {
    expect(eager('Of all the things I know, this is the one, the best, I like.')).toEqual([
      ['Of all the things I know, ', 'clause'],
      ['this is the one, the best, I like.', 'sentence'],
    ]);
  });

  it('does not cut at a shorter one', () => {
    expect(eager('Well, all of the things, I know of, are here.')[0]).toEqual(['Well, all of the things, ', 'clause']);
    expect(eager('Well, all of the thing, I know of, are here.')[0]).toEqual([
      'Well, all of the thing, I know of, ',
      'clause',
    ]);
  });

  it.each([', ', '; ', ': ', ' — ', ' – ', ' - ', '，', '；', '، '])('cuts at %j', (mark) => {
    const head = `It is so very good to be here${mark}`;
    expect(eager(`${head}and so on it goes.`)[0]).toEqual([head.trimEnd() + (mark.endsWith(' ') ? ' ' : ''), 'clause']);
  });

  it.each(['1,000', '5:30', 'well-known', 'yes—no', 'a;b'])('does not cut inside %j', (word) => {
    expect(eager(`It is so very good to be here ${word} and so.`)).toHaveLength(1);
  });

  it('cuts at the last space within 60 where there is no clause', () => {
    const text = 'This first sentence goes on for very long and never comes to any pause at all. Next.';
    expect(eager(text)).toEqual([
      ['This first sentence goes on for very long and never comes ', 'clause'],
      ['to any pause at all. ', 'sentence'],
      ['Next.', 'sentence'],
    ]);
  });

  it('counts without the blanks in front', () => {
    expect(eager('\n   Of all the things I kno, this one, is.')[0]?.[0]).toBe('\n   Of all the things I kno, ');
    expect(eager('    Of all the things I, this one, is.')[0]?.[0]).toBe('    Of all the things I, this one, ');
  });

  it('leaves a first sentence whole that has no space within 60, or none late enough', () => {
    expect(eager(`${'x'.repeat(70)} y z.`)).toHaveLength(1);
    expect(eager(`See ${'x'.repeat(70)} y z.`)).toHaveLength(1);
  });

  it('cuts once: later sentences are whole, after a short first one too', () => {
    const long = 'Of all the things I know, this is the one, the best, I like.';
    expect(eager(`Hi. ${long}`)).toEqual([
      ['Hi. ', 'sentence'],
      [long, 'sentence'],
    ]);
    expect(eager(`${long} ${long}`).map(([, ends]) => ends)).toEqual(['clause', 'sentence', 'sentence']);
  });

  it('gives the clause at the space behind it, the piece at the 61st character', () => {
    const cutter = new SentenceCutter({ eager: true });
    expect(cutter.push('Of all the things I know,')).toEqual([]);
    expect(cutter.push(' ')).toHaveLength(1);
    const other = new SentenceCutter({ eager: true });
    expect(other.push('abcd '.repeat(12))).toEqual([]);
    expect(other.push('a')).toMatchObject([{ text: 'abcd '.repeat(12), ends: 'clause' }]);
  });

  it('gives a finished sentence at its line end, and the paragraph when it comes', () => {
    const cutter = new SentenceCutter({ eager: true });
    expect(cutter.push('Server is up.\n')).toMatchObject([{ text: 'Server is up.\n', ends: 'sentence' }]);
    expect(cutter.push('\n')).toMatchObject([{ text: '\n', ends: 'paragraph', fromChar: 14, toChar: 15 }]);
    expect(cutter.push('Is it?"\r\n')).toMatchObject([{ text: 'Is it?"\r\n', ends: 'sentence' }]);
    expect(cutter.push('Yes')).toEqual([]);
    expect(cutter.push('\n\n')).toMatchObject([{ text: 'Yes\n\n', ends: 'paragraph' }]);
  });

  it.each(['Ask Dr.\n', 'Wait...\n', 'Wait…\n', 'The U.S.\n', 'On Jan.\n', '1.\n', 'So do I.\n'])(
    'waits after %j',
    (text) => {
      expect(new SentenceCutter({ eager: true }).push(text)).toEqual([]);
    },
  );

  it('keeps to a smaller limit', () => {
    expect(eager('one two three four five six seven eight nine ten', 30)[0]).toEqual([
      'one two three four five six ',
      'clause',
    ]);
    expect(eager('one two three four', 10).map(([text]) => text)).toEqual(['one two ', 'three four']);
  });
});
