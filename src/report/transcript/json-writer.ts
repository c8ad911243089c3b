import type { Segment } from '../../speech/listen.ts';
import { jsonLine } from '../visible.ts';
import { segmentFields } from './fields.ts';
import { spoken } from './pieces.ts';
import type { TranscriptSummary, TranscriptWriter } from './writer.ts';

/** One document, written at the end: its text and its length come before its segments. A line a segment. */
export class JsonWriter implements TranscriptWriter {
  readonly #segments: Segment[] = [];

  begin(): string {
    return '';
  }

  push(segment: Segment): string {
    this.#segments.push(segment);
    return '';
  }

  end({ file, language, durationMs, model, provider, wer }: TranscriptSummary = {}): string {
    const segments = this.#segments.filter(({ text, words = [] }) => text !== '' || words.length > 0);
    const lines = segments.map((segment) => `\n    ${jsonLine(segmentFields(segment)).trimEnd()}`).join(',');
    const text = segments.map((segment) => spoken(segment.text)).join(' ');
    const lastMs = this.#segments.reduce((mostMs, { endMs }) => Math.max(mostMs, endMs), 0);
    const before = { file: file ?? null, language, durationMs: durationMs ?? lastMs, text };
    const after = { model, provider, wer };
    const members = [...membersOf(before), `"segments": [${lines}${lines && '\n  '}]`, ...membersOf(after)];
    return `{\n${members.map((member) => `  ${member}`).join(',\n')}\n}\n`;
  }
}

function membersOf(fields: object): string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `"${name}": ${jsonLine(value).trimEnd()}`);
}
