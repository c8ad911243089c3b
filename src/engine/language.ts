/** The language itself, without region or script, in lower case: `en` of `en-GB`, `pt` of `pt_BR`. */
export function primaryLanguage(tag: string): string {
  return tag.toLowerCase().split(/[-_]/)[0] ?? '';
}

export function isEnglish(tag: string): boolean {
  return primaryLanguage(tag) === 'en';
}
