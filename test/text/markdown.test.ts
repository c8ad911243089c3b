import { describe, expect, it } from 'vitest';
import { divided, spansOf, units } from './feeding.ts';

/** What is spoken, blanks at the spans' ends left out. */
async function spokenOf(pieces: readonly string[], language?: string): Promise<string[]> {
  const spans = await spansOf(pieces, { markdown: true, language });
  return spans.map((span) => span.text.trim()).filter((text) => text !== '');
}

type Case = [name: string, markdown: string, spoken: string[]];

function expectSpoken(cases: readonly Case[]): void {
  it.each(cases)('%s', async (_name, markdown, spoken) => {
    expect(await spokenOf([markdown])).toEqual(spoken);
    expect(await spokenOf(units(markdown))).toEqual(spoken);
    expect(await spokenOf(divided(markdown, [0.2, 0.4, 0.6, 0.8]))).toEqual(spoken);
  });
}

describe('Markdown: marks inside a line', () => {
  expectSpoken([
    ['emphasis', 'An *important* and _good_ day', ['An important and good day']],
    ['strong', 'A **very** __big__ ***great*** day', ['A very big great day']],
    ['strike', 'It is ~~old~~ new', ['It is old new']],
    ['marks over sentences', '**One. Two.** Three *four. Five* six', ['One.', 'Two.', 'Three four.', 'Five six']],
    ['marks inside marks', '**a *b* c** and *a **b** c*', ['a b c and a b c']],
    ['marks around signs', 'He said "*no*" (**never**), _so_!', ['He said "no" (never), so!']],
    ['marks behind the full stop', '*One.* **Two.** Three', ['One.', 'Two.', 'Three']],
    ['marks inside CJK words', '这是**重点**内容和*这个*字。', ['这是重点内容和这个字。']],
    ['strong that ends inside a word', 'The **bold**ness', ['The boldness']],
    ['a mark that is never closed', '**Note: this goes on', ['Note: this goes on']],
    ['a mark that was never opened', 'A 5* hotel and price* too', ['A 5* hotel and price* too']],
    ['multiplication', '2*3*4 and 5 * 3 and a*b*c', ['2*3*4 and 5 * 3 and a*b*c']],
    ['powers', '2**8 is x**2 here', ['2**8 is x**2 here']],
    ['multiplication inside strong', '**2*3*4 is 24**', ['2*3*4 is 24']],
    ['prices', 'It is $5 * 2, so $10', ['It is $5 * 2, so $10']],
    ['snake case', 'Call snake_case_names or __init__ or a_b', ['Call snake_case_names or init or a_b']],
    ['languages', 'C# and F# and C++ are #1', ['C# and F# and C++ are #1']],
    ['about', 'It is ~5 or ~ 6', ['It is ~5 or ~ 6']],
    ['escapes', '\\*not\\* \\_this\\_ \\[x\\](y) 1\\. c:\\dir \\', ['*not* _this_ [x](y) 1. c:\\dir \\']],
    ['a line that ends in a backslash', 'one\\\ntwo', ['one\n\ntwo'.replace('\n\n', '\n')]],
  ]);
});

