import { describe, expect, it } from 'vitest';
import { listenInitMessage } from '../../../src/dialects/slng/listen-init.ts';
import type { ListenSettings } from '../../../src/speech/listen.ts';
import { listenSettings, TestListenServer } from './listening.ts';

function configOf(over: Partial<ListenSettings>): unknown {
  return Object.getOwnPropertyDescriptor(listenInitMessage({ ...listenSettings, ...over }), 'config')?.value;
}

const format = { sample_rate: 16_000, encoding: 'linear16' };
const bridge = { ...format, enable_partials: true, enable_partial_transcripts: true };
const direct = { ...format, enable_partials: true };
const whisper = 'slng/openai/whisper:large-v3';

describe('init', () => {
  it.each<[string, Partial<ListenSettings>, object]>([
    ['the bridge gets both words for partials, as from livekit', {}, bridge],
    [
      'so it does when they are off',
      { interim: false },
      { ...format, enable_partials: false, enable_partial_transcripts: false },
    ],
    ['a direct route gets the documented one', { route: 'direct' }, direct],
    [
      'seed 001’s words go to every route',
      { vad: true, diarize: true, words: false },
      {
        ...bridge,
        enable_vad: true,
        enable_diarization: true,
        enable_word_timestamps: false,
      },
    ],
    [
      'Deepgram’s beside them to its own',
      { route: 'direct', diarize: true, endpointingMs: 25, utteranceEndMs: 1500 },
      {
        ...direct,
        enable_diarization: true,
        diarize: true,
        endpointing: 25,
        utterance_end_ms: 1500,
      },
    ],
    ['its endpointing of 0 is none', { route: 'direct', endpointingMs: false }, { ...direct, endpointing: 0 }],
    [
      'and of nobody else',
      { route: 'direct', model: whisper, diarize: true, endpointingMs: 25, utteranceEndMs: 1500 },
      {
        ...direct,
        enable_diarization: true,
      },
    ],
    [
      'the bridge gets livekit’s word for a silence',
      { endpointingMs: 300 },
      { ...bridge, vad_min_silence_duration_ms: 300 },
    ],
    ['and has none for an endpointing that is off', { endpointingMs: false, utteranceEndMs: 1500 }, bridge],
    [
      '--param wins',
      { language: 'en', params: { language: 'de', enable_partials: 'false', min_speakers: '2' } },
      {
        ...bridge,
        language: 'de',
        enable_partials: false,
        min_speakers: 2,
      },
    ],
  ])('%s', (_, over, config) => {
    expect(configOf(over)).toEqual(config);
  });

  it('has no model, and what is forced beside config', () => {
    const message = listenInitMessage({ ...listenSettings, params: { 'init.tag': 'x' } });
    expect(message).toEqual({ type: 'init', tag: 'x', config: bridge });
  });
});

describe('our server reads of init', () => {
  const defaults = { ...listenSettings, route: 'bridge', model: 'a/b' };

  it.each<[object | undefined, object]>([
    [undefined, {}],
    [{}, {}],
    [{ language: 'en' }, { language: 'en' }],
    [{ sample_rate: 8000, encoding: 'mulaw' }, { format: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 } }],
    [{ enable_partials: false }, { interim: false }],
    [{ enable_partial_transcripts: false }, { interim: false }],
    [{ enable_partials: true, enable_partial_transcripts: false }, { interim: true }],
    [{ enable_vad: true }, { vad: true }],
    [{ enable_word_timestamps: true }, { words: true }],
    [{ enable_diarization: true }, { diarize: true }],
    [{ diarize: true }, { diarize: true }],
    [{ enable_diarization: false, diarize: true }, { diarize: false }],
    [{ endpointing: 0 }, { endpointingMs: false }],
    [{ endpointing: false }, { endpointingMs: false }],
    [{ endpointing: 10 }, { endpointingMs: 10 }],
    [{ vad_min_silence_duration_ms: 300 }, { endpointingMs: 300 }],
    [{ endpointing: 20, vad_min_silence_duration_ms: 300 }, { endpointingMs: 20 }],
    [{ utterance_end_ms: 1000 }, { utteranceEndMs: 1000 }],
    [{ smart_format: true, vad_threshold: 0.5, whatever: null }, {}],
  ])('%o as %o', (config, settings) => {
    expect(new TestListenServer().configured(config)).toEqual({ ...defaults, ...settings });
  });

  it.each<[Partial<ListenSettings>]>([
    [
      {
        route: 'direct',
        model: 'deepgram/nova:2',
        diarize: true,
        words: true,
        vad: false,
        endpointingMs: 40,
        utteranceEndMs: 900,
      },
    ],
    [{ route: 'direct', model: 'deepgram/nova:2', endpointingMs: false, interim: false, language: 'fr' }],
    [{ route: 'bridge', model: 'a/b', diarize: false, words: true, vad: true, endpointingMs: 40 }],
    [{ route: 'bridge', model: 'a/b', format: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 } }],
  ])('what our client says: %o', (over) => {
    const settings = { ...listenSettings, ...over };
    const [request] = new TestListenServer({ route: over.route, model: over.model }).asked(listenInitMessage(settings));
    expect(request).toEqual({ type: 'configure', settings });
  });
});
