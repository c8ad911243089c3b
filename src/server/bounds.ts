/** How a bound is written on a command line: a number of things, of bytes, of UTF-16 units, or a time in seconds. */
export type BoundUnit = 'n' | 'bytes' | 'chars' | 'seconds';

export interface Bound {
  readonly flag: string;
  readonly unit: BoundUnit;
  /** Times in ms. */
  readonly usual: number;
  /** What is bounded, and what becomes of who goes past it. */
  readonly words: string;
}

const kib = 1024;
const mib = 1024 * 1024;

/**
 * Everything that a stranger could make grow, with its bound. None of these is a vendor's figure. The flags of `vox
 * serve`, their help and the table in docs/serving.md are made of it.
 */
export const bounds = {
  connections: {
    flag: '--max-connections',
    unit: 'n',
    usual: 1024,
    words:
      'sockets at once, sessions among them; for one more the one is dropped that has asked nothing for the longest',
  },
  sessions: {
    flag: '--max-sessions',
    unit: 'n',
    usual: 256,
    words: "sessions at once; one more is answered with 503, or its vendor's own number",
  },
  // A decoder of the local recogniser takes 96 MB, and 40 more in an utterance of half a minute, the longest there is.
  listeners: {
    flag: '--max-listeners',
    unit: 'n',
    usual: 8,
    words: 'of them heard at once; one more is told `rate_limit`, and closed with 1013',
  },
  // An ffmpeg takes some 40 MB.
  encoders: {
    flag: '--max-encoders',
    unit: 'n',
    usual: 64,
    words: 'of them sent mp3, opus or vorbis; one more is told `rate_limit`',
  },
  messageBytes: {
    flag: '--max-message-bytes',
    unit: 'bytes',
    usual: mib,
    words: 'a WebSocket message; a larger one closes its connection with 1009',
  },
  fragments: {
    flag: '--max-fragments',
    unit: 'n',
    usual: 1024,
    words: 'frames that one message comes in; more close with 1008',
  },
  // Each costs some 250 bytes beside its own.
  chunks: {
    flag: '--max-chunks',
    unit: 'n',
    usual: 4096,
    words: 'pieces in which the network brings one frame; more close with 1008',
  },
  headerBytes: {
    flag: '--max-header-bytes',
    unit: 'bytes',
    usual: 16 * kib,
    words: "a request's headers, path and query; larger ones are answered with 431",
  },
  bodyBytes: {
    flag: '--max-body-bytes',
    unit: 'bytes',
    usual: mib,
    words: 'the body of an HTTP request; a larger one is answered with 413',
  },
  requests: {
    flag: '--max-requests',
    unit: 'n',
    usual: 100,
    words: 'HTTP requests over one socket; more are answered with 503',
  },
  dictionaries: {
    flag: '--max-dictionaries',
    unit: 'n',
    usual: 100,
    words: 'pronunciation dictionaries kept; one more is answered with 503',
  },
  dictionaryBytes: {
    flag: '--max-dictionary-bytes',
    unit: 'bytes',
    usual: mib,
    words: 'all of them together, as JSON; one more is answered with 503',
  },
  // A book can be sent at once, and is held by the network, not here.
  waitingChars: {
    flag: '--max-waiting-chars',
    unit: 'chars',
    usual: 128 * kib,
    words: "a session's text that waits to be spoken; above it nothing is read until half is",
  },
  unsentBytes: {
    flag: '--max-unsent-bytes',
    unit: 'bytes',
    usual: 256 * kib,
    words: 'sound that the network has not taken yet, above which synthesis waits; and as much of answers',
  },
  unreadReplies: {
    flag: '--max-unread-replies',
    unit: 'n',
    usual: 1000,
    words: 'answers that are no sound and were not taken yet; with more, nothing is read from the client',
  },
  unansweredFinals: {
    flag: '--max-unanswered-finals',
    unit: 'n',
    usual: 16,
    words: 'finals asked for and not given yet; with more, nothing is read from the client',
  },
  badMessages: {
    flag: '--max-bad-messages',
    unit: 'n',
    usual: 50,
    words: 'messages in a row that cannot be accepted; more close with 1008',
  },
  wrongKeyAddresses: {
    flag: '--max-wrong-key-addresses',
    unit: 'n',
    usual: 1024,
    words: 'addresses whose wrong keys are counted; those of any other wait the longest, 1 s',
  },
  handshakeMs: {
    flag: '--handshake-timeout',
    unit: 'seconds',
    usual: 10_000,
    words: 'for the headers of a request; three times that for all of it',
  },
  stalledMs: {
    flag: '--stalled-timeout',
    unit: 'seconds',
    usual: 60_000,
    words: 'without taking anything of what waits for it, and a client is closed with 1008',
  },
  idleMs: {
    flag: '--idle-timeout',
    unit: 'seconds',
    usual: 15 * 60_000,
    words: 'without a message or ping, and a session is closed, unless it is being spoken to',
  },
  sessionMs: {
    flag: '--session-timeout',
    unit: 'seconds',
    usual: 24 * 3600_000,
    words: 'as long as a session may last; then it is closed with 1001',
  },
  keepAliveMs: {
    flag: '--keep-alive-timeout',
    unit: 'seconds',
    usual: 5000,
    words: 'between two HTTP requests over one socket',
  },
  pingMs: {
    flag: '--ping-interval',
    unit: 'seconds',
    usual: 2000,
    words: 'between two pings to a client that nothing is read from; the second finds out that it has gone',
  },
  closeMs: {
    flag: '--close-timeout',
    unit: 'seconds',
    usual: 2000,
    words: 'for a closing handshake; then the socket is dropped',
  },
} as const satisfies Readonly<Record<string, Bound>>;

export type BoundName = keyof typeof bounds;

/** A bound for each, in its table's unit; times in ms. */
export type ServerLimits = Readonly<Record<BoundName, number>>;

export const boundNames = Object.keys(bounds).filter((name): name is BoundName => Object.hasOwn(bounds, name));

const usual = Object.fromEntries(boundNames.map((name) => [name, bounds[name].usual]));

// All names are there: they are the table's own.
export const defaultLimits = usual as ServerLimits;
