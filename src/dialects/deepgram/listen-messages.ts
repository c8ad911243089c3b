import * as v from 'valibot';
import {
  errorMessage,
  listenMetadataMessage,
  resultsMessage,
  speechStartedMessage,
  utteranceEndMessage,
} from '../shapes/deepgram-listen.ts';

/** Deepgram's speech-in messages, both directions; docs/protocols/deepgram.md says where each comes from. */

/** Spelled as they are. `Finalize` may name a channel; a session of ours has one. */
export const listenClientMessage = v.variant('type', [
  v.object({ type: v.literal('KeepAlive') }),
  v.object({ type: v.literal('Finalize') }),
  v.object({ type: v.literal('CloseStream') }),
]);

/** In lower case: see `typeOf`. */
export const listenServerMessage = v.variant('type', [
  v.object({ ...resultsMessage.entries, type: v.literal('results') }),
  v.object({ ...utteranceEndMessage.entries, type: v.literal('utteranceend') }),
  v.object({ ...speechStartedMessage.entries, type: v.literal('speechstarted') }),
  v.object({ ...listenMetadataMessage.entries, type: v.literal('metadata') }),
  v.looseObject({ ...errorMessage.entries, type: v.literal('error') }),
]);

export type ListenClientMessage = v.InferOutput<typeof listenClientMessage>;
export type ListenServerMessage = v.InferOutput<typeof listenServerMessage>;

export const listenClientTypes: readonly string[] = listenClientMessage.options.map(({ entries }) =>
  entries.type.literal.toLowerCase(),
);
export const listenServerTypes: readonly string[] = listenServerMessage.options.map(
  ({ entries }) => entries.type.literal,
);
