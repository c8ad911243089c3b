// Loaded before a command of vox in a test (`node --require`): where the process lives on although its work is done, it
// says on stderr by what. It is no part of vox.
const { isMainThread } = require('node:worker_threads');

/** Longer than anything needs that is closing. */
const patienceMs = 500;

let isDone = false;

function done() {
  isDone = true;
  // Neither timer keeps the process alive. The second is for a busy machine, where the first may be due at once.
  later(patienceMs, () => later(patienceMs / 5, tell));
}

function later(ms, act) {
  setTimeout(act, ms).unref();
}

function tell() {
  // The pipes of stdout and stderr are among them, worker threads are not.
  process.stderr.write(`\nheld on to: ${process.getActiveResourcesInfo().join(', ') || 'what Node does not name'}\n`);
}

if (isMainThread) {
  // bin/vox.js takes back its guard against an early end when the command has come to its own.
  const { off } = process;
  process.off = (name, ...rest) => {
    if (name === 'beforeExit') done();
    return off.call(process, name, ...rest);
  };
  process.on('exit', () => {
    if (!isDone) process.stderr.write('\nended before it was done\n');
  });
}
