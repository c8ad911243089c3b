import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import { systemClock } from '../../src/clock.ts';
import { slngListen } from '../../src/dialects/slng/index.ts';
import { hear } from '../../src/session/hearing.ts';
import { probeListening } from '../../src/session/probe.ts';
import { createWebSocketConnect } from '../../src/transport/websocket.ts';
import { sound } from '../server/support/fake-recogniser.ts';
import { startListening } from '../server/support/start-listening.ts';
import { format } from '../support/fake-listen.ts';

/** Our own server in SLNG's dialect, over a real socket: what both halves, the session and the server make together. */
async function options(route: 'bridge' | 'direct') {
  const { server, recogniser } = await startListening({ services: [slngListen] });
  const warnings: string[] = [];
  return {
    recogniser,
    warnings,
    options: {
      service: slngListen,
      settings: { format, baseUrl: server.wsUrl, route, model: slngListen.traits.defaults.model, interim: true },
      credentials: { key: 'k' },
      connect: createWebSocketConnect(systemClock),
      clock: systemClock,
      pace: 'fast',
      onWarning: ({ code }: { code: string }) => warnings.push(code),
    } as const,
  };
}

async function* spoken(...texts: string[]): AsyncGenerator<AudioChunk> {
  let firstSample = 0;
  for (const text of texts) {
    yield { format, bytes: sound(text), firstSample };
    firstSample += text.length;
  }
}

describe.each(['bridge', 'direct'] as const)('a stream of audio over the %s route', (route) => {
  it('is heard whole, the tail by finalize, and closed by the server', async () => {
    const { options: session, recogniser, warnings } = await options(route);
    const hearing = hear(session, spoken('one two.', ' three.', ' and a tail'));
    const finals: string[] = [];
    for await (const output of hearing) if (output.type === 'final') finals.push(output.text);
    const { why, error, report } = await hearing.result;
    expect({ why, error }).toEqual({ why: 'done', error: undefined });
    expect(finals.join(' ')).toBe('one two. three. and a tail');
    expect(recogniser.stream.heard).toBe('one two. three. and a tail');
    expect(recogniser.stream.calls.at(-1)).toBe('close');
    expect(report).toMatchObject({ ended: 'done', segments: 3, chunks: 3, bytes: 52 });
    expect(warnings).toEqual([]);
  });

  it('can be probed without a sound', async () => {
    const { options: session } = await options(route);
    const times = await probeListening(session);
    expect(times.connectMs).toBeGreaterThan(0);
    expect(times.handshakeMs).toBeGreaterThanOrEqual(0);
  });
});
