import { describe, expect, it } from 'vitest';
import { direct, flush, init, start, text } from './support/start.ts';

const leaves = (words: string) => ({
  type: 'warning',
  code: 'unread',
  message: `the voice "ada" cannot read "${words}", and leaves it out`,
});

describe('text that the voice can read only in part', () => {
  it('is spoken without the rest, and the client is told of each sentence', async () => {
    const { connect } = await start();
    const client = await connect(direct);
    client.send(init, text('All is well. Say ДА or ΩΣ now. And НЕТ.'), flush);
    await client.got('flushed');
    expect(client.story).toEqual(['ready', 'audio', 'warning', 'audio', 'warning', 'audio', 'flushed']);
    expect(client.messages.filter(({ type }) => type === 'warning')).toEqual([leaves('ДА ΩΣ'), leaves('НЕТ')]);
  });

  it('is shown in part where it is long', async () => {
    const { connect } = await start();
    const client = await connect(direct);
    client.send(init, text(`${'Я'.repeat(100)}.`), flush);
    await client.got('flushed');
    expect(client.messages.filter(({ type }) => type === 'warning')).toEqual([leaves(`${'Я'.repeat(60)}…`)]);
  });
});
