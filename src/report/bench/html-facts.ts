import type { BenchDocument, Machine, TargetFacts } from '../../bench/document.ts';
import { figures } from '../../metrics/figures.ts';
import { foreign, row, section, table, text } from './html-text.ts';
import { leadFigures } from './shown.ts';
import {
  adviceText,
  counted,
  definitionTexts,
  kindText,
  loopText,
  planTexts,
  targetTexts,
  watchText,
} from './words.ts';

/** Kind, date, machines, versions, seed, loop: what a reader asks first. */
export function heading(document: BenchDocument): string {
  const { startedAt, machines, plan, targets, runs } = document;
  const facts = [
    dateText(startedAt),
    `vox ${[...new Set(machines.map(({ vox }) => vox))].join(', ')}`,
    counted(targets.length, 'target'),
    counted(runs.length, 'run'),
    machines.length === 1 ? machineName(machines[0], 0) : `${machines.length} machines`,
    loopText(plan),
    `seed ${plan.seed}`,
  ];
  const items = facts.map((fact) => `<li>${foreign(fact)}</li>`).join('');
  return `<header>
<div class="top"><p class="maker">vox bench</p><button type="button" id="theme" hidden>Dark</button></div>
<h1>${text(titleText(document))}</h1>
<ul class="facts">${items}</ul>
</header>
`;
}

export function titleText(document: BenchDocument): string {
  return `Latency report: ${kindText(document)}`;
}

/** `2026-11-26 09:10 UTC`, whatever the reader's zone. */
function dateText(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC');
}

function machineName(machine: Machine | undefined, at: number): string {
  return machine?.label ?? `machine ${at}`;
}

export function advice(document: BenchDocument): string {
  const { advice: all } = document;
  if (all.length === 0) return '';
  const items = all
    .map((one) => `<li><code>${text(one.code)}</code> ${foreign(adviceText(one, document))}</li>`)
    .join('\n');
  return section('advice', 'Before you conclude', `<ul class="advice">\n${items}\n</ul>\n`);
}

/** How it was measured, by whom, and what the words mean. */
export function method(document: BenchDocument): string {
  const { plan, targets, machines, prompts } = document;
  const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${foreign(item)}</li>`).join('')}</ul>\n`;
  const sets = [...new Set(prompts.items.map(({ set }) => set))];
  const perSet = sets.map((set) => `${prompts.items.filter((item) => item.set === set).length} of ${set}`).join(', ');
  const body = [
    `<h3>Plan</h3>\n${list([...planTexts(plan), `prompts: ${perSet || 'none'}`])}`,
    `<h3>Targets</h3>\n${targets.map(targetItem).join('')}`,
    `<h3>Machines</h3>\n${table('Machines', machineHeads, machines.map(machineRow).join(''))}`,
    `<h3>Definitions</h3>\n${list(definitionTexts(document))}`,
    definitionsOf(document),
  ];
  return section('method', 'How it was measured', body.join(''));
}

function targetItem(target: TargetFacts): string {
  const facts = targetTexts(target).map(foreign).join(' · ');
  const heard = target.hears
    ? `<br>heard by ${[target.hears.id, ...targetTexts(target.hears)].map(foreign).join(' · ')}`
    : '';
  return `<p class="target"><b>${foreign(target.id)}</b><br>${facts}${heard}</p>\n`;
}

const machineHeads = ['machine', 'vox', 'node', 'platform', 'processor', 'started', 'while it measured'].map((html) => {
  return { html };
});

function machineRow(machine: Machine, at: number): string {
  const { vox, node, platform, cpu, cores, startedAt, watch } = machine;
  const cells = [vox, node, platform, `${cpu}, ${cores} cores`, dateText(startedAt), watchText(watch)];
  return row([
    { html: foreign(machineName(machine, at)), kind: 'head' },
    ...cells.map((cell) => ({ html: foreign(cell) })),
  ]);
}

