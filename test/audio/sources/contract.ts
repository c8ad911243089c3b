import type { AudioSource } from '../../../src/audio/source.ts';

/** One kind of source, and how to open a new one of it. */
export interface SourceMember {
  readonly name: string;
  /** At least 500 ms long, in chunks of 50 ms at 16 kHz. */
  open(): Promise<AudioSource>;
  /** How many descriptors or processes it holds just now. */
  held(): number | Promise<number>;
  /** It never ends by itself: it is stopped by leaving. */
  readonly endless?: boolean;
}

interface Law {
  readonly name: string;
  /** Resolves with what is wrong, or undefined. */
  breach(member: SourceMember): Promise<string | undefined>;
}

const chunkBytes = 1600;

async function linear16Mono(member: SourceMember): Promise<string | undefined> {
  const { format, name, live, close } = await openedAndClosed(member);
  if (format.encoding !== 'linear16' || format.channels !== 1) return `its format is ${JSON.stringify(format)}`;
  if (format.sampleRateHz !== 16_000) return `its rate is ${format.sampleRateHz}`;
  if (name === '') return 'it has no name';
  if (live !== (member.endless ?? false)) return `live is ${live}`;
  return close ? undefined : 'it cannot be closed';
}

async function openedAndClosed(member: SourceMember): Promise<AudioSource> {
  const source = await member.open();
  await source.close?.();
  return source;
}

async function exactChunks(member: SourceMember): Promise<string | undefined> {
  const source = await member.open();
  let samples = 0;
  let shorter = false;
  for await (const { bytes, firstSample, format } of source.chunks(new AbortController().signal)) {
    if (format !== source.format) return 'a chunk has another format than the source';
    if (shorter) return 'a chunk follows one that was shorter';
    if (bytes.length === 0 || bytes.length % 2 !== 0) return `a chunk has ${bytes.length} bytes`;
    if (bytes.length > chunkBytes) return `a chunk has ${bytes.length} bytes`;
    if (firstSample !== samples) return `a chunk is numbered ${firstSample} in the place of ${samples}`;
    shorter = bytes.length < chunkBytes;
    samples += bytes.length / 2;
    if (member.endless && samples >= 8000) break;
  }
  return samples >= 7900 ? undefined : `it gave ${samples} samples`;
}

async function ownBytes(member: SourceMember): Promise<string | undefined> {
  const source = await member.open();
  const kept: { bytes: Uint8Array; copy: Buffer }[] = [];
  for await (const { bytes } of source.chunks(new AbortController().signal)) {
    kept.push({ bytes, copy: Buffer.from(bytes) });
    if (kept.length === 10) break;
  }
  return kept.every(({ bytes, copy }) => copy.equals(bytes)) ? undefined : 'a chunk changed after it was given';
}

async function leftEarly(member: SourceMember): Promise<string | undefined> {
  const source = await member.open();
  if ((await member.held()) === 0) return 'it holds nothing while it is open';
  for await (const _ of source.chunks(new AbortController().signal)) break;
  return (await member.held()) === 0 ? undefined : 'it holds something after the loop was left';
}

async function closedUnread(member: SourceMember): Promise<string | undefined> {
  const source = await member.open();
  await source.close?.();
  await source.close?.();
  return (await member.held()) === 0 ? undefined : 'it holds something after it was closed';
}

async function aborted(member: SourceMember): Promise<string | undefined> {
  const source = await member.open();
  const controller = new AbortController();
  const reason = new Error('enough');
  let thrown: unknown;
  try {
    for await (const _ of source.chunks(controller.signal)) controller.abort(reason);
  } catch (caught) {
    thrown = caught;
  }
  if (thrown !== reason) return `an abort ended it with ${thrown}`;
  return (await member.held()) === 0 ? undefined : 'it holds something after an abort';
}

async function abortedBefore(member: SourceMember): Promise<string | undefined> {
  const source = await member.open();
  const reason = new Error('before');
  let count = 0;
  try {
    for await (const _ of source.chunks(AbortSignal.abort(reason))) count++;
  } catch (caught) {
    if (caught !== reason) return `it ended with ${caught}`;
    if ((await member.held()) > 0) return 'it holds something after an abort';
    return count === 0 ? undefined : `it gave ${count} chunks to a signal that was aborted`;
  }
  return 'it did not look at its signal';
}

/** What every source keeps to. */
export const laws: readonly Law[] = [
  { name: 'is linear16, mono, at the rate that was asked for', breach: linear16Mono },
  { name: 'gives chunks of one length, numbered by samples', breach: exactChunks },
  { name: 'gives bytes that stay as they are', breach: ownBytes },
  { name: 'lets go when the loop is left', breach: leftEarly },
  { name: 'lets go when it is closed unread, twice', breach: closedUnread },
  { name: 'rejects with the reason of its signal, and lets go', breach: aborted },
  { name: 'rejects at once for a signal that came before', breach: abortedBefore },
];
