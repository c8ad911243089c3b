import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { expectFailure, failure, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

describe('vox listen, asked for what cannot be', () => {
  it.each([
    [['--source', 'stdin', '--recorder', 'rec'], 'E_USAGE', /needs no recorder/],
    [['--source', 'stdin', '--device', 'hw:1'], 'E_USAGE', /needs no recorder and no device/],
    [['--source', 'stdin', '--save', 'x.mp3'], 'E_USAGE', /kept as WAV/],
    [['--source', 'stdin', '-o', 'x.json'], 'E_USAGE', /\.json/],
    [['--source', 'stdin', '-o', 'x.srt', '-o', './x.srt'], 'E_USAGE', /given twice/],
    [['--source', 'stdin', '--chunk-ms', '10'], 'E_USAGE', /20 to 100/],
    [['--source', 'stdin', '--recorder', 'parec'], 'E_USAGE', /rec, sox, arecord/],
    [['--source', 'stdin', '--duration', '0'], 'E_USAGE', /above 0/],
    [['--source', 'nothing.wav'], 'E_FILE', /no such file/],
    [['--source', 'stdin', '--save', 'missing/x.wav'], 'E_FILE', /directory does not exist/],
    [['--source', 'stdin', '--provider', 'local'], 'E_AUDIO', /holds no audio/],
    [['--source', 'stdin', '--language', 'tlh', '--provider', 'local'], 'E_UNSUPPORTED', /tlh/],
  ] as const)('%j', async (args, code, says) => {
    const before = place.names();
    expectFailure(await place.vox(['listen', ...args], { input: '' }), code, says);
    expect(place.names()).toEqual(before);
  });

  it.each([
    ['telnyx', ['--route', 'direct'], /Telnyx has no --route/],
    ['telnyx', ['--auth', 'subprotocol'], /Telnyx takes the key in a header only/],
    ['deepgram', ['--audio-as', 'json'], /Deepgram takes audio as binary frames only/],
    ['slng', ['--auth', 'subprotocol'], /SLNG takes no key as a subprotocol/],
  ] as const)(
    'of %s with %j: refused by name before connecting, and an old transcript is kept',
    async (provider, args, says) => {
      place.put('old.txt', 'what was said yesterday\n');
      // Nobody answers there: a try to connect would be another error.
      const to = ['--provider', provider, '--endpoint', 'ws://127.0.0.1:1', '-o', 'old.txt'];
      const ran = await place.vox(['listen', '--source', 'stdin', ...to, ...args], { input: 'PCM!' });
      expectFailure(ran, 'E_UNSUPPORTED', says);
      expect(readFileSync(place.file('old.txt'), 'utf8')).toBe('what was said yesterday\n');
    },
  );

  it('--dry-run shows what would be sent beside the audio, and opens nothing', async () => {
    const to = ['--provider', 'deepgram', '--endpoint', 'ws://127.0.0.1:1'];
    const ran = await place.vox(['listen', '--dry-run', '--recorder', 'rec', ...to], {
      env: { DEEPGRAM_API_KEY: 'dg-0123456789' },
    });
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' });
    const [url, ...lines] = ran.stdout.toString().trimEnd().split('\n');
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:1\/v1\/listen\?model=nova-3&encoding=linear16&sample_rate=16000&/);
    expect(lines).toEqual(['Authorization: Token KEY', '> {"type":"Finalize"}', '> {"type":"CloseStream"}']);
  });

  it('without a recogniser: which packages to install, and the other ways', async () => {
    const env = { VOX_POCKETSPHINX_MODEL: '/nonexistent', SLNG_API_KEY: undefined };
    const ran = await place.vox(['listen', '--source', 'stdin'], { input: 'PCM!', env });
    expectFailure(ran, 'E_RECOGNISER', /pocketsphinx is not installed here: missing .*\/nonexistent/);
    expect(failure(ran).todo).toMatch(/pocketsphinx and pocketsphinx-en-us.*SLNG_API_KEY.*--endpoint/);
  });
});
