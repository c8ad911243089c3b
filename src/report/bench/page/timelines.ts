import type { ChunkTimeline } from '../../../bench/document.ts';
import { milliseconds } from '../../figures.ts';
import type { PageData } from '../page-data.ts';
import { counted } from '../words.ts';
import { addOption, find, setText } from './elements.ts';
import { playheadTable } from './playhead.ts';
import { drawPlot } from './plots.ts';

/** What came against what was played, of a run that the reader chooses. Returned is what draws it. */
export function timelines({ timelines: all, series }: PageData): () => void {
  const [place, select] = [find('timeline', HTMLElement), find('timeline-run', HTMLSelectElement)];
  if (!place || !select) return () => {};
  const names = new Map(series.map(({ id, name }) => [id, name]));
  for (const [at, one] of all.entries()) {
    addOption(select, String(at), `${names.get(one.series) ?? one.series}: run ${one.run}, ${one.role}`);
  }
  let remove = () => {};
  const draw = () => {
    remove();
    const chosen = all[Number(select.value)];
    remove = chosen ? drawTimeline(place, chosen) : () => {};
  };
  select.addEventListener('change', draw);
  return draw;
}

function drawTimeline(place: HTMLElement, timeline: ChunkTimeline): () => void {
  const { x, received, played } = playheadTable(timeline);
  const said = timelineText(timeline);
  setText('timeline-x', 'time after t0 (ms)');
  setText('timeline-y', 'audio (ms)');
  setText(
    'timeline-caption',
    'The staircase is the audio that had come, the dashed line what a player without pre-roll had played. Where they meet, the player is starved: those stretches are shaded. The dotted line is the first audible sample.',
  );
  setText('timeline-text', said);
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', `Audio received against audio played. ${said}`);
  return drawPlot(place, {
    x,
    lines: [
      { y: received, color: '--series-0', stepped: true, show: true },
      { y: played, color: '--series-1', dash: [8, 4], stepped: false, show: true },
    ],
    shaded: timeline.underruns.map(({ fromMs, toMs }) => ({ from: fromMs, to: toMs })),
    ...(timeline.audibleAtMs !== undefined && { marked: [timeline.audibleAtMs] }),
    tickOf: (value) => String(Number(value.toPrecision(6))),
  });
}

function timelineText({ atMs, throughMs, underruns, audibleAtMs }: ChunkTimeline): string {
  const starvedMs = underruns.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const starved =
    underruns.length === 0
      ? 'no underrun'
      : `${counted(underruns.length, 'underrun')}, ${milliseconds(starvedMs)} in all`;
  const texts = [
    `First frame after ${milliseconds(atMs[0] ?? 0)}`,
    audibleAtMs === undefined ? undefined : `first audible sample after ${milliseconds(audibleAtMs)}`,
    `${milliseconds(throughMs.at(-1) ?? 0)} of audio`,
    starved,
  ];
  return `${texts.filter((part) => part !== undefined).join(', ')}.`;
}
