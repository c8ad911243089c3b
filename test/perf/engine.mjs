// The local engine behind `vox serve` in a process of its own: text written on a ready, warm session → first audio.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, root } from './measure.mjs';

const subjects = [
  'The weather report',
  'My older sister',
  'The next train',
  'A friend of mine',
  'The new assistant',
  'Your order',
  'The meeting room',
  'This little device',
  'The doctor',
  'Our neighbour',
];
const predicates = [
  'says that it will rain tonight, so take a coat',
  'arrives at half past seven, if all goes well',
  'is ready to help, whenever you are',
  'was moved to the second floor, near the stairs',
  'has been working since the morning, without a break',
  'can wait until tomorrow, I suppose',
  'needs a few more minutes, please hold on',
  'would like to know, what you think of it',
  'costs a little more, but it is worth it',
  'called twice today, and left a message',
];

/** A hundred sentences, no two the same, each with a clause to begin with. */
export const sentences = subjects.flatMap((subject) => predicates.map((predicate) => `${subject} ${predicate}.`));

export async function engineRows() {
  const child = spawn(process.execPath, [join(root, 'bin/vox.js'), 'serve', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { wsUrl } = JSON.parse(await new Promise((resolve) => createInterface(child.stdout).once('line', resolve)));
    const { connectSpeech, cutSpans } = await import(join(root, 'dist/index.js'));
    const session = connectSpeech({ endpoint: wsUrl, model: 'local/flite', session: { flush: 'clause' } });
    const times = [];
    // The first five warm the session and the workers.
    for (const [i, sentence] of ['One.', 'Two is more.', 'Three, or four.', 'Five.', 'Six.', ...sentences].entries()) {
      const turn = session.speak(cutSpans(once(sentence), { eager: true, markdown: false }));
      for await (const _ of turn);
      const { report } = await turn.result;
      if (i >= 5) times.push(report.ttfbFirstTextMs);
    }
    await session.close();
    return [
      {
        name: `local engine, text written → first audio, warm, median of ${times.length} sentences, ms`,
        value: median(times),
        bar: 35,
      },
    ];
  } finally {
    child.kill();
  }
}

async function* once(text) {
  yield text;
}
