import { describe, expect, it } from 'vitest';
import { ServiceTimes } from '../../src/cli/service-times.ts';
import { SpeechError } from '../../src/errors.ts';
import type { Connect, Opened } from '../../src/transport/transport.ts';

const here = new Date(Date.UTC(2026, 6, 1, 12, 0, 5));
const date = 'Wed, 01 Jul 2026 12:00:00 GMT';
const request = { url: 'wss://example.test', headers: {}, subprotocols: [] };
const refused = ({ status }: { status: number }) => new SpeechError('E_AUTH', `${status}`);
const options = { signal: new AbortController().signal, refused };
const told = { provider: 'slng', thereMs: here.getTime() - 5000, hereMs: here.getTime() };

function connecting(connect: Connect) {
  const times = new ServiceTimes(() => here);
  return { times, connect: times.of('slng', connect) };
}

describe('what services tell of the time', () => {
  it('is the date of a 101; what was opened is passed on as it is', async () => {
    const opened = { headers: { date } } as unknown as Opened;
    const { times, connect } = connecting(async () => opened);
    expect(await connect(request, options)).toBe(opened);
    expect(times.times).toEqual([told]);
  });

  it('is also that of a refusal, whose error stays what it is', async () => {
    const { times, connect } = connecting(async (_, options) => {
      throw options.refused({ status: 401, headers: { date }, body: '' });
    });
    await expect(connect(request, options)).rejects.toMatchObject({ code: 'E_AUTH', message: '401' });
    expect(times).toMatchObject({ times: [told], distrusted: [] });
  });

  it.each([undefined, '', 'yesterday'])('is nothing where there is no date: %s', async (odd) => {
    const headers = odd === undefined ? {} : { date: odd };
    const { times, connect } = connecting(async () => ({ headers }) as unknown as Opened);
    await connect(request, options);
    expect(times.times).toEqual([]);
  });

  it.each([
    ['CERT_NOT_YET_VALID', ['slng']],
    ['CERT_HAS_EXPIRED', ['slng']],
    ['ECONNREFUSED', []],
  ])('is doubted where a certificate is not valid now: %s', async (code, distrusted) => {
    const { times, connect } = connecting(() => {
      const cause = Object.assign(new Error('tls'), { code });
      return Promise.reject(
        new SpeechError('E_CONNECT', 'no', { cause: new SpeechError('E_CONNECT', 'no', { cause }) }),
      );
    });
    await expect(connect(request, options)).rejects.toMatchObject({ code: 'E_CONNECT' });
    expect(times.distrusted).toEqual(distrusted);
  });
});
