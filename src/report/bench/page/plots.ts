import uPlot from 'uplot';

/** A line of a plot; its colour is a custom property of the style, so that light and dark each have their own. */
export interface Line {
  readonly color: string;
  readonly dash?: number[];
  /** A staircase that goes up at its points, or straight from point to point. */
  readonly stepped: boolean;
  readonly show: boolean;
  readonly width?: number;
}

export interface PlotWish {
  readonly x: readonly number[];
  readonly lines: readonly (Line & { readonly y: readonly (number | null)[] })[];
  readonly yRange?: [number, number];
  /** Stretches of x that are shaded over the whole height, and instants that are marked by a line. */
  readonly shaded?: readonly { readonly from: number; readonly to: number }[];
  readonly marked?: readonly number[];
  /** What stands at a tick of x. */
  readonly tickOf: (value: number) => string;
  /** The place in `x` that the pointer is nearest to; undefined when it left. */
  readonly onPoint?: (index: number | undefined) => void;
}

const heightPx = { wide: 340, narrow: 260 };
const narrowPx = 560;

/** Draws into an empty element, as wide as it is. Returned is what removes the plot. */
export function drawPlot(place: HTMLElement, wish: PlotWish): () => void {
  const style = getComputedStyle(place);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const size = () => {
    const width = Math.max(place.clientWidth, 200);
    return { width, height: width < narrowPx ? heightPx.narrow : heightPx.wide };
  };
  const axis: uPlot.Axis = {
    stroke: color('--quiet'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1 },
  };
  const withTicks = (tick: (value: number) => string): uPlot.Axis => ({
    ...axis,
    values: (_, all) => all.map(tick),
  });
  const plot = new uPlot(
    {
      ...size(),
      legend: { show: false },
      scales: { x: { time: false }, ...(wish.yRange && { y: { range: wish.yRange } }) },
      axes: [
        { ...withTicks(wish.tickOf), size: 34 },
        { ...withTicks(String), size: 56 },
      ],
      series: [{}, ...wish.lines.map((line) => seriesOf(line, color))],
      cursor: { y: false, points: { size: 7 } },
      hooks: {
        drawClear: [(drawn) => mark(drawn, wish, color)],
        setCursor: [({ cursor }) => wish.onPoint?.(cursor.idx ?? undefined)],
      },
    },
    [[...wish.x], ...wish.lines.map(({ y }) => [...y])],
    place,
  );
  const watch = new ResizeObserver(() => plot.setSize(size()));
  watch.observe(place);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}

function seriesOf({ color, dash, stepped, show, width = 2 }: Line, colorOf: (name: string) => string): uPlot.Series {
  const steps = stepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.();
  return {
    stroke: colorOf(color),
    width,
    show,
    points: { show: false },
    ...(dash && { dash }),
    ...(steps && { paths: steps }),
  };
}

/** Under the lines: what is shaded and what is marked. */
function mark(plot: uPlot, { shaded = [], marked = [] }: PlotWish, color: (name: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = color('--shade');
  for (const { from, to } of shaded) {
    const [left, right] = [plot.valToPos(from, 'x', true), plot.valToPos(to, 'x', true)];
    ctx.fillRect(left, bbox.top, Math.max(right - left, 2), bbox.height);
  }
  ctx.strokeStyle = color('--ink');
  ctx.setLineDash([2, 4]);
  for (const at of marked) {
    const left = Math.round(plot.valToPos(at, 'x', true));
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
