import type { Answer } from './answer.ts';
import { checkDictionary } from './dictionary-check.ts';
import type { Dictionary, DictionaryStore } from './dictionary-store.ts';
import type { Route } from './http.ts';

const base = '/v1/pronunciation/dictionaries';

/** Whom a dictionary belongs to: there is only one organisation here. */
const orgId = 'local';

function asJson(dictionary: Dictionary): object {
  return {
    id: dictionary.id,
    org_id: orgId,
    name: dictionary.name,
    normalized_name: dictionary.normalizedName,
    metadata: dictionary.metadata,
    modes: dictionary.modes,
    content_hash: dictionary.contentHash,
    created_at: dictionary.createdAt.toISOString(),
  };
}

/** The error shape of this part of SLNG's interface (PROTOCOLS 1.4). */
function failed(status: number, code: string, error: string, more: object = {}): Answer {
  return { status, body: { code, error, ...more } };
}

function notFound(name: string): Answer {
  return failed(404, 'pronunciation_not_found', `Pronunciation dictionary not found: ${name}`);
}

function create(store: DictionaryStore, body: unknown): Answer {
  const checked = checkDictionary(body);
  if ('fieldErrors' in checked) {
    return failed(400, 'invalid_pronunciation', 'The dictionary is not valid', { fieldErrors: checked.fieldErrors });
  }
  const created = store.create(checked.input);
  if (created === 'conflict') {
    return failed(409, 'pronunciation_conflict', `A dictionary of this name exists: ${checked.input.name}`);
  }
  if (created === 'full') {
    return failed(503, 'pronunciation_unavailable', 'This server keeps no more dictionaries; delete one first');
  }
  return { status: 201, body: asJson(created) };
}

/** Create, list, get and delete, with the paths, statuses and bodies of PROTOCOLS 1.4. */
export function dictionaryRoutes(store: DictionaryStore): Route[] {
  const unauthorized = () => failed(401, 'pronunciation_unauthenticated', 'The API key is missing or not valid');
  const notJson = () => failed(400, 'invalid_pronunciation', 'The body is not JSON');
  return [
    {
      path: base,
      unauthorized,
      notJson,
      methods: {
        GET: () => ({ status: 200, body: { dictionaries: store.list().map(asJson) } }),
        POST: async ({ json }) => create(store, await json()),
      },
    },
    {
      path: `${base}/`,
      named: true,
      unauthorized,
      notJson,
      methods: {
        GET: ({ name }) => {
          const found = store.find({ name });
          return found ? { status: 200, body: asJson(found) } : notFound(name);
        },
        DELETE: ({ name }) => (store.delete(name) ? { status: 204 } : notFound(name)),
      },
    },
  ];
}
