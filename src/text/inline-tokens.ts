import { entityText } from './entities.ts';

/** A piece of markup and what is spoken for it. */
export interface Token {
  readonly chars: number;
  readonly spoken: string;
  /** What is spoken is Markdown itself: a link's text. */
  readonly markdown?: true;
}
/** 'more' while later text decides; undefined where the sign stands for itself. */
export type Reading = Token | 'more' | undefined;

interface TokenReader {
  /** It decides on so many characters at most, so that nothing is held for long. */
  readonly windowChars: number;
  /**
   * @param rest the text from the token's first sign, within the window
   * @param whole no more of it will be known
   * @param before the sign before it, '' at the start of the block
   */
  read(rest: string, whole: boolean, before: string): Reading;
}

const linkTextChars = 300;
const linkTargetChars = 2000;
const referenceChars = 100;

function readEscape(rest: string, whole: boolean): Reading {
  const sign = rest.charAt(1);
  if (sign === '' && !whole) return 'more';
  return /^[!-/:-@[-`{-~\n]$/.test(sign) ? { chars: 2, spoken: sign } : undefined;
}

/** Inline code is spoken as it stands; marks that nothing closes are dropped. */
function readCode(rest: string, whole: boolean): Reading {
  const [marks = ''] = /^`+/.exec(rest) ?? [];
  if (marks.length === rest.length && !whole) return 'more';
  for (const { 0: closing, index } of rest.slice(marks.length).matchAll(/`+/g)) {
    const end = marks.length + index + closing.length;
    if (closing.length !== marks.length) continue;
    if (end === rest.length && !whole) return 'more';
    const code = rest.slice(marks.length, end - closing.length).replaceAll('\n', ' ');
    return { chars: end, spoken: code.replace(/^ (.+) $/, '$1') };
  }
  return whole ? { chars: marks.length, spoken: '' } : 'more';
}

function readEntity(rest: string, whole: boolean): Reading {
  const [entity, inside] = /^&(#?\w{1,30});/.exec(rest) ?? [];
  if (entity === undefined || inside === undefined) return !whole && /^&#?\w*$/.test(rest) ? 'more' : undefined;
  const spoken = entityText(inside);
  return spoken === undefined ? undefined : { chars: entity.length, spoken };
}

const autolink = /^<(?:([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)|([^\s<>@]+@[^\s<>@]+))>/i;
const attribute = '\\s+[\\w:-]+=(?:"[^"]*"|\'[^\']*\'|[^\\s"\'>]+)';
const unfinishedAttribute = '\\s+(?:[\\w:-]+(?:=(?:"[^"]*|\'[^\']*|[^\\s"\'>]*)?)?)?';
const tag = new RegExp(`^</?[a-z][\\w-]*(?:${attribute})*\\s*/?>`);
const unfinishedTag = new RegExp(`^</?(?:[a-z][\\w-]*(?:${attribute})*(?:${unfinishedAttribute})?\\s*/?)?$`);
const unfinishedOther = /^<(?:[^\s<>]*|!-[\s\S]*)$/;
/** Tags that part words. The others may stand inside one: H<sub>2</sub>O. */
const partingTag =
  /^<\/?(?:p|div|br|hr|h[1-6]|[uod]l|li|d[td]|table|t[rdh]|section|article|details|summary|blockquote|pre)\b/;

/** Tags (in small letters, so that List<String> stays) and comments are dropped; <https://…> is a URL. */
function readAngle(rest: string, whole: boolean): Reading {
  const [linked, target, address] = autolink.exec(rest) ?? [];
  if (linked) return { chars: linked.length, spoken: address ?? hostOf(target ?? '') };
  const [comment] = /^<!--[\s\S]*?-->/.exec(rest) ?? [];
  if (comment) return { chars: comment.length, spoken: '' };
  const [markup] = tag.exec(rest) ?? [];
  if (markup) return { chars: markup.length, spoken: partingTag.test(markup) ? '\n' : '' };
  return !whole && (unfinishedTag.test(rest) || unfinishedOther.test(rest)) ? 'more' : undefined;
}

/** [text](target) and [text][name] are their text, [^1] nothing, [x] before a task nothing; other brackets stay. */
function readBracket(rest: string, whole: boolean, before: string): Reading {
  const textEnd = closing(rest, '[]', 0, linkTextChars, whole);
  if (typeof textEnd !== 'number') return textEnd;
  const inside = rest.slice(1, textEnd);
  const behind = rest.charAt(textEnd + 1);
  if (behind === '' && !whole) return 'more';
  if (/^\^\S+$/.test(inside)) return { chars: textEnd + 1, spoken: '' };
  if (before === '' && /^[ xX]$/.test(inside) && /^\s?$/.test(behind)) return { chars: textEnd + 2, spoken: '' };
  const isReference = behind === '[' && !/[\p{L}\p{N}]/u.test(before);
  if (behind !== '(' && !isReference) return undefined;
  const targetChars = isReference ? referenceChars : linkTargetChars;
  const end = closing(rest, isReference ? '[]' : '()', textEnd + 1, targetChars, whole);
  return typeof end === 'number' ? { chars: end + 1, spoken: inside, markdown: true } : end;
}

/** Where the bracket at `from` closes, those inside it passed over. */
function closing(
  rest: string,
  pair: string,
  from: number,
  maxChars: number,
  whole: boolean,
): number | 'more' | undefined {
  let depth = 0;
  for (let at = from; at < from + maxChars; at++) {
    if (at >= rest.length) return whole ? undefined : 'more';
    const sign = rest.charAt(at);
    if (sign === '\\') at++;
    else if (sign === pair[0]) depth++;
    else if (sign === pair[1]) depth--;
    if (depth === 0) return at;
  }
  return undefined;
}

/** An image is its alternative text. */
function readImage(rest: string, whole: boolean): Reading {
  const link = readBracket(rest.slice(1), whole, '!');
  if (typeof link !== 'object') return link;
  return link.markdown ? { ...link, chars: link.chars + 1 } : undefined;
}

const url = /^(?:https?:\/\/|www\.)[\w.~:/?#@!$&'()*+,;=%|[\]\u00c0-\u024f-]*/i;

/** A URL that stands in the text is spoken as its host alone, in any language; the path is nothing to listen to. */
function readUrl(rest: string, whole: boolean): Reading {
  const [found = ''] = url.exec(rest) ?? [];
  if (found.length === rest.length && !whole) return 'more';
  const ending = found.includes('(') ? /[.,;:!?'*_~|]+$/ : /[.,;:!?'*_~|)\]]+$/;
  const bare = found.replace(ending, '');
  const host = hostOf(bare);
  return host === '' ? undefined : { chars: bare.length, spoken: host };
}

function hostOf(target: string): string {
  return /^(?:mailto:|[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#@]*@(?=[^@]*\/))?(?:www\.)?([^/?#]*)/i.exec(target)?.[1] ?? '';
}

const readUrls: TokenReader = { windowChars: linkTargetChars, read: readUrl };

/** By the token's first sign, in lower case. */
export const tokenReaders: Readonly<Record<string, TokenReader>> = {
  '\\': { windowChars: 2, read: readEscape },
  '`': { windowChars: 300, read: readCode },
  '&': { windowChars: 34, read: readEntity },
  '<': { windowChars: 2000, read: readAngle },
  '[': { windowChars: linkTextChars + linkTargetChars, read: readBracket },
  '!': { windowChars: linkTextChars + linkTargetChars + 1, read: readImage },
  h: readUrls,
  w: readUrls,
};
