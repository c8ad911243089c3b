import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summedUp } from '../../src/bench/assemble.ts';
import { parseAssertion } from '../../src/bench/assertion.ts';
import { readLabels } from '../../src/bench/clips.ts';
import { promptsOfLines } from '../../src/bench/prompts.ts';
import { readDocument } from '../../src/bench/read-document.ts';
import { feed, perSecond } from '../../src/cli/bench-flags.ts';
import { parseTarget } from '../../src/cli/bench-target.ts';
import { loadConfig } from '../../src/cli/config.ts';
import { duration } from '../../src/cli/duration.ts';
import { readFaults } from '../../src/cli/serve-faults.ts';
import { readCatalog } from '../../src/dialects/slng/catalog.ts';
import { SpeechError } from '../../src/errors.ts';
import { checkDictionary } from '../../src/server/dictionary-check.ts';
import { createGuard } from '../../src/server/strangers.ts';
import { Reconnects, withRetryAfter } from '../../src/session/reconnects.ts';
import { createRewriter, parseRules } from '../../src/text/pronounce.ts';
import { cutSpans } from '../../src/text/spans.ts';
import { decodeUtf8 } from '../../src/text/utf8.ts';
import { raw, rows } from '../bench/made.ts';
import { audioReaders } from './audio-readers.ts';
import { dialectReaders } from './dialect-readers.ts';
import { networkReaders } from './network-readers.ts';
import { must, pieces, type Reader, textOf, utf8 } from './reader.ts';
import { talkReaders } from './talk-readers.ts';

const markdown = utf8(
  '# Head\n\nSome *emphasis*, `code`, [a link](http://a.b/c) and ![an image](x.png).\n\n- one\n- two\n\n```js\nlet x;\n```\n',
  '> quoted &amp; **strong** ~~gone~~\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nDr. No, 3.14 a.m. … “quotes” — dashes; and so on!?',
  `${'*'.repeat(300)}${'_'.repeat(300)}${'['.repeat(300)}`,
);

async function cutAll(bytes: Uint8Array, isMarkdown: boolean): Promise<void> {
  const text = textOf(bytes);
  let at = 0;
  let last = '';
  for await (const span of cutSpans([text], { eager: bytes.length % 2 === 0, markdown: isMarkdown })) {
    must(span.fromChar >= at && span.toChar >= span.fromChar && span.toChar <= text.length, 'spans follow one another');
    must(last !== 'end', 'only the last span ends it');
    at = span.toChar;
    last = span.ends;
  }
}

async function decodeAll(bytes: Uint8Array): Promise<void> {
  let text = '';
  for await (const piece of decodeUtf8(pieces(bytes))) text += piece;
  must(Buffer.from(text).equals(Buffer.from(bytes)) || bytes[0] === 0xef, 'what is text is kept');
}

const configPath = join(tmpdir(), `vox-fuzz-${process.pid}.json`);

/** The flags of `bench` that are little languages, each with the words of all. */
const flagWords = () =>
  utf8('ttfa.p95<400ms', 'rtf.mean<=0.5', 'tokens:40/s', 'whole', '8s', '30m', '2.5/s', 'slng/a/b:voice?x=1&y=%20#z');
const flagReaders = Object.fromEntries(
  Object.entries({ assertion: parseAssertion, duration, rate: perSecond, feed, target: parseTarget }).map(
    ([name, parse]): [string, Reader] => [
      name,
      { seeds: flagWords, read: (bytes) => asFlag(() => parse(textOf(bytes))) },
    ],
  ),
);

