import { describe, expect, it } from 'vitest';
import { connectFigureNames, connectFigures } from '../../src/metrics/connect-figures.ts';
import { ListenMeter } from '../../src/metrics/listen-meter.ts';
import { type Mark, Timeline } from '../../src/metrics/timeline.ts';
import { TurnMeter } from '../../src/metrics/turn-meter.ts';

const format = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 } as const;

function line(marks: Partial<Record<Mark, number>>): Timeline {
  const timeline = new Timeline();
  for (const mark of ['connectStart', 'dns', 'tcp', 'tls', 'open', 'handshakeStart', 'ready'] as const) {
    const atMs = marks[mark];
    if (atMs !== undefined) timeline.mark(mark, atMs);
  }
  return timeline;
}

const whole = line({ connectStart: 100, dns: 105, tcp: 125, tls: 165, open: 190, handshakeStart: 191, ready: 220 });

describe('the steps of connecting', () => {
  it('are each of its own, and add up', () => {
    expect(connectFigures(whole)).toEqual({
      connectMs: 90,
      dnsMs: 5,
      tcpMs: 20,
      tlsMs: 40,
      upgradeMs: 25,
      handshakeMs: 29,
    });
    const { connectMs, dnsMs = 0, tcpMs = 0, tlsMs = 0, upgradeMs = 0 } = connectFigures(whole);
    expect(dnsMs + tcpMs + tlsMs + upgradeMs).toBe(connectMs);
  });

  it('without TLS, and without a name, leave those out: the upgrade begins when the socket is there', () => {
    const plain = connectFigures(line({ connectStart: 100, tcp: 103, open: 110 }));
    expect(plain).toMatchObject({ connectMs: 10, dnsMs: undefined, tcpMs: 3, tlsMs: undefined, upgradeMs: 7 });
  });

  it('have no upgrade where no socket is known of', () => {
    expect(connectFigures(line({ connectStart: 100, open: 110 })).upgradeMs).toBeUndefined();
  });

  it('are in the report of either direction, by the same names', () => {
    const facts = { timeline: whole };
    const spoken = new TurnMeter(format).report('t', 'done', facts, 1);
    const heard = new ListenMeter(format).report('done', facts);
    for (const name of connectFigureNames) {
      expect(spoken[name], name).toBe(connectFigures(whole)[name]);
      expect(heard[name], name).toBe(connectFigures(whole)[name]);
    }
    expect(connectFigureNames).toContain('upgradeMs');
  });
});
