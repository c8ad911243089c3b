import type { Segment, TranscriptWord } from '../../../src/speech/listen.ts';

export interface ReadCue {
  readonly startMs: number;
  readonly endMs: number;
  readonly lines: readonly string[];
}

const form = {
  srt: /^(\d+)\n(\d{2,}):(\d\d):(\d\d),(\d{3}) --> (\d{2,}):(\d\d):(\d\d),(\d{3})\n([^\n]+(?:\n[^\n]+)*)$/,
  vtt: /^()(\d{2,}):(\d\d):(\d\d)\.(\d{3}) --> (\d{2,}):(\d\d):(\d\d)\.(\d{3})\n([^\n]+(?:\n[^\n]+)*)$/,
};

/**
 * Reads a subtitle file strictly: throws at the first thing that is not as the format has it. `texts: 'any'` takes
 * every text: ffmpeg does not escape what it writes.
 */
export function readSubtitles(kind: 'srt' | 'vtt', file: string, texts: 'escaped' | 'any' = 'escaped'): ReadCue[] {
  const header = kind === 'vtt' ? 'WEBVTT\n\n' : '';
  if (!file.startsWith(header)) throw new Error('no header');
  const blocks = file.slice(header.length).split('\n\n');
  if (blocks.pop() !== '') throw new Error('the last cue is not ended');
  return blocks.map((block, i) => {
    const fields = form[kind].exec(block);
    if (!fields) throw new Error(`no cue: ${JSON.stringify(block)}`);
    if (kind === 'srt' && Number(fields[1]) !== i + 1) throw new Error(`number ${fields[1]} is not ${i + 1}`);
    const lines = (fields[10] ?? '').split('\n');
    const wrong = kind === 'vtt' ? /-->|<(?!v [^<>]+>)|&(?!amp;|lt;|gt;)/ : /-->/;
    if (texts === 'escaped' && lines.some((line) => wrong.test(line))) throw new Error(`not escaped: ${lines}`);
    return { startMs: timeOf(fields.slice(2, 6)), endMs: timeOf(fields.slice(6, 10)), lines };
  });
}

function timeOf([hours, minutes, seconds, ms]: readonly string[]): number {
  if (Number(minutes) > 59 || Number(seconds) > 59) throw new Error('no time of a clock');
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(ms);
}

/** A final of so many ms, whose words are not timed. */
export function untimed(text: string, startMs: number, endMs: number, more: Partial<Segment> = {}): Segment {
  return { text, startMs, endMs, endOfUtterance: true, forced: false, ...more };
}

/** A final whose words last 250 ms, with 50 ms between them, and more where a text has `(700)`. Words are bare. */
export function timed(text: string, startMs = 0, more: Partial<Segment> & { speaker?: number } = {}): Segment {
  const words: TranscriptWord[] = [];
  let atMs = startMs;
  for (const item of text.split(' ')) {
    const pauseMs = /^\((\d+)\)$/.exec(item)?.[1];
    if (pauseMs !== undefined) {
      atMs += Number(pauseMs) - 50;
      continue;
    }
    const speaker = more.speaker === undefined ? {} : { speaker: more.speaker };
    words.push({ text: item.replace(/[.,?!]/g, '').toLowerCase(), startMs: atMs, endMs: atMs + 250, ...speaker });
    atMs += 300;
  }
  const endMs = words.at(-1)?.endMs ?? startMs;
  const { speaker: _, ...rest } = more;
  return { ...untimed(text.replace(/ ?\(\d+\)/g, ''), startMs, endMs), words, ...rest };
}
