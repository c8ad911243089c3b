// Loaded ahead of a program that is watched (`--expose-gc --require`): tells on demand, over the channel to its parent,
// what the process holds on to.
const { readdirSync, readFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

function childCount() {
  const ofThread = (id) => readFileSync(`/proc/self/task/${id}/children`, 'utf8').split(' ').filter(Boolean).length;
  return readdirSync('/proc/self/task').reduce((sum, id) => {
    try {
      return sum + ofThread(id);
    } catch {
      return sum; // the thread has ended meanwhile
    }
  }, 0);
}

function resources() {
  const counts = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Memory of array buffers is given back by another thread, some time after the collection that found it free. */
async function collect() {
  for (let time = 0; time < 2; time++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function answer(message) {
  if (message?.ask !== 'reading') return;
  await collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const reading = {
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    // The folder that is being read is one of them.
    descriptors: readdirSync('/proc/self/fd').length - 1,
    threads: readdirSync('/proc/self/task').length,
    children: childCount(),
    resources: resources(),
  };
  if (process.connected) process.send({ reading });
}

// Worker threads load what their process was told to load.
if (isMainThread) {
  process.on('message', answer);
  // To be asked is no reason to live on.
  process.channel.unref();
}
