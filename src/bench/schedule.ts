import { type SpeechError, toSpeechError } from '../errors.ts';
import { Random } from '../metrics/random.ts';
import type { Job, Target } from './lane.ts';
import type { Clip, Prompt } from './material.ts';
import type { Room } from './room.ts';

type Material = Prompt | Clip;

export interface ScheduledJob extends Job {
  readonly target: Target;
}

export interface ScheduleOptions<M extends Material> {
  readonly targets: readonly Target<M>[];
  readonly materials: readonly M[];
  /** The material in its n-th variation; 0 is as it stands. */
  readonly vary: (material: M, variation: number) => M;
  readonly warmup: number;
  readonly seed: number;
}

/** The generators of the bootstrap are those below ten. */
const orderStream = 10;
const promptStream = 11;

/**
 * Who is asked what, when. In each block every series (target × set) has one run, in an order drawn anew; what is said
 * in a block is the same for all targets, so that they can be held against each other prompt by prompt. Nothing is said
 * to a target twice: when the prompts of a set run out, their numbered variations follow.
 */
export class Schedule<M extends Material> {
  readonly #options: ScheduleOptions<M>;
  readonly #random: Random;
  readonly #sets: ReadonlyMap<string, readonly M[]>;
  readonly #givenUp = new Set<Target<M>>();
  /** Texts as they stand: a user's own may read like the variation of another. */
  readonly #texts: ReadonlySet<string>;
  /** What is said in the block under way, by set; and which variation of each was last. */
  readonly #said = new Map<string, { material: M; variation: number }>();
  readonly #variations = new Map<M, number>();
  #block = 0;
  #left: { target: Target<M>; set: string }[] = [];
  #run = 0;

  constructor(options: ScheduleOptions<M>) {
    const { materials, seed } = options;
    this.#options = options;
    this.#random = Random.seeded(seed, orderStream);
    this.#texts = new Set(materials.flatMap((material) => textOf(material) ?? []));
    const names = [...new Set(materials.map(({ set }) => set))];
    this.#sets = new Map(
      names.map((name, at) => {
        const own = materials.filter(({ set }) => set === name);
        return [name, Random.seeded(seed, promptStream + at).shuffled(own)];
      }),
    );
  }

  /** Measured runs of each series that were begun, in the block under way too. */
  get measuredBlocks(): number {
    return Math.max(0, this.#block - this.#options.warmup);
  }

  /** All series had as many runs as each other. */
  get isEven(): boolean {
    return this.#left.length === 0;
  }

  /** The runs before the measured ones, once. */
  warmups(): ScheduledJob[] {
    const jobs: ScheduledJob[] = [];
    while (this.#block < this.#options.warmup || this.#left.length > 0) {
      const job = this.#next(true);
      if (job === undefined) break;
      jobs.push(job);
    }
    return jobs;
  }

  /** The next measured one; undefined where no target is left. */
  next(): ScheduledJob | undefined {
    return this.#next(false);
  }

  #next(warmup: boolean): ScheduledJob | undefined {
    if (this.#left.length === 0) this.#nextBlock();
    const place = this.#left.shift();
    if (place === undefined) return undefined;
    const { target, set } = place;
    const said = this.#said.get(set);
    if (said === undefined) return undefined;
    const run = warmup ? -1 : this.#run++;
    return { run, target, ...said, warmup };
  }

  #nextBlock(): void {
    const targets = this.#options.targets.filter((target) => !this.#givenUp.has(target));
    const sets = [...this.#sets.keys()];
    for (const [set, order] of this.#sets) {
      const material = order[this.#block % order.length];
      if (material !== undefined) this.#said.set(set, this.#varied(material));
    }
    this.#left = this.#random.shuffled(targets.flatMap((target) => sets.map((set) => ({ target, set }))));
    this.#block++;
  }

  /** The material in the first of its variations that was not said yet. */
  #varied(material: M): { material: M; variation: number } {
    for (let variation = (this.#variations.get(material) ?? -1) + 1; ; variation++) {
      const varied = this.#options.vary(material, variation);
      const text = textOf(varied);
      const isAnother = text !== undefined && text !== textOf(material) && this.#texts.has(text);
      if (isAnother) continue;
      this.#variations.set(material, variation);
      return { material: varied, variation };
    }
  }

  /** It is asked nothing more. */
  giveUp(target: Target<M>): void {
    this.#givenUp.add(target);
    this.#left = this.#left.filter((place) => place.target !== target);
  }
}

function textOf(material: Material): string | undefined {
  return 'text' in material ? material.text : undefined;
}

/** Takes room for it within the limits of its service; or why it will never have any. */
export async function roomOf(job: ScheduledJob, signal: AbortSignal): Promise<Room | SpeechError | undefined> {
  try {
    return await job.target.takeRoom?.(job, signal);
  } catch (thrown) {
    return toSpeechError(thrown);
  }
}
