// Loaded before `vox serve` in a test (`node --expose-gc --import`): says over the channel to its parent, when asked, what
// the process holds after everything that can be collected was. It is no part of vox.
import { readdirSync, readFileSync } from 'node:fs';
import { Server } from 'node:net';

/** What the test must be able to catch: with this, each connection that was ever there is kept. */
const leaked = [];
if (process.env.VOX_TEST_LEAK === 'sockets') {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (name, ...args) {
    if (name === 'connection') leaked.push(args[0]);
    return emit.call(this, name, ...args);
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

process.on('message', async () => {
  // What is freed late (finalizers, sockets that close) takes some rounds.
  for (let round = 0; round < 8; round++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const count = (folder) => readdirSync(folder).length;
  process.send({
    heapBytes: heapUsed + external,
    rssBytes: rss,
    descriptors: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
    children: readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === process.pid).length,
  });
});
process.channel?.unref();

function parentOf(pid) {
  try {
    return Number(/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
