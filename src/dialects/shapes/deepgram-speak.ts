import * as v from 'valibot';
import { count, modelVersion, noUuid, text } from './fields.ts';

/**
 * The messages of Deepgram's speech-out WebSocket, server to client (PROTOCOLS 2.2: deepgram-api-specs asyncapi.yml,
 * developers.deepgram.com tts-ws pages). SLNG's direct Deepgram routes answer with the same ones (PROTOCOLS 1.3).
 */

/** Sent at open (Deepgram) or after init (SLNG): the session may be used. */
export const metadataMessage = v.object({
  request_id: text,
  model_name: text,
  model_version: text,
  model_uuid: text,
});

/** Answers a Flush or a Clear. `sequence_id` counts from 0 in a session, one up each (PROTOCOLS 2.2). */
export const acknowledgement = v.object({ sequence_id: count });

/** Documented as `{description, code}`, seen live as `{warn_code, warn_msg}` (deepgram-python-sdk #653). */
export const warningMessage = v.object({
  code: text,
  description: text,
  message: text,
  warn_code: text,
  warn_msg: text,
});

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** Either shape of a warning, as one. */
export function readWarning(value: v.InferOutput<typeof warningMessage>): Warning {
  return {
    code: value.warn_code ?? value.code ?? 'warning',
    message: value.warn_msg ?? value.description ?? value.message ?? 'the service gave no reason',
  };
}

export function metadata(requestId: string, modelName: string): object {
  return {
    type: 'Metadata',
    request_id: requestId,
    model_name: modelName,
    model_version: modelVersion,
    model_uuid: noUuid,
  };
}

export function acknowledge(type: 'Flushed' | 'Cleared', sequenceId: number): object {
  return { type, sequence_id: sequenceId };
}

/** With the keys of both shapes, so that either kind of client finds its own. */
export function warning({ code, message }: Warning): object {
  return { type: 'Warning', description: message, code, warn_code: code, warn_msg: message };
}