const meanings: Readonly<Record<BenchDocument['kind'], readonly (readonly [string, string])[]>> = {
  tts: [
    ['ttfb', 'the turn’s text (its flush) sent on a ready session → the first frame that carries audio samples'],
    ['leadingSilence', 'the silence at the start of that audio, before the first sample that can be heard'],
    ['ttfa', 'the same start → the instant at which the first audible sample leaves a player: what a listener hears'],
    ['coldTtfa', 'connect + handshake + ttfa: what the first turn of a call costs'],
    ['minPreRoll', 'the least audio that a player must hold back to never starve'],
    ['rtf', 'processing time ÷ audio duration: below 1 is faster than real time, lower is faster'],
  ],
  stt: [
    ['ttfi', 'the first audible sample sent → the first interim that is not empty'],
    ['wordLatency', 'a word’s end sent → the first result that shows the word'],
    ['ttfs', 'the end of speech sent → the final that ends the utterance, where the service ended it by itself'],
    ['eot', 'the end of speech sent → the service’s word that the speaker is done'],
    ['finalize', 'our finalize sent → the final that answers it'],
    ['falseCutoffs', 'ends of turn that came at pauses within an utterance'],
    ['wer', 'substitutions + deletions + insertions ÷ words of the reference, all runs together'],
  ],
  roundtrip: [
    ['roundTrip', 'the end of speech in → the first audible sample out'],
    ['ttfs', 'the end of speech sent → the final text'],
    ['ttfa', 'that text sent → the first audible sample out of a player'],
    ['wer', 'words lost on the way from text to speech to text'],
  ],
};

function definitionsOf({ kind, definitions }: BenchDocument): string {
  const items = meanings[kind].map(([name, meaning]) => `<dt><code>${name}</code></dt><dd>${text(meaning)}</dd>`);
  return `<dl>${items.join('\n')}</dl>\n<p class="note">All figures are defined in docs/metrics.md of voxwire, version ${definitions.metrics}; how percentiles, intervals and verdicts are made is in docs/statistics.md.</p>\n`;
}

/** What stands where a plot will be, for one who has no script. */
export function plots(document: BenchDocument): string {
  const lead = leadFigures[document.kind][0];
  const first = lead === undefined ? 'a figure' : figures[lead].label;
  const curves = `<div class="controls"><label for="figure">Figure</label> <select id="figure"></select></div>
<fieldset id="series" class="legend"><legend>Series</legend></fieldset>
<figure><p class="axis y" id="cdf-y"></p><div class="plot" id="cdf"></div><p class="axis x" id="cdf-x"></p>
<figcaption>Each curve says which share of the runs took at most so long: further left is sooner, steeper is steadier. Drag over the plot to zoom, double-click to reset.</figcaption></figure>
<p class="readout" id="cdf-readout" aria-live="off"></p>
<noscript><p>The distribution of ${text(first)} is drawn by a script of this page; the tables below need none.</p></noscript>\n`;
  const timeline = `<div class="controls"><label for="timeline-run">Run</label> <select id="timeline-run"></select></div>
<figure><p class="axis y" id="timeline-y"></p><div class="plot" id="timeline"></div><p class="axis x" id="timeline-x"></p>
<figcaption id="timeline-caption"></figcaption></figure>
<p id="timeline-text" class="note"></p>\n`;
  const second = document.timelines.length === 0 ? '' : section('timelines', 'Chunks against the playhead', timeline);
  const anyCounts = document.series.some(({ measured }) => measured > 0);
  return (
    section(
      'distributions',
      'Distributions',
      anyCounts ? curves : '<p>No run counted: there is nothing to draw.</p>\n',
    ) + second
  );
}

/** The list of sections. */
export function contents(ids: readonly (readonly [id: string, title: string])[]): string {
  const links = ids.map(([id, title]) => `<a href="#${id}">${text(title)}</a>`).join('');
  return `<nav aria-label="Sections">${links}</nav>\n`;
}
