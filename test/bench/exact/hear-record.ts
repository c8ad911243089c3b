import { hearPlans, speech } from './hear-plans.ts';
import { startExact } from './record.ts';
import type { Truth } from './truth.ts';

/** One session as the server saw it. */
export interface HearRecord {
  readonly requestId: string;
  /** What the figures were, in the plainest arithmetic of docs/metrics.md; those that its end does not have are left out. */
  readonly truth: Truth;
}

type Sent = 'interim' | 'word0' | 'word1' | 'word2' | 'final' | 'turn' | 'answer';

/** As hear-server.mjs writes it: instants are nanoseconds, in decimal digits. */
export interface HearWritten {
  readonly requestId: string;
  readonly bytes: number;
  readonly chunks: number;
  readonly firstNs: string;
  readonly onsetNs: string;
  readonly lastNs: string;
  readonly finalizeNs?: string;
  readonly wordNs: readonly string[];
  readonly sent: Readonly<Partial<Record<Sent, string>>>;
}

/** 16 kHz linear16. */
const bytesPerMs = 32;

export function readHeard({ requestId, bytes, chunks, wordNs, sent, ...at }: HearWritten): HearRecord {
  const ms = (fromNs: string, toNs: string) => Number(BigInt(toNs) - BigInt(fromNs)) / 1e6;
  const since = (fromNs: string | undefined, toNs: string | undefined) => {
    if (fromNs === undefined || toNs === undefined) throw new Error(`${requestId} is not whole`);
    return ms(fromNs, toNs);
  };
  const speechNs = wordNs.at(-1);
  const wordsMs = [sent.word0, sent.word1, sent.word2].map((shownNs, i) => since(wordNs[i], shownNs));
  const [, middleMs] = wordsMs.toSorted((a, b) => a - b);
  const processingMs = ms(at.firstNs, at.lastNs);
  return {
    requestId,
    truth: {
      ...{ bytes, chunks, audioMs: bytes / bytesPerMs },
      processingMs,
      rtf: processingMs / (bytes / bytesPerMs),
      ttfiMs: since(at.onsetNs, sent.interim),
      ...(middleMs !== undefined && { wordLatencyMs: middleMs }),
      ...(at.finalizeNs === undefined
        ? { ttfsMs: since(speechNs, sent.final), eotMs: since(speechNs, sent.turn) }
        : { finalizeMs: since(at.finalizeNs, sent.answer) }),
    },
  };
}

export const startHearServer = () =>
  startExact('hear-server.mjs', { plans: hearPlans, wordEndsMs: speech.wordEndsMs }, readHeard);
