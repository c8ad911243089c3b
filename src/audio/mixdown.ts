/**
 * Interleaved samples of several channels as one: their mean, rounded. Mono passes as it is, uncopied. The length is a
 * whole number of samples of all channels.
 */
export function mixdown(samples: Int16Array, channels: number): Int16Array {
  if (channels === 1) return samples;
  const mono = new Int16Array(samples.length / channels);
  // Two channels are what nearly every file with more than one has: worth a loop without an inner one.
  if (channels === 2) {
    for (let i = 0, at = 0; i < mono.length; i++, at += 2) {
      mono[i] = ((samples[at] ?? 0) + (samples[at + 1] ?? 0) + 1) >> 1;
    }
    return mono;
  }
  for (let i = 0, at = 0; i < mono.length; i++) {
    let sum = 0;
    for (const end = at + channels; at < end; at++) sum += samples[at] ?? 0;
    mono[i] = Math.round(sum / channels);
  }
  return mono;
}

/** One channel of interleaved samples. */
export function channelOf(samples: Int16Array, channels: number, channel: number): Int16Array {
  if (channels === 1) return samples;
  const mono = new Int16Array(samples.length / channels);
  for (let i = 0, at = channel; i < mono.length; i++, at += channels) mono[i] = samples[at] ?? 0;
  return mono;
}
