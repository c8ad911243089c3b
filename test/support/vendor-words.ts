import type { Act, Answers } from './faulty-server.ts';
import { flushed, heard, ready, sound } from './faulty-server.ts';

/** What a vendor's service says, typed from its documents (docs/protocols): nothing here is made by our codecs. */
export interface VendorWords {
  /** What `vox` is given, beside an endpoint. */
  readonly args: readonly string[];
  readonly keyVariable: string;
  /** The client's message that asks for the sound, or the rest of it. */
  readonly soundAt: string;
  readonly textAt: string;
  /** A service that works, in both directions of speech. */
  readonly usual: Readonly<Record<string, Answers>>;
  /** So many bytes of sound. */
  audio(byteCount: number): Act;
  /** All that was asked for has sounded. */
  readonly sounded: readonly Act[];
  heard(text: string): Act;
  /** The bodies of refused upgrades. */
  readonly refused: Readonly<Record<401 | 429, string>>;
  /** The reasons of closes, by code. */
  readonly closed: Readonly<Record<1008 | 1009 | 1011, string>>;
  /** A message of a type that nobody knows. */
  readonly unknown: Act;
  readonly tooManyFlushes: Act;
  readonly tooMuchText: Act;
}

const slng: Omit<VendorWords, 'args'> = {
  keyVariable: 'SLNG_API_KEY',
  soundAt: 'flush',
  textAt: 'text',
  usual: {
    init: [[ready]],
    flush: [[{ audio: sound(960) }, flushed]],
    finalize: [[heard('all of it')]],
    close: [[{ close: 1000 }]],
  },
  audio: (byteCount) => ({ audio: sound(byteCount) }),
  sounded: [flushed],
  heard,
  refused: {
    401: '{"code":"auth_error","message":"this key was revoked"}',
    429: '{"code":"rate_limit_exceeded","message":"10 a minute"}',
  },
  closed: { 1008: 'policy violation', 1009: 'message too big', 1011: 'backend lost' },
  unknown: { json: { type: 'moon_phase', phase: 'full' } },
  tooManyFlushes: { json: { type: 'error', code: 'rate_limit_exceeded', message: 'too many flushes' } },
  tooMuchText: { json: { type: 'error', code: 'payload_too_large', message: 'the text is too long' } },
};

/** PROTOCOLS 2.3: an answer to Finalize says that it is one. */
const results = (transcript: string, fromFinalize: boolean): Act => ({
  json: {
    type: 'Results',
    channel_index: [0, 1],
    duration: 0.1,
    start: 0,
    is_final: true,
    speech_final: true,
    from_finalize: fromFinalize,
    channel: { alternatives: [{ transcript, confidence: 0.9, words: [] }] },
  },
});
const dgFlushed: Act = { json: { type: 'Flushed', sequence_id: 0 } };

const deepgram: VendorWords = {
  args: ['--provider', 'deepgram'],
  keyVariable: 'DEEPGRAM_API_KEY',
  soundAt: 'Flush',
  textAt: 'Speak',
  usual: {
    open: [[{ json: { type: 'Metadata', request_id: 'r-1', model_name: 'aura-2-thalia-en' } }]],
    Flush: [[{ audio: sound(960) }, dgFlushed]],
    Close: [[{ close: 1000 }]],
    Finalize: [[results('all of it', true)]],
    CloseStream: [[{ close: 1000 }]],
  },
  audio: (byteCount) => ({ audio: sound(byteCount) }),
  sounded: [dgFlushed],
  heard: (text) => results(text, false),
  refused: {
    401: '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"r-1"}',
    429: '{"err_code":"TOO_MANY_REQUESTS","err_msg":"Too many requests. Please try again later","request_id":"r-1"}',
  },
  closed: { 1008: 'DATA-0000', 1009: 'BIG-0000', 1011: 'NET-0000' },
  unknown: { json: { type: 'MoonPhase', phase: 'full' } },
  tooManyFlushes: {
    json: { type: 'Warning', warn_code: 'EXCESSIVE_FLUSH', warn_msg: 'Rate limit exceeded for flushes.' },
  },
  tooMuchText: { close: 1009, reason: 'BIG-0001' },
};

const telnyxAudio = (byteCount: number): Act => ({
  json: { audio: Buffer.from(sound(byteCount)).toString('base64'), text: null, isFinal: false, cached: false },
});
/** The sentence of the test's text, the last frame, and the close that ends a connection's one text. */
const telnyxSounded: readonly Act[] = [
  { json: { audio: null, text: 'Hello there.', isFinal: false, cached: false } },
  { json: { audio: null, text: '', isFinal: true } },
  { close: 1000 },
];
const telnyxHeard = (transcript: string): Act => ({ json: { transcript, is_final: true, confidence: 0.9 } });
const telnyxError = (code: string, title: string): Act => ({ json: { errors: [{ code, title, detail: title }] } });

const telnyx: VendorWords = {
  args: ['--provider', 'telnyx'],
  keyVariable: 'TELNYX_API_KEY',
  soundAt: 'end',
  textAt: 'text',
  usual: {
    end: [[telnyxAudio(960), ...telnyxSounded]],
    Finalize: [[telnyxHeard('all of it')]],
    CloseStream: [[{ close: 1000 }]],
  },
  audio: telnyxAudio,
  sounded: telnyxSounded,
  heard: telnyxHeard,
  refused: {
    401: '{"errors":[{"code":"10009","title":"Authentication failed","detail":"No key found matching the ID"}]}',
    429: '{"errors":[{"code":"10011","title":"Too many requests","detail":"You have exceeded the limit"}]}',
  },
  closed: { 1008: 'policy violation', 1009: 'message too big', 1011: 'see the error' },
  unknown: { json: { type: 'moon_phase', phase: 'full' } },
  tooManyFlushes: telnyxError('42900', 'Too Many Requests'),
  tooMuchText: telnyxError('41300', 'Payload Too Large'),
};

export const vendors = {
  'slng, direct': { ...slng, args: ['--provider', 'slng', '--route', 'direct'] },
  'slng, bridge': { ...slng, args: ['--provider', 'slng', '--route', 'bridge'] },
  deepgram,
  telnyx,
} as const satisfies Record<string, VendorWords>;

export type VendorName = keyof typeof vendors;
