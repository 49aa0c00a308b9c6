// CDFs, tails, rank plots, series over time and curves.
import * as Plot from "@observablehq/plot";
import type { PlotSpec, Series } from "../data/types";
import { formatNumber } from "../format";
import type { Look } from "../looks";
import { moment, planAxis, type AxisPlan, type ScaleKind } from "./axes";
import { CHART_STYLE, type Chart, type Readout, type Size } from "./chart";

export interface Drawn {
  series: Series;
  look: Look;
}

interface Point {
  x: number;
  y: number | null;
}

interface Line {
  look: Look;
  points: Point[];
}

// What lies at zero counts for all that lies above it.
const CUMULATIVE = new Set(["cdf", "tail"]);

type Scale = { apply(value: number): number; invert(pixel: number): number };

export function drawLines(spec: PlotSpec, drawn: Drawn[], size: Size, logX: boolean): Chart {
  const xs = drawn.flatMap(({ series }) => series.x.map(Number));
  const ys = drawn.flatMap(({ series }) => series.y.filter((value) => value !== null));
  const xKind: ScaleKind = spec.x.scale === "time" ? "time" : logX ? "log" : "linear";
  const yKind: ScaleKind = spec.y.scale === "log" ? "log" : "linear";
  const x = planAxis(xs, xKind, Math.max(3, Math.floor(size.width / 75)));
  const y = planAxis(yKind === "log" ? ys : [0, ...ys], yKind, 5);
  const lines = drawn.map(({ series, look }) => ({
    look,
    points: pointsOf(series, spec.kind, x, y),
  }));
  const svg = Plot.plot({
    ...size,
    ...margins(y, size),
    style: CHART_STYLE,
    x: scaleOptions(x, spec.x.label),
    y: { ...scaleOptions(y, spec.y.label), grid: true },
    marks: [Plot.ruleY([y.domain[0]], { stroke: "var(--line-strong)" }), lines.flatMap(lineMarks)],
  }) as SVGSVGElement;
  return chartOf(svg, spec, lines, size);
}

function margins(y: AxisPlan, size: Size): object {
  const longest = y.ticks.reduce((most, tick) => Math.max(most, y.label(tick).length), 0);
  return {
    marginLeft: Math.max(30, 16 + longest * 6.6),
    marginRight: size.width < 400 ? 14 : 18,
    marginTop: 26,
    marginBottom: 38,
  };
}

function scaleOptions(plan: AxisPlan, label: string): Plot.ScaleOptions {
  return {
    type: plan.kind === "log" ? "log" : "linear",
    domain: plan.domain,
    ticks: plan.ticks,
    tickFormat: plan.label as (value: unknown) => string,
    tickSize: 4,
    label: label || null,
    labelArrow: "none",
    clamp: true,
  };
}

/** On a logarithmic axis there is no zero: what lies there is drawn at the left edge. */
function pointsOf(series: Series, kind: string, x: AxisPlan, y: AxisPlan): Point[] {
  const points = series.x
    .map((raw, index): Point => ({ x: Number(raw), y: series.y[index] ?? null }))
    .map((point) => (y.kind === "log" && (point.y ?? 0) <= 0 ? { ...point, y: null } : point));
  if (x.kind !== "log") return withEnds(points, kind, x);
  const zeros = points.filter((point) => point.x <= 0);
  const shown = points.filter((point) => point.x > 0);
  const edge = CUMULATIVE.has(kind) ? zeros[zeros.length - 1] : undefined;
  return withEnds(edge ? [{ x: x.domain[0], y: edge.y }, ...shown] : shown, kind, x);
}

/** A CDF rises from nothing and stays at everything, however short its own range is. */
function withEnds(points: Point[], kind: string, x: AxisPlan): Point[] {
  const first = points[0];
  const last = points[points.length - 1];
  if (kind !== "cdf" || !first || !last) return points;
  const start =
    first.x > x.domain[0]
      ? [
          { x: x.domain[0], y: 0 },
          { x: first.x, y: 0 },
        ]
      : [];
  const end = last.x < x.domain[1] ? [{ x: x.domain[1], y: last.y }] : [];
  return [...start, ...points, ...end];
}

