import type { VoiceInfo } from './engine.ts';
import { isEnglish, primaryLanguage } from './language.ts';

export interface EspeakVoice extends VoiceInfo {
  /** Other tags that it answers to, the best first. */
  readonly aliases: readonly string[];
}

/** A line of `espeak-ng --voices`: priority, tag, age/gender, name, file, other tags with their priorities. */
const line = /^\s*\d+\s+(?<tag>\S+)\s+\S*\/(?<gender>\S+)\s+(?<name>\S+)\s+\S+\s*(?<others>.*)$/;
const other = /\(([^\s)]+) \d+\)/g;

/** Reads what `espeak-ng --voices` prints, without its English: that is flite's. */
export function parseVoices(listing: string): EspeakVoice[] {
  const voices = new Map<string, EspeakVoice>();
  for (const text of listing.split('\n')) {
    const { tag, gender, name, others = '' } = line.exec(text)?.groups ?? {};
    if (tag === undefined || name === undefined || isEnglish(tag) || voices.has(tag)) continue;
    voices.set(tag, {
      id: tag,
      language: tag,
      ...(gender === 'F' ? { gender: 'female' } : gender === 'M' ? { gender: 'male' } : {}),
      description: `eSpeak NG, ${name.replaceAll('_', ' ').trim()}`,
      aliases: [...others.matchAll(other)].map((match) => match[1] ?? ''),
    });
  }
  return [...voices.values()];
}

/** The voice for a language tag: its own, one that answers to it, one of its language. */
export function voiceFor(language: string, voices: readonly EspeakVoice[]): EspeakVoice | undefined {
  const tag = language.toLowerCase().replaceAll('_', '-');
  const primary = primaryLanguage(tag);
  const tests: ((voice: EspeakVoice) => boolean)[] = [
    (voice) => voice.id.toLowerCase() === tag,
    (voice) => voice.id === `${tag}-${tag}`,
    (voice) => voice.aliases.includes(tag),
    (voice) => voice.id === primary,
    (voice) => voice.id === `${primary}-${primary}`,
    (voice) => voice.aliases.includes(primary),
    (voice) => primaryLanguage(voice.id) === primary,
  ];
  for (const test of tests) {
    const found = voices.find(test);
    if (found) return found;
  }
  return undefined;
}
