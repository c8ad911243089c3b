import { expect, it } from 'vitest';
import { telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import { start } from '../../server/support/start.ts';
import { needs } from '../../support/programs.ts';

needs('ffmpeg').describe('our server, asked for ogg_vorbis', () => {
  it('sends it, which a client that asked for it passes on as it comes', async () => {
    const { connect, engine } = await start({ services: [telnyxSpeak] });
    engine.repeats = 500;
    const settings = {
      baseUrl: 'ws://h',
      voice: 'Nova.New.x',
      format: { ...telnyxSpeak.traits.defaults.format, encoding: 'vorbis' },
    } as const;
    const { pathname, search } = new URL(telnyxSpeak.endpoint.build(settings, {}).url);
    const client = await connect(pathname + search);
    client.send({ text: ' ' }, { text: 'One is here.' }, { text: '' });
    await client.closed;
    const codec = telnyxSpeak.client(settings);
    codec.encode({ type: 'begin', turn: 'a' });
    codec.encode({ type: 'text', turn: 'a', text: 'One is here.', throughChar: 12 });
    codec.encode({ type: 'end', turn: 'a' });
    const frames = client.messages.map((message) => ({ kind: 'text', text: JSON.stringify(message) }) as const);
    const events = frames.flatMap((frame) => codec.decode(frame).events);
    const sound = events.flatMap((event) => (event.type === 'audio' ? [event.chunk] : []));
    const bytes = Buffer.concat(sound.map((chunk) => chunk.bytes)).toString('latin1');
    expect(bytes).toMatch(/^OggS/);
    expect(bytes).toContain('\x01vorbis');
    expect(sound.map(({ format }) => format)).toEqual(sound.map(() => settings.format));
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'ended', turn: 'a', why: 'done' });
  });
});
