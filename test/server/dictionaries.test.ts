import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { start } from './support/start.ts';

const path = '/v1/pronunciation/dictionaries';
const rules = [{ match: 'SLNG', replace: 'sling' }];
const support = { name: 'Support-Words.1', modes: { rewrite: { rules } } };

async function api(options: Parameters<typeof start>[0] = {}) {
  const { server } = await start(options);
  return async (method: string, tail = '', body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.url + path + tail, {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers };
  };
}

describe('dictionaries over REST', () => {
  it('are created, listed, fetched and deleted', async () => {
    const call = await api();
    const made = {
      id: 'pd_1',
      org_id: 'local',
      name: 'Support-Words.1',
      normalized_name: 'support-words.1',
      metadata: {},
      modes: { rewrite: { rules } },
      content_hash: createHash('sha256').update(JSON.stringify(support.modes)).digest('hex'),
      created_at: '2026-11-20T12:00:00.000Z',
    };
    expect(await call('GET')).toMatchObject({ status: 200, body: { dictionaries: [] } });
    expect(await call('POST', '', support)).toMatchObject({ status: 201, body: made });
    expect((await call('GET')).body).toEqual({ dictionaries: [made] });
    expect(await call('GET', '/Support-Words.1')).toMatchObject({ status: 200, body: made });
    expect(await call('DELETE', '/Support-Words.1')).toMatchObject({ status: 204, body: undefined });
    expect((await call('GET')).body).toEqual({ dictionaries: [] });
  });

  it('keep metadata and the ipa mode as they were given', async () => {
    const call = await api();
    const ipa = { rules: [{ match: 'a', replace: 'ɑ' }] };
    const body = { ...support, metadata: { team: 'x' }, modes: { rewrite: { rules: [] }, ipa } };
    expect((await call('POST', '', body)).body).toMatchObject({ metadata: { team: 'x' }, modes: body.modes });
  });

  it('do not read fields that nobody knows, and do not give them back', async () => {
    const call = await api();
    const created = await call('POST', '', { ...support, id: 'mine', colour: 'red' });
    expect(created.status).toBe(201);
    expect(created.body.id).toBe('pd_1');
    expect(created.body).not.toHaveProperty('colour');
  });

  it('are found whatever the case of their name, which two cannot share', async () => {
    const call = await api();
    await call('POST', '', support);
    expect((await call('GET', '/SUPPORT-words.1')).status).toBe(200);
    const again = await call('POST', '', { ...support, name: 'support-WORDS.1' });
    expect(again.status).toBe(409);
    expect(again.body).toEqual({
      code: 'pronunciation_conflict',
      error: 'A dictionary of this name exists: support-WORDS.1',
    });
    await call('DELETE', '/support-words.1');
    expect((await call('POST', '', support)).status).toBe(201);
  });

  it.each(['GET', 'DELETE'])('are missed with 404 (%s)', async (method) => {
    const call = await api();
    expect(await call(method, '/no%2Dne')).toMatchObject({
      status: 404,
      body: { code: 'pronunciation_not_found', error: 'Pronunciation dictionary not found: no-ne' },
    });
  });

  it.each(['/', '/a/b', '/%', '/a%2Fb'])('have no name like %j', async (tail) => {
    const call = await api();
    expect(await call('GET', tail)).toMatchObject({ status: 404, body: { title: 'Not Found' } });
  });

  it('are refused field by field', async () => {
    const call = await api();
    const body = {
      name: 'no spaces',
      metadata: [],
      modes: { rewrite: { rules: [{ match: ' ', replace: 'x' }, { match: 'a' }, 7] } },
    };
    const { status, body: answer } = await call('POST', '', body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ code: 'invalid_pronunciation', error: 'The dictionary is not valid' });
    expect(Object.keys(answer.fieldErrors)).toEqual([
      'name',
      'metadata',
      'modes.rewrite.rules[0].match',
      'modes.rewrite.rules[1].replace',
      'modes.rewrite.rules[2].match',
      'modes.rewrite.rules[2].replace',
    ]);
  });

  it.each(['', '{', 'null', '[]', '"x"', '7'])('are not made of %j', async (body) => {
    const call = await api();
    expect(await call('POST', '', body)).toMatchObject({ status: 400, body: { code: 'invalid_pronunciation' } });
    expect((await call('GET')).body).toEqual({ dictionaries: [] });
  });

  it('want the key, each of the methods', async () => {
    const call = await api({ key: 'K' });
    for (const [method, tail] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', '/x'],
      ['DELETE', '/x'],
    ] as const) {
      const answer = await call(method, tail, method === 'POST' ? support : undefined, { authorization: 'Bearer no' });
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({
        code: 'pronunciation_unauthenticated',
        error: 'The API key is missing or not valid',
      });
    }
    expect((await call('POST', '', support, { authorization: 'Bearer K' })).status).toBe(201);
    expect((await call('GET', '?token=K')).body.dictionaries).toHaveLength(1);
  });

  it('are kept up to a number', async () => {
    const call = await api({ limits: { dictionaries: 2 } });
    for (const name of ['a', 'b']) expect((await call('POST', '', { ...support, name })).status).toBe(201);
    expect(await call('POST', '', { ...support, name: 'c' })).toMatchObject({
      status: 503,
      body: { code: 'pronunciation_unavailable' },
    });
    await call('DELETE', '/a');
    expect((await call('POST', '', { ...support, name: 'c' })).status).toBe(201);
  });

  it.each([1001, 3500])('of %i bytes are too large where 1000 are the most', async (bytes) => {
    const call = await api({ limits: { bodyBytes: 1000 } });
    const body = JSON.stringify({ ...support, padding: '' });
    const answer = await call('POST', '', body.replace('""', `"${'x'.repeat(bytes - body.length)}"`));
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ status: 413 });
    const fits = body.replace('""', `"${'x'.repeat(1000 - body.length)}"`);
    expect((await call('POST', '', fits)).status).toBe(201);
  });
});
