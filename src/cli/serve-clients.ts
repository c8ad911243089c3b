/** Where a server is. */
interface Place {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `ws://127.0.0.1:PORT` */
  readonly wsUrl: string;
}

/** What to set so that each vendor's clients talk to this server, by the names that they themselves have for it. */
export function clientSettings({ url, wsUrl }: Place) {
  return {
    vox: { VOX_ENDPOINT: wsUrl },
    slng: { baseUrl: wsUrl },
    deepgram: { baseUrl: wsUrl },
    // Release 7.24.0 of npm telnyx forgets the query of a socket; it keeps this one.
    telnyx: { baseURL: `${url}/v2`, defaultQuery: { voice: 'Telnyx.NaturalHD.astra' } },
  };
}

/** The same for a person, a line of code for each; docs/serving.md has the whole programs. */
export function clientLines(place: Place): string[] {
  const { vox, slng, deepgram, telnyx } = clientSettings(place);
  const { wsUrl } = place;
  return [
    `  vox            export VOX_ENDPOINT=${vox.VOX_ENDPOINT}   # --provider slng, deepgram or telnyx`,
    `  SLNG           ${slng.baseUrl}/v1/bridges/unmute/tts/slng/deepgram/aura:2-en   # and …/stt/slng/deepgram/nova:3-en`,
    `                 ${slng.baseUrl}/v1/tts/slng/deepgram/aura:2-en   # and /v1/stt/slng/deepgram/nova:3-en`,
    `  @deepgram/sdk  new DeepgramClient({ apiKey, baseUrl: '${deepgram.baseUrl}' })`,
    `    up to 4.x    createClient(apiKey, { global: { url: '${wsUrl}', websocket: { options: { url: '${wsUrl}' } } } })`,
    `  telnyx         new Telnyx({ apiKey, baseURL: '${telnyx.baseURL}', defaultQuery: { voice: '${telnyx.defaultQuery.voice}' } })`,
  ];
}
