// Prints docs/dialects.md, what each command sends in each dialect; with --short, the table of README. Both are made from
// the commands' own settings, the session's own order and the codecs, and a test holds the files to it.
import { build } from 'esbuild';

const built = await build({
  stdin: {
    contents: `export { dialects } from './src/cli/dialects.ts';
      export { listenSettings } from './src/cli/listen-settings.ts';
      export { speakSettings } from './src/cli/settings.ts';
      export { planHearing, planTurn } from './src/session/plan.ts';
      export { cutSpans } from './src/text/spans.ts';`,
    resolveDir: '.',
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const source = built.outputFiles[0].text;
const parts = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const sentence = 'Good morning.';
const rows = [
  { name: 'SLNG, direct', dialect: 'slng', route: 'direct' },
  { name: 'SLNG, bridge', dialect: 'slng', route: 'bridge' },
  { name: 'Deepgram', dialect: 'deepgram' },
  { name: 'Telnyx', dialect: 'telnyx' },
];

const shown = (frame) => (frame.kind === 'text' ? frame.text : `(${frame.bytes.length} bytes of audio)`);

async function collect(frames) {
  const list = [];
  for await (const frame of frames) list.push(shown(frame));
  return list;
}

/** A codec in the middle of a turn. */
function speaking(service, settings) {
  const peer = service.client(settings);
  peer.opened();
  peer.encode({ type: 'begin', turn: 'turn-1' });
  peer.encode({ type: 'text', turn: 'turn-1', text: sentence, throughChar: sentence.length });
  return peer;
}

/** What an interruption says, and what becomes of the connection. */
function interruption(service, settings) {
  const { frames } = speaking(service, settings).encode({ type: 'interrupt', turn: 'turn-1' });
  const swaps = service.traits.interrupt === 'swapSocket';
  const next = swaps
    ? 'the next turn goes to a connection warmed ahead'
    : 'the next turn follows on the same connection';
  return { frames: frames.map(shown), next };
}

function keepAlive({ traits }, peer) {
  const frames = traits.keepAliveMs === undefined ? [] : peer.encode({ type: 'keepAlive' }).frames.map(shown);
  return { frames, next: frames.length > 0 ? `every ${traits.keepAliveMs / 1000} s` : 'nothing' };
}

function opened(peer) {
  peer.opened();
  return peer;
}

function upgrade({ endpoint }, settings) {
  const { url, headers } = endpoint.build(settings, { key: 'KEY', via: 'header' });
  return [url, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
}

async function* audio(format) {
  yield { format, bytes: new Uint8Array(1600), firstSample: 0 };
}

const plans = [];
for (const { name, dialect, route } of rows) {
  const { speak, listen } = await parts.dialects[dialect]();
  const flags = { param: [], header: [], ...(route && { route }) };
  const place = ({ traits }) => traits.defaults.baseUrl;
  const { settings } = parts.speakSettings(flags, {}, speak.traits, { baseUrl: place(speak), provider: dialect });
  const heard = parts.listenSettings(flags, listen.traits, place(listen));
  const spans = parts.cutSpans([sentence], { eager: true, markdown: false });
  plans.push({
    name,
    say: [...upgrade(speak, settings), ...(await collect(parts.planTurn(speak, settings, spans, 'clause')))],
    interrupt: interruption(speak, settings),
    sayKeepAlive: keepAlive(speak, speaking(speak, settings)),
    hear: [...upgrade(listen, heard), ...(await collect(parts.planHearing(listen, heard, audio(heard.format))))],
    hearKeepAlive: keepAlive(listen, opened(listen.client(heard))),
  });
}

const code = (text) => `\`${text.replaceAll('|', '\\|')}\``;
const table = (header, lines) =>
  [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A message by its name, where it has one. */
function named(text) {
  if (!text.startsWith('{')) return text.replace(/^\(\d+ bytes of audio\)$/, 'audio');
  const { type } = JSON.parse(text);
  return code(type ?? text);
}
const names = (lines) =>
  lines
    .filter((line) => !/^(wss|Authorization):/.test(line))
    .map(named)
    .join(' ');
const full = ({ frames, next }) => [...frames.map(code), next].join('<br>');
const kept = ({ sayKeepAlive, hearKeepAlive }) => [full(sayKeepAlive), full(hearKeepAlive)];

if (process.argv.includes('--short')) {
  const lines = plans.map(({ name, say, interrupt, hear }) => [name, names(say), names(interrupt.frames), names(hear)]);
  console.log(table(['', '`say`, `synth`', 'interrupted', '`transcribe`, `listen`'], lines));
} else {
  const sent = (key) =>
    table(
      ['dialect', 'sends, in this order'],
      plans.map((plan) => [plan.name, plan[key].map(code).join('<br>')]),
    );
  console.log(`# What each command sends in each dialect

Made from the codecs by \`node scripts/dialect-table.mjs\`; \`--dry-run\` shows the same for a text or a recording of
yours. With no key, and with \`--endpoint\` alone, the dialect is SLNG's. What each message means, and what comes back:
[SLNG](protocols/slng.md), [Deepgram](protocols/deepgram.md), [Telnyx](protocols/telnyx.md).

## \`vox say "${sentence}"\`, \`vox synth\`

The last message goes out when the sound is complete. Longer text is cut: [session.md](session.md).

${sent('say')}

## An interruption

Ctrl-C in \`vox say\`, \`interrupt()\` in the library. The loudspeaker is silent before this is sent, and audio of that turn
that still comes is dropped.

${table(
  ['dialect', 'sends'],
  plans.map(({ name, interrupt }) => [name, full(interrupt)]),
)}

## \`vox transcribe\`, \`vox listen\`

50 ms of audio stand for all of it. The last message goes out when the final result is there.

${sent('hear')}

## While nothing is to be sent

${table(
  ['dialect', 'speech out', 'speech in'],
  plans.map((plan) => [plan.name, ...kept(plan)]),
)}`);
}
