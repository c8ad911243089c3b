import * as v from 'valibot';

/** A voice of the catalogue. */
export interface CatalogVoice {
  readonly id: string;
  readonly model: string;
  readonly language: string;
  readonly gender?: string;
  readonly name: string;
}

export interface CatalogPage {
  readonly voices: readonly CatalogVoice[];
  readonly page: number;
  readonly pages: number;
}

const words = v.fallback(v.optional(v.string(), ''), '');

const catalog = v.object({
  items: v.array(
    v.object({
      code: v.string(),
      voices: v.fallback(
        v.optional(v.array(v.object({ voice_id: v.string(), name: words, gender: words, language: words })), []),
        [],
      ),
    }),
  ),
  meta: v.fallback(v.optional(v.object({ page: v.number(), pages: v.number() }), { page: 1, pages: 1 }), {
    page: 1,
    pages: 1,
  }),
});

/** The address of one page (from 1) of the catalogue's models that speak (PROTOCOLS 1.6, after slng-ai/examples). */
export function catalogUrl(baseUrl: string, page: number): string {
  const url = new URL(baseUrl);
  url.protocol = url.protocol.replace('ws', 'http');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/catalog/models`;
  url.search = new URLSearchParams({ service_type: 'tts', page: String(page), page_size: '100' }).toString();
  return url.href;
}

/** Reads one page; undefined where it is not the catalogue's shape. */
export function readCatalog(json: unknown): CatalogPage | undefined {
  const read = v.safeParse(catalog, json);
  if (!read.success) return undefined;
  const voices = read.output.items.flatMap((model) =>
    model.voices.map((voice) => ({
      id: voice.voice_id,
      model: model.code,
      language: voice.language,
      name: voice.name || voice.voice_id,
      ...(voice.gender && { gender: voice.gender }),
    })),
  );
  return { voices, page: read.output.meta.page, pages: read.output.meta.pages };
}
