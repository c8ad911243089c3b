// A listening service whose every delay is known, as server.mjs is a speaking one: a program of its own, of `ws` alone,
// that writes down when a frame really came and when a result really left. It talks as Deepgram does, where the end of
// an utterance is an event apart from its final. What it is given is known: digital silence, a tone, digital silence.
// Its argument is JSON: the plans (hear-plans.ts), each session has the next, and where the words end in the speech.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const samplesPerMs = 16;
const words = ['alpha', 'beta', 'gamma'];

const { plans, wordEndsMs } = JSON.parse(process.argv[2]);
const sessions = [];

const now = () => process.hrtime.bigint();

class Session {
  #socket;
  #plan;
  #bytes = 0;
  #speechFrom;
  #seen = 0;
  /** What waits for its time: a `Finalize` calls off the end that would have come of itself. */
  #natural = [];

  constructor(socket, plan, record) {
    this.#socket = socket;
    this.#plan = plan;
    this.record = record;
  }

  audio(bytes, atNs) {
    this.record.chunks++;
    this.record.firstNs ??= atNs;
    const before = this.#bytes;
    this.#bytes += bytes.length;
    this.record.bytes = this.#bytes;
    if (this.#speechFrom === undefined) {
      const at = bytes.findIndex((byte) => byte !== 0);
      if (at < 0) return;
      this.#speechFrom = (before + at) >> 1;
      this.record.onsetNs = atNs;
      this.#at(atNs, this.#plan.interimMs, 'interim', () => this.#interim('um', []));
    }
    // A word has come when the frame with its last sample has.
    while (this.#seen < words.length && this.#bytes >= 2 * this.#wordEnd(this.#seen)) this.#word(this.#seen++, atNs);
  }

  #wordEnd(index) {
    return this.#speechFrom + wordEndsMs[index] * samplesPerMs;
  }

  #word(index, atNs) {
    this.record.wordNs.push(atNs);
    this.#at(atNs, this.#plan.wordMs[index], `word${index}`, () => this.#interim(...this.#said(index + 1)));
    if (index + 1 < words.length) return;
    this.#natural = [
      this.#at(atNs, this.#plan.finalMs, 'final', () => this.#results(...this.#said(index + 1), { is_final: true })),
      this.#at(atNs, this.#plan.turnMs, 'turn', () => {
        this.#send({
          type: 'UtteranceEnd',
          channel: [0, 1],
          last_word_end: this.#wordEnd(index) / 1000 / samplesPerMs,
        });
      }),
    ];
  }

  finalize(atNs) {
    if (this.record.sent.turn !== undefined) {
      this.#results('', [], { is_final: true, from_finalize: true });
      return;
    }
    for (const timer of this.#natural) clearTimeout(timer);
    this.record.finalizeNs = atNs;
    const answer = { is_final: true, from_finalize: true };
    this.#at(atNs, this.#plan.answerMs, 'answer', () => this.#results(...this.#said(words.length), answer));
  }

  close() {
    this.#send({ type: 'Metadata', request_id: this.record.requestId, duration: 0, channels: 1 });
    this.#socket.close(1000);
  }

  /** So many words, as text and with their places. */
  #said(count) {
    const placed = words.slice(0, count).map((word, index) => {
      const [from, to] = [index === 0 ? this.#speechFrom : this.#wordEnd(index - 1), this.#wordEnd(index)];
      return { word, start: from / 1000 / samplesPerMs, end: to / 1000 / samplesPerMs, confidence: 1 };
    });
    return [words.slice(0, count).join(' '), placed];
  }

  #interim(text, placed) {
    this.#results(text, placed, { is_final: false });
  }

  #results(transcript, placed, kind) {
    const duration = this.#bytes / 2 / 1000 / samplesPerMs;
    const channel = { alternatives: [{ transcript, confidence: 1, words: placed }] };
    this.record.lastNs = now();
    this.#send({ type: 'Results', channel_index: [0, 1], start: 0, duration, speech_final: false, ...kind, channel });
  }

  /** Sends it so long after that instant; when it did is written down under that name. */
  #at(fromNs, afterMs, name, send) {
    const leftMs = Number(fromNs - now()) / 1e6 + afterMs;
    return setTimeout(() => {
      this.record.sent[name] = now();
      send();
    }, leftMs);
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }
}

const http = createServer((_request, response) => {
  const text = JSON.stringify(sessions, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  response.setHeader('content-type', 'application/json').end(text);
});

let count = 0;
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on('headers', (headers, request) => {
  request.requestId = `exact-${count++}`;
  headers.push(`dg-request-id: ${request.requestId}`);
});
server.on('connection', (socket, { requestId }) => {
  // A result must not wait for the acknowledgement of the one before it.
  socket._socket.setNoDelay(true);
  const index = sessions.length % plans.length;
  const record = { requestId, plan: index, bytes: 0, chunks: 0, wordNs: [], sent: {} };
  sessions.push(record);
  const session = new Session(socket, plans[index], record);
  const commands = { Finalize: (atNs) => session.finalize(atNs), CloseStream: () => session.close() };
  socket.on('message', (data, isBinary) => {
    const atNs = now();
    if (isBinary) session.audio(data, atNs);
    else commands[JSON.parse(data).type]?.(atNs);
  });
});

http.listen(0, '127.0.0.1', () => process.send(http.address().port));
process.on('disconnect', () => process.exit());