/** A line, or a dot where there is only one point to draw it through. */
function lineMarks(line: Line): Plot.Markish[] {
  const places = {
    x: "x",
    y: (point: Point) => point.y ?? NaN,
    className: line.look.real ? "line-real" : "line-twin",
  };
  const shown = line.points.filter((point) => point.y !== null);
  if (shown.length === 1) return [Plot.dot(shown, { ...places, fill: line.look.colour, r: 4 })];
  return [
    Plot.line(line.points, {
      ...places,
      stroke: line.look.colour,
      strokeWidth: line.look.width,
      strokeDasharray: line.look.dash || undefined,
      strokeLinejoin: "round",
    } as Plot.LineOptions),
  ];
}

function chartOf(svg: SVGSVGElement, spec: PlotSpec, lines: Line[], size: Size): Chart {
  const scaled = svg as SVGSVGElement & { scale(name: string): Scale };
  const [x, y] = [scaled.scale("x"), scaled.scale("y")];
  const stops = [...new Set(lines.flatMap((line) => line.points.map((point) => point.x)))];
  stops.sort((a, b) => a - b);
  return {
    svg,
    stops: stops.length,
    nearest: (pixel) => nearestIndex(stops, x.invert(pixel), (value) => x.apply(value), pixel),
    at: (stop) => readout(spec, lines, stops[stop] ?? 0, { x, y, size }),
  };
}

/** Nearest on the screen, which on a logarithmic axis is not nearest in value. */
function nearestIndex(
  sorted: number[],
  value: number,
  toPixel: (value: number) => number,
  pixel: number,
): number {
  const above = firstAtLeast(sorted, value);
  if (above <= 0) return 0;
  if (above >= sorted.length) return sorted.length - 1;
  const left = Math.abs(toPixel(sorted[above - 1] ?? 0) - pixel);
  return left <= Math.abs(toPixel(sorted[above] ?? 0) - pixel) ? above - 1 : above;
}

function firstAtLeast(sorted: number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Frame {
  x: Scale;
  y: Scale;
  size: Size;
}

function readout(spec: PlotSpec, lines: Line[], place: number, frame: Frame): Readout {
  const found = lines.map((line) => ({
    look: line.look,
    y: heightAt(line.points, place, frame),
  }));
  const pixel = frame.x.apply(place);
  const points = found.flatMap(({ look, y }) =>
    y === null ? [] : [{ x: pixel, y: frame.y.apply(y), colour: look.colour }],
  );
  return {
    title: spec.x.scale === "time" ? moment(place) : `${formatNumber(place)} ${spec.x.label}`,
    rows: found.map(({ look, y }) => ({ look, label: look.name, value: formatNumber(y) })),
    at: { x: pixel, y: Math.min(frame.size.height / 2, ...points.map((point) => point.y)) },
    rule: true,
    box: null,
    points,
  };
}

/** The height of the drawn line: straight between two points on the screen, not in value. */
function heightAt(points: Point[], place: number, frame: Frame): number | null {
  const after = points.findIndex((point) => point.x >= place);
  const right = points[after];
  const left = points[after - 1];
  if (!right) return null;
  if (right.x === place) return lastAt(points, after);
  if (!left || left.y === null || right.y === null) return null;
  const [from, to] = [frame.x.apply(left.x), frame.x.apply(right.x)];
  const share = (frame.x.apply(place) - from) / (to - from);
  const [low, high] = [frame.y.apply(left.y), frame.y.apply(right.y)];
  return frame.y.invert(low + (high - low) * share);
}

/** Where a line jumps there are two points above each other: the later one is where it goes on. */
function lastAt(points: Point[], first: number): number | null {
  let last = first;
  while (points[last + 1]?.x === points[first]?.x) last += 1;
  return points[last]?.y ?? null;
}