describe('Markdown: code', () => {
  expectSpoken([
    ['inline code', 'Run `npm test` now', ['Run npm test now']],
    ['marks inside inline code', 'Call `a_b*c*d` or `**x**`', ['Call a_b*c*d or **x**']],
    ['two backticks', 'A `` ` `` tick and ``a`b``', ['A ` tick and a`b']],
    ['code with a full stop', 'Use `a.b()`. Then `c`.', ['Use a.b().', 'Then c.']],
    ['code over a line end', 'Run `npm\ntest` now', ['Run npm test now']],
    ['a backtick that is never closed', 'It`s *so*', ['Its so']],
    ['a code block', 'See:\n\n```js\nfoo(); // hi.\n```\n\nDone', ['See:', 'Done']],
    ['a code block right below its text', 'See:\n```\nfoo\n```\nDone', ['See:', 'Done']],
    ['tildes', '~~~\nfoo\n```\n~~~\nDone', ['Done']],
    ['more marks inside fewer', '````\n```\nfoo\n```\n````\nDone', ['Done']],
    ['a code block in a list', '1. Do:\n   ```sh\n   rm x\n   ```\n2. Done', ['1. Do:', '2. Done.']],
    ['a code block that is never closed', 'See\n```\nfoo\n\nbar', ['See']],
    ['a code block with markup in it', '```\n# no\n<think>\n- no\n```\nYes', ['Yes']],
    ['a long line of code', `\`\`\`\n${'code '.repeat(100)}\n\`\`\`\nYes`, ['Yes']],
    ['three backticks in one line', 'x\n```a``` b', ['x\na b']],
    ['an empty code block', '```\n```\nYes', ['Yes']],
    ['a code block in a quote', '> ```\n> foo\n> ```\n> Yes', ['Yes']],
  ]);
});

describe('Markdown: links, images, URLs', () => {
  expectSpoken([
    ['a link', 'See [the docs](https://a.example/b) now', ['See the docs now']],
    ['a link with marks and a title', '[**the** `docs`](http://a.example "Title (x)")', ['the docs']],
    ['a link with brackets in both', '[a [b] c](http://x.example/y_(z)) d', ['a [b] c d']],
    ['a link by reference', 'See [the docs][1] and [more][] now', ['See the docs and more now']],
    ['a link over a line end', '[the\ndocs](http://a.example)', ['the\ndocs']],
    ['a link with sentences', '[One. Two.](x) Three', ['One.', 'Two.', 'Three']],
    ['a link whose text is a URL', '[https://a.example/b](https://a.example/b)', ['a.example']],
    ['a definition', '[1]: https://a.example "T"\n[b c]: <x>\nText', ['Text']],
    ['an image', 'A ![small cat](cat.png) here', ['A small cat here']],
    ['an image without text', 'A ![](cat.png)cat', ['A cat']],
    ['an image in a link', '[![alt](i.png)](http://a.example) x', ['alt x']],
    ['a URL', 'See https://www.a.example/b_c?d=e*f*g now', ['See a.example now']],
    [
      'a URL that ends a sentence',
      'See http://a.example/b. Then (www.b.example/c).',
      ['See a.example.', 'Then (b.example).'],
    ],
    [
      'a URL with a port, a user',
      'http://localhost:8080/x ftp http://u:p@h.example/',
      ['localhost:8080 ftp h.example'],
    ],
    ['a URL with brackets', 'https://a.example/b_(c) d', ['a.example d']],
    ['a URL in marks', '**https://a.example/b** c', ['a.example c']],
    ['a URL in Chinese', '见https://a.example/b。好', ['见a.example。', '好']],
    [
      'an autolink',
      '<https://a.example/b> and <c@d.example> and <mailto:e@f.example>',
      ['a.example and c@d.example and e@f.example'],
    ],
    ['no URL', 'http is hot, www and https: too; ahttp://x', ['http is hot, www and https: too; ahttp://x']],
    ['brackets that are none', 'a[0] and [sic] and x[i][j] and [ ] (b)', ['a[0] and [sic] and x[i][j] and [ ] (b)']],
    ['footnotes', 'Text[^1] more.[^note]\n\n[^1]: The note.\n[^note]: Other', ['Text more.', 'The note.', 'Other']],
    ['a bracket that is never closed', 'a [b *c* d', ['a [b c d']],
    ['a link that is never closed', 'a [b](c *d* e', ['a [b](c d e']],
  ]);
});

