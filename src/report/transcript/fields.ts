import type { Segment, Transcript, TranscriptWord } from '../../speech/listen.ts';

/** A number's place in JSON: a service's 0.52 s is 520 ms, not 520.0000001; a confidence has no 16 places. */
export function tidy(value: number): number;
export function tidy(value: number | undefined): number | undefined;
export function tidy(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}

/** The keys of a transcript in JSON, in their order; an undefined value is not written. */
export function transcriptFields(transcript: Transcript) {
  const { text, startMs, endMs, confidence, language, words } = transcript;
  return {
    startMs: tidy(startMs),
    endMs: tidy(endMs),
    text,
    confidence: tidy(confidence),
    language,
    speaker: onlySpeaker(words ?? []),
    words: words?.map(wordFields),
  };
}

/** The keys of a segment in JSON. Channels and speakers count from 0, as services do. */
export function segmentFields(segment: Segment) {
  const { words, ...fields } = transcriptFields(segment);
  const { channel, endOfUtterance, forced, latencyMs } = segment;
  return { ...fields, channel, endOfUtterance, forced, latencyMs: tidy(latencyMs), words };
}

function wordFields({ text, startMs, endMs, confidence, speaker }: TranscriptWord) {
  return { text, startMs: tidy(startMs), endMs: tidy(endMs), confidence: tidy(confidence), speaker };
}

/** Whoever speaks all of it; where there are several, the words say who. */
function onlySpeaker(words: readonly TranscriptWord[]): number | undefined {
  const speakers = new Set(words.map(({ speaker }) => speaker));
  return speakers.size === 1 ? [...speakers][0] : undefined;
}
