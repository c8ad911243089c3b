// Loaded into `vox bench` by a test: its one thread does nothing else for a while, now and then, as a client does that
// is asked for too much.
const everyMs = Number(process.env.VOX_TEST_BUSY_EVERY_MS);
const forMs = Number(process.env.VOX_TEST_BUSY_FOR_MS);
setInterval(() => {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs);
}, everyMs).unref();