describe('Markdown: HTML and entities', () => {
  expectSpoken([
    ['tags', 'A <b>big</b> <span class="x y" id=z>day</span>', ['A big day']],
    ['tags inside words', 'H<sub>2</sub>O', ['H2O']],
    ['tags that part words', 'one<br>two<br/>three<p>four</p>', ['one\ntwo\nthree\nfour']],
    ['comments', 'one <!-- not > this --> two', ['one  two']],
    ['comparisons', 'a < b, a<5, x <y and z> w, 5 <= 6 <3', ['a < b, a<5, x <y and z> w, 5 <= 6 <3']],
    ['generics', 'a List<String> of Map<K, V>', ['a List<String> of Map<K, V>']],
    ['a tag that is never closed', 'a <b and *c*', ['a <b and c']],
    ['a comment that is never closed', 'a <!-- b', ['a <!-- b']],
    [
      'entities',
      'Tom &amp; Jerry &lt;3 &quot;x&quot; a&nbsp;b &#233; &#x1F600; &mdash;',
      ['Tom & Jerry <3 "x" a b é 😀 —'],
    ],
    [
      'no entities',
      'AT&T, a && b, &nosuch; &#0; &#xD800; &#99999999; R&',
      ['AT&T, a && b, &nosuch; &#0; &#xD800; &#99999999; R&'],
    ],
    ['an entity that is no markup', '&#42;x&#42; &lt;b&gt;', ['*x* <b>']],
  ]);
});

describe('Markdown: blocks', () => {
  expectSpoken([
    ['headings', '# One\nText\n## Two?\n###### Six: ##\nText', ['One.', 'Text', 'Two?', 'Six:', 'Text']],
    ['headings with marks', '## **The** `x` [y](z)', ['The x y.']],
    ['headings under lines', 'One\n===\nText\nTwo\n---\nText', ['One.', 'Text\nTwo.', 'Text']],
    ['a heading that is none', '#one and\n####### seven', ['#one and\n####### seven']],
    ['an empty heading', '#\n## ##\nText', ['Text']],
    ['a very long heading', `# ${'word '.repeat(60)}\nText`, [`${'word '.repeat(60).trim()}.`, 'Text']],
    ['a list', '- one\n* two\n+ three', ['one.', 'two.', 'three.']],
    ['a numbered list', '1. one\n2. two\n3) three', ['1. one.', '2. two.', '3) three.']],
    [
      'a list with signs at its ends',
      '- one.\n- two!\n- three:\n- four,\n- 五\n- "six."',
      ['one.', 'two!', 'three:', 'four,', '五。', '"six."'],
    ],
    ['a list in lower case', '- one two.\n- three four.\n- five', ['one two.', 'three four.', 'five.']],
    ['a list that goes over lines', '- one\n  two\nthree\n- four', ['one\ntwo\nthree.', 'four.']],
    ['a list in a list', '- one\n    - two\n        - three\n- four', ['one.', 'two.', 'three.', 'four.']],
    ['a list below its text', 'Buy:\n- milk\n- eggs\n\nDone', ['Buy:', 'milk.', 'eggs.', 'Done']],
    ['a numbered list below its text', 'Do:\n1. this\n2. that', ['Do:', '1. this.', '2. that.']],
    ['a list with sentences', '- One. Two\n- Three', ['One.', 'Two.', 'Three.']],
    ['tasks', '- [ ] one\n- [x] two\n* [X] three', ['one.', 'two.', 'three.']],
    ['emphasis where a list might be', '*one* two\n**three** four', ['one two\nthree four']],
    ['a number that starts a line', 'It was in\n42. And then', ['It was in\n42. And then']],
    ['a year that starts a line', '2024. A year', ['2024.', 'A year']],
    ['a negative number', '-5 degrees', ['-5 degrees']],
    ['a quote', '> One\n> two.\n>\n> Three', ['One\ntwo.', 'Three']],
    ['a quote in a quote, lazily', '> > One\ntwo', ['One\ntwo']],
    ['a quote below text', 'He said\n> one\n\nText', ['He said', 'one', 'Text']],
    ['a list in a quote', '> - one\n> - two', ['one.', 'two.']],
    ['a table', '| A | B |\n|---|:-:|\n| 1 | 2 |\n| **x** | `y` |\n\nDone', ['A, B.', '1, 2.', 'x, y.', 'Done']],
    ['a table without outer bars', 'A | B\n--- | ---\n1 | 2\n3|4\n\na|b', ['A, B.', '1, 2.', '3, 4.', 'a|b']],
    ['a table with empty cells', '| A | | C |\n|---|---|---|\n| | x | |', ['A, C.', 'x.']],
    ['a table with wide cells', `| A${' '.repeat(40)}| B |`, ['A, B.']],
    ['a bar in a cell', '| a \\| b | c |', ['a | b, c.']],
    ['bars in text', 'P(A|B) and a||b', ['P(A|B) and a||b']],
    ['a table that ends with the text', '| A | B |\n|---|---|\n| 1 | 2 |', ['A, B.', '1, 2.']],
    ['rules', 'One\n\n---\n\n* * *\n___\nTwo', ['One', 'Two']],
    ['paragraphs', 'One\ntwo\n\nThree\n\n\n\nFour', ['One\ntwo', 'Three', 'Four']],
    ['blanks at the lines, CRLF', '  One  \r\n  two\r\n\r\n- three\r\n', ['One  \r\ntwo', 'three.']],
    ['indented text', '    not code', ['not code']],
    ['marks alone', '**\n\n> \n\n-\n\n#\n\nText', ['Text']],
  ]);

  it('does not open a list by a number but 1 inside a paragraph, and does outside', async () => {
    expect(await spokenOf(['Then\n7. x came'])).toEqual(['Then\n7. x came']);
    expect(await spokenOf(['Then\n\n7. x came'])).toEqual(['Then', '7. x came.']);
  });
});

