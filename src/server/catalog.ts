import type { Synthesizer, VoiceInfo } from '../engine/engine.ts';
import type { Recogniser } from '../engine/recogniser.ts';
import type { Answer } from './answer.ts';
import type { Route } from './http.ts';

const provider = { name: 'Local', code: 'local' } as const;

/** One page holds everything; these are what a client may ask for beyond it. */
const defaultPageSize = 50;
const maxPageSize = 500;

function asVoice({ id, description, gender, language }: VoiceInfo): object {
  return { voice_id: id, name: description, ...(gender && { gender }), language };
}

/** What a model's entry says, whichever way speech goes. */
function asModel(name: string, serviceType: 'tts' | 'stt', languages: readonly string[]): object {
  return {
    code: `${provider.code}/${name}`,
    name,
    service_type: serviceType,
    provider_code: provider.code,
    provider,
    streaming: true,
    languages,
    supported_protocols: ['websocket'],
  };
}

async function speaking(engine: Synthesizer | undefined): Promise<object[]> {
  if (engine === undefined) return [];
  const voices = await engine.voices();
  const languages = [...new Set(voices.map((voice) => voice.language))];
  return [{ ...asModel(engine.name, 'tts', languages), voices: voices.map(asVoice) }];
}

function listening(recogniser: Recogniser | undefined): object[] {
  return recogniser ? [{ ...asModel(recogniser.name, 'stt', recogniser.languages), voices: [] }] : [];
}

function whole(text: string | null, otherwise: number, most: number): number {
  const value = Number(text ?? otherwise);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : otherwise;
}

/** The models that a server offers, in pages, as SLNG's catalogue has them (PROTOCOLS 1.6). */
async function models(
  engine: Synthesizer | undefined,
  recogniser: Recogniser | undefined,
  query: URLSearchParams,
): Promise<Answer> {
  const wanted = query.get('service_type');
  const all = [
    ...(wanted === null || wanted === 'tts' ? await speaking(engine) : []),
    ...(wanted === null || wanted === 'stt' ? listening(recogniser) : []),
  ];
  const page = whole(query.get('page'), 1, Number.MAX_SAFE_INTEGER);
  const pageSize = whole(query.get('page_size'), defaultPageSize, maxPageSize);
  const items = all.slice((page - 1) * pageSize, page * pageSize);
  const meta = { page, page_size: pageSize, total: all.length, pages: Math.ceil(all.length / pageSize) };
  return { status: 200, body: { items, meta } };
}

/** No key is wanted, as with SLNG. */
export function catalogRoute(engine: Synthesizer | undefined, recogniser: Recogniser | undefined): Route {
  return {
    path: '/v1/catalog/models',
    open: true,
    methods: { GET: ({ url }) => models(engine, recogniser, url.searchParams) },
  };
}
