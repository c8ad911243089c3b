import type { Clock } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import { encodings } from '../format.ts';
import type { AudioSink } from '../sink.ts';
import { Intake } from './intake.ts';

/** Takes any one format and keeps nothing but the count of its samples: for measuring. */
export function createNullSink(clock: Clock = systemClock): AudioSink {
  const intake = new Intake('the null sink', clock, encodings);
  let stopped = false;
  return {
    refuses: (format) => intake.refuses(format),
    write(chunk) {
      if (!stopped) intake.admit(chunk);
    },
    drain: async () => {},
    abort() {
      stopped = true;
    },
    position: () => intake.position(),
  };
}
