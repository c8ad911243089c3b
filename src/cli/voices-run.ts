import { SpeechError } from '../errors.ts';
import { choose, type ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { headerPairs } from './settings.ts';
import type { VoicesFlags } from './voices.ts';
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

/** Lists what the provider can speak with, on stdout. */
export async function listVoices(flags: VoicesFlags, running: Running): Promise<undefined> {
  const choice = choose(flags, running);
  const voices: readonly Voice[] =
    choice.provider === 'local' ? await localVoices(running) : await catalogVoices(choice, flags, running);
  const { language } = flags;
  const wanted = language === undefined ? voices : voices.filter((voice) => speaks(voice.language, language));
  running.reporter.voices(wanted);
  return undefined;
}

function speaks(offered: string, wanted: string): boolean {
  const [a, b] = [offered.toLowerCase(), wanted.toLowerCase()];
  return a === b || a.startsWith(`${b}-`) || b.startsWith(`${a}-`);
}

async function catalogVoices(choice: ProviderChoice, flags: VoicesFlags, { clock, signal }: Running): Promise<Voice[]> {
  const [{ catalogUrl, readCatalog }, { slngSpeak }, { getJson }] = await Promise.all([
    import('../dialects/slng/catalog.ts'),
    import('../dialects/slng/index.ts'),
    import('../transport/http.ts'),
  ]);
  const baseUrl = choice.endpoint ?? slngSpeak.traits.defaults.baseUrl;
  const { key } = choice.credentials;
  const headers = { ...headerPairs(flags.header), ...(key !== undefined && { Authorization: `Bearer ${key}` }) };
  const voices: Voice[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const json = await getJson(catalogUrl(baseUrl, page), headers, {
      clock,
      signal,
      timeoutMs: flags.connectTimeout * 1000,
      refused: (refusal) => slngSpeak.endpoint.refused(refusal),
    });
    const read = readCatalog(json);
    if (!read) throw new SpeechError('E_PROTOCOL', 'the catalogue of models has a shape that vox does not know');
    voices.push(...read.voices.map(({ name, ...voice }) => ({ ...voice, description: name })));
    if (page >= read.pages) break;
  }
  return voices;
}
