import * as v from 'valibot';
import type { ServiceEvent } from '../../speech/connect.ts';
import { text } from '../shapes/fields.ts';
import { readRemarks, remarks } from '../shapes/remarks.ts';

/** What SLNG's messages of both directions of speech have in common. */

export const readyFields = {
  session_id: text,
  slng_request_id: text,
  request_id: text,
  warnings: remarks,
};
const ready = v.object(readyFields);

type ReadyEvent = Extract<ServiceEvent<never>, { type: 'ready' }>;

/** The service says that it is ready, in whichever of its words. */
export function readyEvent(message: v.InferOutput<typeof ready>): ReadyEvent {
  const requestId = message.slng_request_id ?? message.request_id;
  return {
    type: 'ready',
    ...(message.session_id !== undefined && { sessionId: message.session_id }),
    ...(requestId !== undefined && { requestId }),
    ...readRemarks(message.warnings),
  };
}
