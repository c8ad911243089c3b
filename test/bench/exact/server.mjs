// A speaking service whose every delay is known: what `vox bench` says is held against what really left this process.
// It is a program of its own, of `ws` and nothing of ours, so that a mistake of ours cannot stand on both sides. It
// talks as SLNG does. Its argument is a JSON list of plans (plans.ts): each session begins with the next, and goes on from
// there turn by turn.
//
// A plan is when things are due; Node's timers are late, and a process waits for its processor. So each frame is sent
// at an absolute deadline, and the truth is what is written down when it happened, in nanoseconds of CLOCK_MONOTONIC,
// which all processes of a machine share. A frame's instant is taken just before `send`: the kernel is given the bytes
// inside that call, and wakes the reader at once, so the reader's instant can never lie before ours. An instant taken
// when `send` returns, or in its callback, may: the reader on the other processor is then already at work.
// `GET /record` gives all of it.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const sampleRateHz = 24_000;
const samplesPerMs = sampleRateHz / 1000;

const plans = JSON.parse(process.argv[2]);
const sounds = plans.map(framesOf);
const sessions = [];

/** Linear16: digital silence, then a tone that is loud from its first sample on, cut into frames. */
function framesOf({ silenceMs, audioMs, frameMs }) {
  const samples = new Int16Array(audioMs * samplesPerMs);
  for (let i = silenceMs * samplesPerMs; i < samples.length; i++) samples[i] = i % 24 < 12 ? 9000 : -9000;
  const bytes = Buffer.from(samples.buffer);
  const size = frameMs * samplesPerMs * 2;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** When each frame is due, ms after the flush: at its pace, and behind each pause that lies before it in the audio. */
function dueTimes({ firstByteMs, frameMs, paceMs, pauses }, count) {
  return Array.from({ length: count }, (_, i) => {
    const before = pauses.filter(({ atMs }) => atMs <= i * frameMs);
    return firstByteMs + i * paceMs + before.reduce((sum, { forMs }) => sum + forMs, 0);
  });
}

const now = () => process.hrtime.bigint();
const later = (dueNs, fn) => setTimeout(fn, Math.max(0, Number(dueNs - now()) / 1e6));
const fromMs = (ms) => BigInt(Math.round(ms * 1e6));

class Turn {
  #socket;
  #frames;
  #dueMs;
  #stopAtMs = Number.POSITIVE_INFINITY;
  #freeNs;
  #startNs;
  #over = false;
  /** When its interruption is answered. */
  stopsNs = 0n;

  constructor(socket, index, textNs, freeNs) {
    this.#socket = socket;
    this.#freeNs = freeNs;
    this.plan = plans[index];
    this.#frames = sounds[index];
    this.#dueMs = dueTimes(this.plan, this.#frames.length);
    this.record = { plan: index, textNs, sent: [] };
  }

  /** Nothing of it is sent before the turn that it takes the place of has been answered: its sound would be that one's. */
  flush(flushNs) {
    this.record.flushNs = flushNs;
    this.#startNs = flushNs > this.#freeNs ? flushNs : this.#freeNs;
    this.#goOn(0);
  }

  /** The service takes a while to stop: what is due until then is still sent. */
  cancel(cancelNs) {
    if (this.record.cancelNs !== undefined) return;
    this.record.cancelNs = cancelNs;
    this.#stopAtMs = Number(cancelNs - this.#startNs) / 1e6 + this.plan.stopsAfterMs;
    this.stopsNs = cancelNs + fromMs(this.plan.stopsAfterMs);
    later(this.stopsNs, () => this.#end('{"type":"cleared"}'));
  }

  #goOn(from) {
    let next = from;
    for (; next < this.#frames.length && !this.#over; next++) {
      const dueNs = this.#startNs + fromMs(this.#dueMs[next]);
      if (this.#dueMs[next] > this.#stopAtMs) return;
      if (dueNs > now()) return later(dueNs, () => this.#goOn(next));
      const frame = this.#frames[next];
      this.record.sent.push([now(), frame.length]);
      this.#socket.send(frame);
    }
    // A turn that is being stopped ends with its `cleared`.
    if (this.record.cancelNs === undefined) this.#end('{"type":"flushed"}');
  }

  #end(word) {
    if (this.#over) return;
    this.#over = true;
    this.#socket.send(word);
  }
}

const http = createServer((_request, response) => {
  const text = JSON.stringify(sessions, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  response.setHeader('content-type', 'application/json').end(text);
});

new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket) => {
  // A frame must not wait for the acknowledgement of the one before it.
  socket._socket.setNoDelay(true);
  const number = sessions.length;
  const session = { requestId: `exact-${number}`, turns: [] };
  sessions.push(session);
  let turn;
  const words = {
    init(atNs) {
      session.initNs = atNs;
      later(atNs + fromMs(plans[0].readyMs), () => {
        session.readyNs = now();
        socket.send(JSON.stringify({ type: 'ready', session_id: session.requestId, request_id: session.requestId }));
      });
    },
    text(atNs) {
      if (turn !== undefined && turn.record.flushNs === undefined) return;
      turn = new Turn(socket, (number + session.turns.length) % plans.length, atNs, turn?.stopsNs ?? 0n);
      session.turns.push(turn.record);
    },
    flush: (atNs) => turn.flush(atNs),
    cancel: (atNs) => turn?.cancel(atNs),
  };
  socket.on('message', (data) => {
    const atNs = now();
    words[JSON.parse(data).type]?.(atNs);
  });
});

http.listen(0, '127.0.0.1', () => process.send(http.address().port));
process.on('disconnect', () => process.exit());
