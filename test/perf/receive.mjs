// What receiving audio through the session core costs, against a bare `ws` client of the same server: time a megabyte
// (and beside it what of that is this process's own), and time to the first byte. Medians of alternating pairs.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import WebSocket from 'ws';
import { median, root } from './measure.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** So long that minutes of sound may be about it: of more than any voice makes, the session core wants no more. */
const text = 'Hello. '.repeat(70);

/** The parts under test, bundled as they are shipped. */
async function loadCore() {
  const folder = mkdtempSync(join(tmpdir(), 'voxwire-perf-'));
  const outfile = join(folder, 'core.mjs');
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `export { openSpeakSession } from './src/session/speak-session.ts';
        export { createWebSocketConnect } from './src/transport/websocket.ts';
        export { systemClock } from './src/clock.ts';
        export { slngSpeak } from './src/dialects/slng/index.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20.12',
    format: 'esm',
    banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  });
  const core = await import(pathToFileURL(outfile));
  rmSync(folder, { recursive: true });
  return core;
}

function startServer() {
  const child = fork(join(here, 'receive-server.mjs'));
  return new Promise((resolve) => child.once('message', (port) => resolve({ port, stop: () => child.disconnect() })));
}

/** What one transfer took, ms: in all, of this process's processor, and from the request to the first byte. */
class Watch {
  #cpu = process.cpuUsage();
  #startMs = performance.now();
  #firstMs;

  first() {
    this.#firstMs ??= performance.now() - this.#startMs;
  }

  stop() {
    const { user, system } = process.cpuUsage(this.#cpu);
    return { wallMs: performance.now() - this.#startMs, cpuMs: (user + system) / 1000, firstMs: this.#firstMs };
  }
}

/** The least that any client does: send two messages, take the bytes until they are all there. */
async function openBare(port, load) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/?load=${load}`, { perMessageDeflate: false });
  let transfer;
  let ready;
  const opened = new Promise((resolve) => {
    ready = resolve;
  });
  socket.on('open', () => socket.send('{"type":"init"}'));
  socket.on('message', (data, isBinary) => {
    if (isBinary) return transfer.take(data);
    const message = JSON.parse(data.toString());
    if (message.type === 'audio_chunk') transfer.take(Buffer.from(message.data, 'base64'));
    else if (message.type === 'flushed') transfer.done();
    else ready();
  });
  await opened;
  return {
    run: () =>
      new Promise((resolve) => {
        const watch = new Watch();
        let bytes = 0;
        transfer = {
          take(data) {
            watch.first();
            bytes += data.length;
          },
          done: () => resolve({ ...watch.stop(), bytes }),
        };
        socket.send(JSON.stringify({ type: 'text', text }));
        socket.send('{"type":"flush"}');
      }),
    close: () => socket.terminate(),
  };
}

/** The same through the session core, as a command does it: a turn, iterated. */
function openThroughCore(core, port, load) {
  const session = core.openSpeakSession({
    service: core.slngSpeak,
    settings: {
      format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
      baseUrl: `ws://127.0.0.1:${port}`,
      params: { 'query.load': load },
    },
    credentials: {},
    connect: core.createWebSocketConnect(core.systemClock),
    clock: core.systemClock,
  });
  return {
    async run() {
      const watch = new Watch();
      let bytes = 0;
      for await (const output of session.speak([{ text, fromChar: 0, toChar: text.length, ends: 'sentence' }])) {
        if (output.type !== 'audio') continue;
        watch.first();
        bytes += output.chunk.bytes.length;
      }
      return { ...watch.stop(), bytes };
    },
    close: () => session.close(),
  };
}

/** Alternating pairs, each client on one warm connection of its own; answers any figure's medians, [bare, ours]. */
async function pairs(core, port, load, count) {
  const clients = [await openBare(port, load), openThroughCore(core, port, load)];
  const results = [[], []];
  for (let round = -3; round < count; round++) {
    // Each leads in every other round: what one leaves for the collector is not always the other's to clear away.
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const result = await clients[i].run();
      // The first rounds are for the compiler, and for the handshake.
      if (round >= 0) results[i].push(result);
    }
  }
  for (const client of clients) await client.close();
  return (figure) => results.map((list) => median(list.map(figure)));
}

const loads = [
  { name: 'binary, 960 bytes', load: 'binary/960/8', bar: 1.15 },
  { name: 'binary, 8 kB', load: 'binary/8192/32', bar: 1.15 },
  { name: 'base64 JSON, 960 bytes', load: 'json/960/8', bar: 1.2 },
  { name: 'base64 JSON, 8 kB', load: 'json/8192/32', bar: 1.2 },
];

export async function receiveRows() {
  const core = await loadCore();
  const server = await startServer();
  try {
    const rows = [];
    for (const { name, load, bar } of loads) {
      const medians = await pairs(core, server.port, load, 30);
      const [bare, ours] = medians(({ wallMs, bytes }) => wallMs / bytes);
      const [bareCpu, oursCpu] = medians(({ cpuMs, bytes }) => cpuMs / bytes);
      const beside = `of the processor: ${(oursCpu / bareCpu).toFixed(2)}`;
      rows.push({
        name: `audio received, ${name}: time a megabyte against bare ws (${beside})`,
        value: ours / bare,
        bar,
      });
    }
    const [bare, ours] = (await pairs(core, server.port, 'binary/960/0', 200))(({ firstMs }) => firstMs);
    rows.push({ name: 'time to first byte, warm, minus that of bare ws, ms', value: ours - bare, bar: 0.5 });
    return rows;
  } finally {
    server.stop();
  }
}
