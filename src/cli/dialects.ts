import type { ListenService, SpeakService } from '../speech/service.ts';

/** A vendor's dialect, in both directions of speech. */
export interface Dialect {
  readonly speak: SpeakService;
  readonly listen: ListenService;
}

/** Every dialect, each loaded on first use. */
export const dialects = {
  async slng(): Promise<Dialect> {
    const { slngSpeak, slngListen } = await import('../dialects/slng/index.ts');
    return { speak: slngSpeak, listen: slngListen };
  },
  async deepgram(): Promise<Dialect> {
    const { deepgramSpeak, deepgramListen } = await import('../dialects/deepgram/index.ts');
    return { speak: deepgramSpeak, listen: deepgramListen };
  },
  async telnyx(): Promise<Dialect> {
    const { telnyxSpeak, telnyxListen } = await import('../dialects/telnyx/index.ts');
    return { speak: telnyxSpeak, listen: telnyxListen };
  },
};

export type DialectName = keyof typeof dialects;

/** Both directions of all of them, for the server, which answers every one on one port. */
export async function everyService(): Promise<(SpeakService | ListenService)[]> {
  const loaded = await Promise.all(Object.values(dialects).map((load) => load()));
  return loaded.flatMap(({ speak, listen }) => [speak, listen]);
}