export const readers: Readonly<Record<string, Reader>> = {
  ...audioReaders,
  ...dialectReaders,
  ...talkReaders,
  ...networkReaders,
  text: { seeds: () => markdown, read: (bytes) => cutAll(bytes, false) },
  markdown: { seeds: () => markdown, read: (bytes) => cutAll(bytes, true) },
  utf8: { seeds: () => utf8('Grüße, 世界 🎉', 'plain'), read: decodeAll },
  config: {
    seeds: () => utf8('{"provider":"slng","voice":"x"}', '{}', '[]', '{"provider":{"a":[1,2]}}'),
    read(bytes) {
      writeFileSync(configPath, bytes);
      loadConfig({ VOX_CONFIG: configPath });
    },
  },
  ...flagReaders,
  guard: {
    seeds: () => utf8('localhost:8080\nhttps://app.example', '[::1]:1\nnull', 'speech.example.\nhttp://speech.example'),
    read(bytes) {
      const [host = '', origin] = textOf(bytes).split('\n');
      const guard = createGuard({ host: '127.0.0.1', origins: ['https://app.example'], hosts: ['speech.example'] });
      const headersDistinct = { host: [host], ...(origin !== undefined && { origin: [origin] }) };
      const answer = guard({ headersDistinct });
      if (answer === undefined)
        must(/^(([^:]*\.)?localhost|127[\d.]+|\[::1\]|speech\.example)\.?(:\d+)?$/i.test(host), 'ours');
      else must(answer.body.detail.length < 1000, 'a no is no document');
    },
  },
  'retry-after': {
    seeds: () => utf8('120', 'Fri, 27 Nov 2026 10:00:30 GMT\nFri, 27 Nov 2026 10:00:00 GMT', '0'),
    read(bytes) {
      const [after = '', date = ''] = textOf(bytes).split('\n');
      const error = withRetryAfter(new SpeechError('E_PROVIDER', 'no'), { 'retry-after': after, date });
      const reconnects = new Reconnects({ max: 1 });
      reconnects.established();
      const waitMs = reconnects.next(error) ?? 0;
      must(waitMs >= 0 && waitMs <= 60_000, 'nobody is waited for longer than that');
    },
  },
  faults: {
    seeds: () => utf8('cut@20kB-90kBx3,refuse=503', 'stall=2s@3,seed=7', 'close=1011@2-9x1,endless'),
    read: (bytes) => asFlag(() => readFaults([textOf(bytes)], 1)),
  },
  prompts: {
    seeds: () => utf8('One line.\nAnother line.\r\n\n  blank around  \n', '\uFEFFWith a mark.\n'),
    read(bytes) {
      for (const { text } of promptsOfLines(textOf(bytes), 'it')) must(text.trim() !== '', 'a prompt says something');
    },
  },
  pronunciation: {
    seeds: () => utf8('[{"match":"SLNG","replace":"sling"}]', '{"rules":[{"match":"C++ (x)","replace":"see"}]}'),
    read(bytes) {
      const rewrite = createRewriter(parseRules(json(bytes)));
      must(typeof rewrite('SLNG and C++ (x), aaaa aaaa.') === 'string', 'a text becomes a text');
    },
  },
  // Both are a stranger's on a server: rules in the first line, with bars between them, and a text.
  rewriting: {
    seeds: () =>
      utf8(
        'New York|york|C++ (x)|.NET|K|ſ\nNew\u00a0\tYork, YORK; c++ (X) in .net costs 5 \u212a\u017f 😀',
        `${rulesOf((at) => ` x${at}`)}\n${' '.repeat(4000)}z`,
        `${rulesOf((at) => `a  x${at}`)}\na${' '.repeat(4000)}z`,
        `${rulesOf((at) => `${'a '.repeat(60)}b${at}`)}\n${'a '.repeat(2000)}z`,
        `${rulesOf((at) => `${'+'.repeat(1 + (at >> 2))}${at % 2 === 0 ? '!' : '~'}`)}\n${'+'.repeat(4000)}`,
      ),
    read(bytes) {
      const [bars = '', ...lines] = textOf(bytes).split('\n');
      const rules = bars.split('|').map((match) => ({ match, replace: '' }));
      const checked = checkDictionary({ name: 'it', modes: { rewrite: { rules } } });
      const text = lines.join('\n');
      const rewrite = createRewriter('input' in checked ? checked.input.modes.rewrite.rules : rules);
      must(rewrite(text).length <= text.length, 'what is found is left out, and nothing is put in');
      must(rewrite('').length === 0, 'of nothing comes nothing');
    },
  },
  dictionary: {
    seeds: () =>
      utf8(
        '{"name":"n","metadata":{"a":1},"modes":{"rewrite":{"rules":[{"match":"SLNG","replace":"sling"}]}}}',
        '{"name":"n","modes":{"ipa":{"rules":[{"match":"x","replace":"y","case_sensitive":true}]}}}',
      ),
    read(bytes) {
      const checked = checkDictionary(json(bytes));
      const faults = 'fieldErrors' in checked ? Object.values(checked.fieldErrors).flat().length : 0;
      must(faults <= 20, 'so many complaints are told at most');
    },
  },
  catalog: {
    seeds: () =>
      utf8(
        '{"items":[{"code":"m","voices":[{"voice_id":"v","language":"en","name":"V"}]}],"meta":{"page":1,"pages":2}}',
      ),
    read(bytes) {
      const page = readCatalog(json(bytes));
      must(page === undefined || page.voices.every(({ id }) => typeof id === 'string'), 'voices have names');
    },
  },
  labels: {
    seeds: () => utf8('{"text":"a b","pauses":[{"startMs":1,"endMs":20},{"startMs":30,"endMs":40.5}]}', '{"text":"a"}'),
    read(bytes) {
      const { pauses = [] } = readLabels(textOf(bytes), 'it.json');
      must(
        pauses.every(({ startMs, endMs }) => startMs >= 0 && endMs >= startMs),
        'pauses begin before they end',
      );
    },
  },
  'bench-document': {
    seeds: () => [documentSeed()],
    read: (bytes) => {
      readDocument(textOf(bytes), 'it');
    },
  },
};

/** As many as a dictionary may have. */
function rulesOf(match: (at: number) => string): string {
  return Array.from({ length: 256 }, (_, at) => match(at)).join('|');
}

/** One that is whole. */
function documentSeed(): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(summedUp(raw(rows([20, 21.5, 30]))))));
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return [];
  }
}

/** What is wrong with a flag is said by commander's own kind of error, or by ours. */
function asFlag(parse: () => unknown): void {
  try {
    parse();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'commander.invalidArgument') return;
    throw thrown;
  }
}