describe('Markdown: what a model thinks', () => {
  expectSpoken([
    ['at the start', '<think>Hm. So.\n\nWell.</think>Hello there.', ['Hello there.']],
    ['before a block', '<think>\nHm.\n</think>\n\n# Title\nText', ['Title.', 'Text']],
    ['right before a block', '<think>x</think># Title\n<think>y</think>- item', ['Title.', 'item.']],
    ['inside a line', 'Hello <think>hm. Hm</think>there.', ['Hello there.']],
    ['with code and markup in it', '<think>```\n# a\n| b |\n- c</think>Yes', ['Yes']],
    ['never closed', 'Hello.\n<think>hm\n\nYes', ['Hello.']],
    ['never closed, nothing before', '<think>hm\n\nYes', []],
    ['under its other name, in capitals', '<thinking>hm</thinking>A <THINK>hm</Think>B', ['A B']],
    ['more than once', 'A <think>1</think>b. <think>2</think>C', ['A b.', 'C']],
    ['closed twice', '<think>1</think>A</think> b', ['A b']],
    ['not the word', 'I think <b>thinking</b> <thinker> <thin', ['I think thinking  <thin']],
    ['not in code', 'Use `<think>` and `</think>` *here*', ['Use <think> and </think> here']],
    ['not in quotes', 'The tag "<think>" is it', ['The tag "" is it']],
  ]);

  it('is left out wherever the text is divided', async () => {
    const text = 'A b. <think>No *no*\n\n- no.</think>C d.\n\n<thinking>no</thinking>\n\nE f.';
    for (let at = 0; at <= text.length; at++) {
      for (let until = at; until <= text.length; until++) {
        const pieces = [text.slice(0, at), text.slice(at, until), text.slice(until)];
        expect(await spokenOf(pieces)).toEqual(['A b.', 'C d.', 'E f.']);
      }
    }
  });

  it('is left out however long it is', async () => {
    const thought = 'I think, so. '.repeat(50_000);
    expect(await spokenOf(['Hi. <think>', ...divided(thought, [0.1, 0.3, 0.9]), '</th', 'ink>Bye.'])).toEqual([
      'Hi.',
      'Bye.',
    ]);
  });
});

