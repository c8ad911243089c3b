import { describe, expect, it } from 'vitest';
import { heard } from './support/fake-engine.ts';
import { flush, init, start, text } from './support/start.ts';

async function withDictionaries() {
  const running = await start();
  const ids: string[] = [];
  for (const [name, replace] of [
    ['soft', 'sling'],
    ['hard', 'S L N G'],
  ]) {
    const answer = await fetch(`${running.server.url}/v1/pronunciation/dictionaries`, {
      method: 'POST',
      body: JSON.stringify({ name, modes: { rewrite: { rules: [{ match: 'slng', replace }] } } }),
    });
    ids.push(String(Object(await answer.json()).id));
  }
  return { ...running, ids };
}

const named = (name: string) => ({ pronunciation: { mode: 'rewrite', name } });
const initWith = (more: object) => ({ ...init, config: { ...init.config, ...more } });

describe('a pronunciation dictionary', () => {
  it('of the session is used for all its text', async () => {
    const { connect } = await withDictionaries();
    const client = await connect();
    client.send(initWith(named('soft')), text('SLNG speaks. A slngshot stays.'), flush, text('(Slng!)'), flush);
    await client.got('flushed', 2);
    expect(heard(client.audio)).toBe('sling speaks.A slngshot stays.(sling!)');
  });

  it('may be named by its id', async () => {
    const { connect, ids } = await withDictionaries();
    const client = await connect();
    const pronunciation = { mode: 'rewrite', dictionary_id: ids[1] };
    client.send(initWith({ pronunciation }), text('SLNG.'), flush);
    await client.got('flushed');
    expect(heard(client.audio)).toBe('S L N G.');
  });

  it('of a text replaces the one in force, and stays for the texts after it', async () => {
    const { connect } = await withDictionaries();
    const client = await connect();
    client.send(
      initWith(named('soft')),
      text('SLNG one. '),
      text('SLNG two. ', named('hard')),
      text('SLNG three. '),
      flush,
    );
    client.send({ type: 'clear' }, text('SLNG four. '), flush);
    await client.got('cleared');
    await client.until(() => client.types.at(-1) === 'flushed');
    expect(heard(client.audio)).toMatch(/S L N G four\.$/);

    const other = await connect();
    other.send(
      initWith(named('soft')),
      text('SLNG one. '),
      text('SLNG two. ', named('hard')),
      text('SLNG three. '),
      flush,
    );
    await other.got('flushed');
    expect(heard(other.audio)).toBe('sling one.S L N G two.S L N G three.');
  });

  it('holds from its text on, also inside a sentence; the same one again changes nothing', async () => {
    const { connect, engine } = await withDictionaries();
    const client = await connect();
    client.send(
      init,
      text('Plain SLNG and '),
      text('soft SLNG ', named('soft')),
      text('and SLNG.', named('soft')),
      flush,
    );
    await client.got('flushed');
    expect(engine.texts).toEqual(['Plain SLNG and', 'soft sling and sling.']);
  });

  it('is used even where a word comes in pieces', async () => {
    const { connect } = await withDictionaries();
    const client = await connect();
    client.send(initWith(named('soft')), ...[...'Say SLNG now.'].map((char) => text(char)), flush);
    await client.got('flushed');
    expect(heard(client.audio)).toBe('Say sling now.');
  });

  it('that does not exist leaves a session without settings', async () => {
    const { connect, engine } = await withDictionaries();
    const client = await connect();
    client.send(initWith(named('support-pronunciations')), text('Hello.'), flush);
    await client.got('error', 3);
    expect(client.messages[0]).toEqual({
      type: 'error',
      code: 'pronunciation_not_found',
      message: 'Pronunciation dictionary not found: support-pronunciations',
    });
    expect(client.types).not.toContain('ready');
    expect(engine.requested).toHaveLength(0);
  });

  it('that does not exist keeps its text from being spoken, and nothing else', async () => {
    const { connect } = await withDictionaries();
    const client = await connect();
    client.send(
      initWith(named('soft')),
      text('SLNG one. '),
      text('SLNG two. ', named('none')),
      text('SLNG three. '),
      flush,
    );
    await client.got('flushed');
    expect(await client.got('error')).toMatchObject({ code: 'pronunciation_not_found' });
    expect(heard(client.audio)).toBe('sling one.sling three.');
  });

  it('may be deleted while it is in use', async () => {
    const { connect, server } = await withDictionaries();
    const client = await connect();
    client.send(initWith(named('soft')), text('SLNG one.'), flush);
    await client.got('flushed');
    const answer = await fetch(`${server.url}/v1/pronunciation/dictionaries/soft`, { method: 'DELETE' });
    expect(answer.status).toBe(204);
    client.send(text('SLNG two.'), flush);
    await client.got('flushed', 2);
    client.send(text('SLNG three.', named('soft')), flush);
    await client.got('flushed', 3);
    expect(heard(client.audio)).toBe('sling one.sling two.');
    expect(client.types.filter((type) => type === 'error')).toHaveLength(1);
  });

  it('that leaves nothing of a sentence, or makes something of a sign, is heeded', async () => {
    const { connect, server, engine } = await withDictionaries();
    const rules = [
      { match: 'hush', replace: '' },
      { match: '→', replace: 'arrow' },
    ];
    await fetch(`${server.url}/v1/pronunciation/dictionaries`, {
      method: 'POST',
      body: JSON.stringify({ name: 'signs', modes: { rewrite: { rules } } }),
    });
    const client = await connect();
    client.send(initWith(named('signs')), text('Hush! '), flush, text('→'), flush);
    await client.got('flushed', 2);
    expect(engine.texts).toEqual(['arrow']);
  });
});
