import { partialPath } from '../audio/sinks/file.ts';
import { createGrowingFile } from '../audio/sinks/growing-file.ts';
import { openTarget } from '../audio/sinks/target.ts';
import type { Clock } from '../clock.ts';
import {
  createTranscriptWriter,
  type TranscriptOptions,
  type TranscriptSummary,
  type TranscriptWriter,
} from '../report/transcript/writer.ts';
import type { Segment } from '../speech/listen.ts';
import type { Running } from './running.ts';
import { endingOf, type TranscriptTarget } from './transcript-targets.ts';

/** Where a transcript is written as it is heard. */
export interface LiveOutput {
  push(segment: Segment): Promise<void>;
  /** No more will be heard. */
  end(summary: TranscriptSummary): Promise<void>;
}

/** One transcript on its way into a file, which gets its name at the end, or to stdout. */
export interface TranscriptOutput extends LiveOutput {
  /**
   * What was heard before a failure is kept, under the name that is returned; undefined where it is in no file. Where
   * nothing was, nothing is left.
   */
  keep(summary: TranscriptSummary): Promise<string | undefined>;
}

type Append = (text: string) => Promise<void>;

interface Written extends LiveOutput {
  /** Whether anything was pushed. */
  readonly any: () => boolean;
}

function written(writer: TranscriptWriter, append: Append): Written {
  const put = async (text: string) => {
    if (text !== '') await append(text);
  };
  let begun = false;
  const begin = () => {
    if (begun) return '';
    begun = true;
    return writer.begin();
  };
  return {
    any: () => begun,
    push: (segment) => put(begin() + writer.push(segment)),
    end: (summary) => put(begin() + writer.end(summary)),
  };
}

interface StdoutTools {
  readonly io: { readonly stdout: { write(text: string): unknown } };
  readonly reporter: { readonly hearing: Pick<Running['reporter']['hearing'], 'makeRoom'> };
  /** Takes the whole transcript at its end, where others are heard at the same time. */
  readonly together?: (text: string) => void;
}

/** To stdout as it is heard, past the reporter, whose moving line must not stand in the way. */
export function writeOut({ io, reporter }: Omit<StdoutTools, 'together'>): (text: string) => void {
  return (text) => {
    reporter.hearing.makeRoom();
    io.stdout.write(text);
  };
}

/** A transcript on stdout: as it is heard, or `together` at its end. */
export function stdoutOutput(
  { kind }: TranscriptTarget,
  options: TranscriptOptions,
  { io, reporter, together }: StdoutTools,
): TranscriptOutput {
  const held: string[] = [];
  const write = writeOut({ io, reporter });
  const { push, end, any } = written(createTranscriptWriter(kind, options), async (text) => {
    if (together) held.push(text);
    else write(text);
  });
  const endAll = async (summary: TranscriptSummary) => {
    await end(summary);
    if (held.length > 0) together?.(held.join(''));
  };
  return {
    push,
    end: endAll,
    keep: async (summary) => {
      if (any()) await endAll(summary);
      return undefined;
    },
  };
}

/** Into a file that exists, or replaces one, when it is whole. Opened before anything else. */
export async function fileOutput(
  path: string,
  { kind }: TranscriptTarget,
  options: TranscriptOptions,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<TranscriptOutput> {
  const target = await openTarget(path, clock, signal);
  const { push, end, any } = written(createTranscriptWriter(kind, options), (text) =>
    target.write(Buffer.from(text, 'utf8')),
  );
  return {
    push,
    end: async (summary) => {
      await end(summary);
      await target.commit();
    },
    keep: async (summary) => {
      if (!any()) return target.discard().then(() => undefined);
      await end(summary);
      return target.keepAs(partialPath(path, `.${endingOf(kind)}`));
    },
  };
}

/** Into a file that others read while it grows. */
export async function growingOutput(
  path: string,
  { kind }: TranscriptTarget,
  options: TranscriptOptions,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<LiveOutput> {
  const file = await createGrowingFile(path, clock, signal);
  const writer = createTranscriptWriter(kind, options);
  await file.append(writer.begin());
  return {
    push: (segment) => file.append(writer.push(segment)),
    end: async (summary) => {
      await file.append(writer.end(summary));
      await file.close();
    },
  };
}
