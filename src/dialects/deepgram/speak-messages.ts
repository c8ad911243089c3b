import * as v from 'valibot';
import { acknowledgement, metadataMessage, warningMessage } from '../shapes/deepgram-speak.ts';
import { remarks } from '../shapes/remarks.ts';

/** Deepgram's speech-out messages, both directions; docs/protocols/deepgram.md says where each comes from. */

/** Spelled as they are: the vendor knows no other (PROTOCOLS 2.2). */
export const clientMessage = v.variant('type', [
  v.object({ type: v.literal('Speak'), text: v.string() }),
  v.object({ type: v.literal('Flush') }),
  v.object({ type: v.literal('Clear') }),
  v.object({ type: v.literal('Close') }),
]);

/** In lower case: see `typeOf`. */
export const serverMessage = v.variant('type', [
  v.object({ ...metadataMessage.entries, warnings: remarks, type: v.literal('metadata') }),
  v.object({ ...acknowledgement.entries, type: v.literal('flushed') }),
  v.object({ ...acknowledgement.entries, type: v.literal('cleared') }),
  v.object({ ...warningMessage.entries, type: v.literal('warning') }),
  v.looseObject({ type: v.literal('error') }),
]);

export type ClientMessage = v.InferOutput<typeof clientMessage>;
export type ServerMessage = v.InferOutput<typeof serverMessage>;

export const clientTypes: readonly string[] = clientMessage.options.map(({ entries }) =>
  entries.type.literal.toLowerCase(),
);
export const serverTypes: readonly string[] = serverMessage.options.map(({ entries }) => entries.type.literal);
