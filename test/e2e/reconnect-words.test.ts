import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { wavHeader } from '../../src/audio/wav-header.ts';
import type { DialectName } from '../../src/cli/dialects.ts';
import { wordErrors } from '../../src/metrics/wer.ts';
import { type Cutting, cuttingProxy } from '../support/cutting-proxy.ts';
import { needs } from '../support/programs.ts';
import { type Served, scratch, serve, vox } from '../support/vox.ts';
import { lines as told } from './played.ts';

const folder = scratch();
const at = (name: string) => join(folder.path, name);
/** Real recognition, on a machine that does other things as well. */
const limitMs = 400_000;
const env = { DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k', SLNG_API_KEY: 'k' };

/** Short ones: what is lost with a connection is heard again from the last utterance's end. */
const sentences = [
  'We get up early.',
  'I make some coffee.',
  'They go to school.',
  'My sister works in an office.',
  'She often walks home.',
  'The weather is good.',
  'It rains all day.',
  'We stay inside.',
  'I read a book.',
  'They sit in the garden.',
  'The street is very quiet.',
  'I open the window.',
  'We look at the stars.',
  'My brother drives a truck.',
  'He leaves before the sun.',
  'The snow was so deep.',
  'Nobody could find the road.',
  'We waited until midnight.',
  'Then we heard the door.',
  'He takes us to the lake.',
  'We swim in the water.',
  'The dog looks for sticks.',
  'We make a fire.',
  'Nobody wants to go home.',
];
/** The recogniser takes an utterance to be over after 500 ms. */
const breathMs = 600;

interface Heard {
  readonly errors: number;
  readonly text: string;
  readonly reconnects: unknown;
}

interface CutRun extends Heard {
  readonly cuts: number;
}

const dialects = ['slng', 'deepgram', 'telnyx'] as const;

/**
 * What is sent is seconds ahead of what is heard: so a connection is cut by what the service says on it. Each brings a
 * final, and breaks anywhere in the results behind it.
 */
const cutting: Omit<Cutting, 'bytes'> = {
  cuts: 20,
  of: 'server',
  seed: 11,
  after: /final_transcript|"is_final": ?true/,
};
const bytesOf = { slng: [1, 350], deepgram: [1, 3500], telnyx: [1, 400] } as const;

const { describe, it } = needs('pocketsphinx_continuous');

describe('speech of our own voice, recognised through a connection that is cut twenty times', () => {
  let server: Served;
  let whole: Heard;

  beforeAll(async () => {
    server = await serve();
    const spoken = ['--voice', 'rms', '--sample-rate', '16000', '--format', 'pcm', '--provider', 'local'];
    const ran = await vox(['synth', '--quiet', ...spoken, '--lines', '--out-dir', at('lines')], {
      input: sentences.join('\n'),
      withinMs: limitMs,
    });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const names = readdirSync(at('lines')).sort();
    const breath = Buffer.alloc(32 * breathMs);
    const audio = Buffer.concat(names.flatMap((name) => [readFileSync(join(at('lines'), name)), breath]));
    const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
    writeFileSync(at('said.wav'), Buffer.concat([wavHeader(format, audio.length), audio]));
    // Deepgram's words tell the last final from one that was under way: nothing is missing, however slow the machine.
    whole = await heard('deepgram', server.wsUrl);
  }, limitMs);
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    folder.remove();
  });

  async function heard(dialect: DialectName, wsUrl: string): Promise<Heard> {
    const service = ['--endpoint', wsUrl, '--provider', dialect, '--pace', 'fast'];
    const ran = await vox(['transcribe', '--json', at('said.wav'), ...service], { env, withinMs: limitMs });
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    const events = told(ran);
    const text = events.flatMap(({ event, text }) => (event === 'final' ? [String(text)] : [])).join(' ');
    const { substitutions, deletions, insertions } = wordErrors(sentences.join(' '), text);
    return { errors: substitutions + deletions + insertions, text, reconnects: events.at(-1)?.reconnects };
  }

  async function cutRun(dialect: DialectName): Promise<CutRun> {
    const proxy = await cuttingProxy(server.wsUrl, { ...cutting, bytes: bytesOf[dialect] });
    try {
      return { ...(await heard(dialect, proxy.wsUrl)), cuts: proxy.cuts };
    } finally {
      await proxy.close();
    }
  }

  it('is most of a minute, of which most is understood', () => {
    expect(readFileSync(at('said.wav')).length / 32_000).toBeGreaterThan(45);
    expect(whole.errors, whole.text).toBeLessThan(25);
  });

  it.each(dialects)(
    'has at most two word errors more: %s',
    async (dialect) => {
      const cut = await cutRun(dialect);
      expect(cut).toMatchObject({ cuts: 20, reconnects: 20 });
      expect(cut.errors, `${cut.text}\nuncut: ${whole.text}`).toBeLessThanOrEqual(whole.errors + 2);
    },
    limitMs,
  );
});
