/** What the process of the clients is told. */
export interface Plan {
  readonly libraryUrl: string;
  readonly seed: number;
  readonly speakers: number;
  readonly listeners: number;
  /** Past the proxies, for what is to be expected, and through them. */
  readonly speak: Way;
  readonly listen: Way;
  readonly folder: string;
  /** Real words, which are heard with errors, instead of the scripted ones. */
  readonly recogniser: 'scripted' | 'local';
  /** For the test of the test. */
  readonly sabotage?: Sabotage;
}

export interface Way {
  readonly directUrl: string;
  readonly proxyUrl: string;
}

export interface Sabotage {
  /** Kept for ever by each session. */
  readonly leakBytes?: number;
  readonly keepsDescriptor?: boolean;
  readonly flipsByte?: boolean;
}

export type Order =
  | { readonly order: 'prepare'; readonly plan: Plan }
  /** All sessions begin; when one has ended, the next takes its place. */
  | { readonly order: 'begin' }
  /** Those that there are come to their end, and none takes their place. */
  | { readonly order: 'rest' };
