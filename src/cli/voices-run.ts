import { SpeechError } from '../errors.ts';
import type { HttpWatcher } from '../transport/http.ts';
import { choose, type ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { headerPairs } from './settings.ts';
import { openTrace, type Trace } from './trace.ts';
import type { VoicesFlags } from './voices.ts';
import { httpLog } from './wire-log.ts';
import { localVoices } from './wiring.ts';

interface Voice {
  readonly id: string;
  readonly language: string;
  readonly gender?: string;
  readonly model?: string;
  readonly description: string;
}

/** A catalogue of more pages than this does not end. */
const mostPages = 50;

/** The other vendors' catalogues are no part of the protocols that vox speaks. */
const listed: ReadonlySet<string> = new Set(['local', 'slng']);

/** Lists what the provider can speak with, on stdout. The local provider is asked no request: its trace is empty. */
export async function listVoices(flags: VoicesFlags, running: Running): Promise<undefined> {
  const choice = choose(flags, running);
  if (!listed.has(choice.provider)) {
    throw new SpeechError('E_UNSUPPORTED', `vox has no list of the voices of ${choice.provider}`, {
      todo: 'the documents of the vendor have one; `-v NAME` takes any of them',
    });
  }
  const trace = flags.trace === undefined ? undefined : await openTrace(flags.trace, running.clock, running.secrets);
  let voices: readonly Voice[];
  try {
    voices = await (choice.provider === 'local' ? localVoices(running) : catalogVoices(choice, flags, running, trace));
  } finally {
    await trace?.close();
  }
  const { language } = flags;
  const wanted = language === undefined ? voices : voices.filter((voice) => speaks(voice.language, language));
  running.reporter.voices(wanted);
  return undefined;
}

function speaks(offered: string, wanted: string): boolean {
  const [a, b] = [offered.toLowerCase(), wanted.toLowerCase()];
  return a === b || a.startsWith(`${b}-`) || b.startsWith(`${a}-`);
}

async function catalogVoices(
  choice: ProviderChoice,
  flags: VoicesFlags,
  { clock, signal, log }: Running,
  trace: Trace | undefined,
): Promise<Voice[]> {
  const [{ catalogUrl, readCatalog }, { slngSpeak }, { getJson }] = await Promise.all([
    import('../dialects/slng/catalog.ts'),
    import('../dialects/slng/index.ts'),
    import('../transport/http.ts'),
  ]);
  const baseUrl = choice.endpoint ?? slngSpeak.traits.defaults.baseUrl;
  const { key } = choice.credentials;
  const headers = { ...headerPairs(flags.header), ...(key !== undefined && { Authorization: `Bearer ${key}` }) };
  const watcher = watchTogether([
    ...(trace ? [trace.catalogWatcher(slngSpeak.name, baseUrl)] : []),
    ...(flags.debug.includes('wire') ? [httpLog(log)] : []),
  ]);
  const voices: Voice[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const json = await getJson(catalogUrl(baseUrl, page), headers, {
      clock,
      signal,
      timeoutMs: flags.connectTimeout * 1000,
      refused: (refusal) => slngSpeak.endpoint.refused(refusal),
      watcher,
    });
    const read = readCatalog(json);
    if (!read) throw new SpeechError('E_PROTOCOL', 'the catalogue of models has a shape that vox does not know');
    voices.push(...read.voices.map(({ name, ...voice }) => ({ ...voice, description: name })));
    if (page >= read.pages) break;
  }
  return voices;
}

function watchTogether(watchers: readonly HttpWatcher[]): HttpWatcher {
  return {
    asked(request) {
      for (const watcher of watchers) watcher.asked(request);
    },
    answered(answer) {
      for (const watcher of watchers) watcher.answered(answer);
    },
  };
}