describe('Markdown: places in the source', () => {
  /** The source that each span stands for. */
  async function sourcesOf(text: string): Promise<[spoken: string, source: string][]> {
    const spans = await spansOf([text], { markdown: true });
    return spans.map((span) => [span.text, text.slice(span.fromChar, span.toChar)]);
  }

  it('are exact where text is spoken as it stands', async () => {
    expect(await sourcesOf('One is. Two is.\n\nThree')).toEqual([
      ['One is. ', 'One is. '],
      ['Two is.\n\n', 'Two is.\n'],
      ['Three', '\nThree'],
    ]);
  });

  it('take the marks in front to the span', async () => {
    expect(await sourcesOf('# One\n- **two** x\n> three. Four &amp; [five](x). Six')).toEqual([
      ['One.\n\n', '# One'],
      ['two x.\n\n', '\n- **two** x\n'],
      ['three. ', '> three. '],
      ['Four & five. ', 'Four &amp; [five](x). '],
      ['Six', 'Six'],
    ]);
  });

  it('take what is not spoken to the span behind it, and the end to the last', async () => {
    expect(await sourcesOf('One.\n```\ncode\n```\nTwo.\n<think>x')).toEqual([
      ['One.\n\n', 'One.\n'],
      ['Two.\n', '```\ncode\n```\nTwo.\n<think>x'],
    ]);
  });

  it('lie inside a link where a sentence ends inside it', async () => {
    const [first, second] = await sourcesOf('[One. Two.](http://a.example/b) Three');
    expect(first?.[0]).toBe('One. ');
    expect(first?.[1].startsWith('[One.')).toBe(true);
    expect(second?.[0]).toBe('Two. ');
    expect(second?.[1].endsWith(') ')).toBe(true);
  });
});

describe('Markdown: an answer as models write them', () => {
  const answer = [
    '<think>\nThe user wants tips. Keep it *short*.\n</think>\n',
    'Sure! Here are **three tips** for `vox_serve`, as of Jan. 5:\n',
    '1. **Start small.** Use e.g. 2*3 = 6 workers.',
    '2. *Measure*: see [the docs](https://docs.example/a_b) or https://www.b.example/c?d=e.',
    '   - It costs $5 * 2 a month',
    '   - Dr. Smith agrees[^1]\n',
    '```bash\nvox serve --port 8080  # not spoken.\n```\n',
    '| Name | Time |\n| --- | ---: |\n| C# | 3.14 s |\n',
    '---\n',
    '### That is it!\n',
    '> Any questions?\n',
    '[^1]: Personal &amp; private.',
  ].join('\n');
  const spans = [
    'sentence: Sure! ',
    'paragraph: Here are three tips for vox_serve, as of Jan. 5:\n\n',
    'sentence: 1. Start small. ',
    'sentence: Use e.g. 2*3 = 6 workers.\n',
    'sentence: 2. Measure: see the docs or b.example.\n',
    'sentence: It costs $5 * 2 a month.\n',
    'paragraph: Dr. Smith agrees.\n\n',
    'sentence: Name, Time.\n',
    'sentence: C#, 3.14 s.\n',
    'paragraph: ',
    'paragraph: That is it!\n\n',
    'sentence: Any questions?\n',
    'paragraph: ',
    'end: Personal & private.',
  ];

  it.each([1, 3, 7, 4096])('is spoken so, %i characters at a time', async (size) => {
    const pieces = Array.from({ length: Math.ceil(answer.length / size) }, (_, at) =>
      answer.slice(at * size, (at + 1) * size),
    );
    const given = await spansOf(pieces, { markdown: true, eager: true });
    expect(given.map((span) => `${span.ends}: ${span.text}`)).toEqual(spans);
    expect(given.at(-1)?.toChar).toBe(answer.length);
  });
});
