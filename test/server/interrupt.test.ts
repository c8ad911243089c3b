import { describe, expect, it } from 'vitest';
import { gate, heard } from './support/fake-engine.ts';
import { flush, init, start, text } from './support/start.ts';

const clear = { type: 'clear' };
const cancel = { type: 'cancel' };

/** A client that hears "One." while "Two." is under way, "Three." is ahead, and the rest waits. */
async function speaking() {
  const running = await start();
  const held = gate();
  running.engine.gate = (words) => (/^(Two|Three)/.test(words) ? held.promise : undefined);
  const client = await running.connect();
  client.send(init, text('One. Two. Three. Four. Five.'), flush);
  await client.until(() => heard(client.audio) === 'One.');
  return { ...running, client, held };
}

describe('an interruption', () => {
  it.each([
    ['clear', [clear]],
    ['cancel', [cancel]],
  ])('with %s stops the engine’s work and is answered once', async (_name, words) => {
    const { client, engine, server } = await speaking();
    expect(engine.underWay).toBe(2);
    client.send(...words, { type: 'nonsense' });
    await client.got('error');
    expect(client.story).toEqual(['ready', 'audio', 'cleared', 'error']);
    expect(engine.underWay).toBe(0);
    expect(engine.aborted).toBe(2);
    expect(engine.texts).toEqual(['One.', 'Two.', 'Three.']);
    expect(server.stats().interruptions).toBe(1);
  });

  it.each([
    ['cancel and clear, as seed 001 has it,', [cancel, clear]],
    ['clear and cancel', [clear, cancel]],
  ])('with %s is answered exactly once, before anything else comes', async (_name, words) => {
    const { client, engine, held, server } = await speaking();
    client.send(...words, text('New.'), flush);
    await client.got('flushed');
    held.open();
    expect(client.story).toEqual(['ready', 'audio', 'cleared', 'audio', 'flushed']);
    expect(heard(client.audio)).toBe('One.New.');
    expect(engine.aborted).toBe(2);
    expect(server.stats().interruptions).toBe(1);
  });

  it('is answered once each time, also when nothing was said since', async () => {
    const { connect } = await start();
    const client = await connect();
    client.send(init, cancel, clear, text('One.'), flush, cancel, clear, cancel, clear, clear, { type: 'nonsense' });
    await client.got('error');
    expect(client.story.filter((name) => name === 'cleared')).toHaveLength(4);
  });

  it('is answered once each, in the turn that it was of', async () => {
    const { connect, engine } = await start();
    engine.gate = () => new Promise(() => {});
    const client = await connect('/plain?configured');
    for (const turn of ['t', 'u']) {
      client.send({ type: 'text', turn, text: 'One. Two. Three.', throughChar: 16 }, { type: 'flush', turn });
      client.send({ type: 'interrupt', turn });
    }
    await client.got('ended', 2);
    expect(client.messages.slice(1)).toEqual([
      { type: 'ended', turn: 't', why: 'interrupted' },
      { type: 'ended', turn: 'u', why: 'interrupted' },
    ]);
    expect(engine.underWay).toBe(0);
    expect(engine.aborted).toBeGreaterThanOrEqual(2);
  });

  it('is followed by nothing of the old turn, and the next works at once', async () => {
    const { client, engine, held } = await speaking();
    client.send(clear, text('New. Text.'), flush);
    await client.got('flushed');
    held.open();
    client.send(text('Later.'), flush);
    await client.got('flushed', 2);
    expect(client.story).toEqual(['ready', 'audio', 'cleared', 'audio', 'flushed', 'audio', 'flushed']);
    expect(heard(client.audio)).toBe('One.New.Text.Later.');
    expect(engine.texts).toEqual(['One.', 'Two.', 'Three.', 'New.', 'Text.', 'Later.']);
  });

  it('forgets text that no flush has asked for', async () => {
    const { connect } = await start();
    const client = await connect();
    client.send(init, text('Never to be spoken'), clear, text('Only this.'), flush);
    await client.got('flushed');
    expect(heard(client.audio)).toBe('Only this.');
  });

  it('of nothing is answered too', async () => {
    const { connect } = await start();
    const client = await connect();
    client.send(init, clear);
    await client.got('cleared');
    client.send(text('Hi.'), flush);
    await client.got('flushed');
    expect(client.story).toEqual(['ready', 'cleared', 'audio', 'flushed']);
  });

  it('may come after every sentence of a long text', async () => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send(init);
    for (let i = 1; i <= 50; i++) {
      const before = client.audio.length;
      client.send(text('A one. B two. C three. D four. E five.'), flush);
      await client.until(() => client.audio.length > before);
      client.send(clear);
      await client.got('cleared', i);
    }
    expect(engine.underWay).toBe(0);
    client.send(text('The end.'), flush);
    const end = client.audio.length;
    await client.until(() => client.types.at(-1) === 'flushed');
    expect(heard(client.audio.subarray(end))).toBe('The end.');
  });

  it('during an engine that does not heed its signal keeps its sound from the client', async () => {
    const { connect, engine } = await start();
    const held = gate();
    const synthesize = engine.synthesize.bind(engine);
    engine.synthesize = (request) => synthesize(request, new AbortController().signal);
    engine.gate = (words) => (words === 'Deaf.' ? held.promise : undefined);
    const client = await connect();
    client.send(init, text('Deaf.'), flush, clear);
    await client.got('cleared');
    held.open();
    client.send(text('Next.'), flush);
    await client.got('flushed');
    expect(heard(client.audio)).toBe('Next.');
  });
});
