// A square of numbers, for instance how far each pair of fields is off.
import * as Plot from "@observablehq/plot";
import type { HeatMap, PlotSpec } from "../data/types";
import { formatNumber } from "../format";
import { lookOf } from "../looks";
import type { Report } from "../data/types";
import { CHART_STYLE, type Chart, type Readout } from "./chart";

interface Cell {
  row: string;
  column: string;
  value: number | null;
}

type BandScale = { apply(value: string): number; bandwidth: number };

export interface Shades {
  low: number;
  high: number;
}

// Cells this wide have room for their number.
const ROOM_FOR_NUMBER = 27;
// The least share of the range that the shades span, lest small distances look like large ones.
const LEAST_SPAN = 0.3;
const WIDEST = 460;

/** One scale of shades for all maps of a plot, as narrow as the values allow. */
export function shadesOf(spec: PlotSpec): Shades {
  const values = spec.maps.flatMap((map) => map.values.flat()).filter((value) => value !== null);
  const low = spec.range[0] ?? Math.min(0, ...values);
  let high = values.reduce((most, value) => Math.max(most, value), low);
  const [from, to] = spec.range;
  if (from !== null && to !== null) high = Math.max(high, from + LEAST_SPAN * (to - from));
  const step = 10 ** Math.floor(Math.log10(high - low || 1)) / 2;
  const round = Number((Math.ceil((high - low) / step) * step + low).toPrecision(6));
  return { low, high: Math.min(spec.range[1] ?? Infinity, round) };
}

export function drawHeatMap(report: Report, spec: PlotSpec, map: HeatMap, room: number): Chart {
  const names = map.values.map((_, index) => spec.labels[index] ?? String(index + 1));
  const labels = names.map((name, index) =>
    names.indexOf(name) === index ? name : `${name} ${index + 1}`,
  );
  const cells = cellsOf(map, labels);
  const shades = shadesOf(spec);
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const margin = Math.min(96, 14 + longest * 6.4);
  const width = Math.min(room, WIDEST);
  const side = width - margin - 6;
  const numbered = side / labels.length >= ROOM_FOR_NUMBER;
  const svg = Plot.plot({
    width,
    height: side + margin * 0.8 + 6,
    marginLeft: margin,
    marginRight: 6,
    marginTop: margin * 0.8,
    marginBottom: 6,
    style: CHART_STYLE,
    color: { type: "identity" },
    x: {
      type: "band",
      domain: labels,
      axis: "top",
      tickRotate: -45,
      tickSize: 0,
      label: null,
      padding: 0.04,
    },
    y: { type: "band", domain: labels, tickSize: 0, label: null, padding: 0.04 },
    marks: [
      Plot.cell(cells, {
        x: "column",
        y: "row",
        fill: (cell: Cell) => shade(cell.value, shades),
        rx: 2,
      }),
      numbered ? numbers(cells, shades) : null,
    ],
  }) as SVGSVGElement;
  return chartOf(svg, labels, map, lookOf(report, map.name));
}

function cellsOf(map: HeatMap, labels: string[]): Cell[] {
  return labels.flatMap((row, i) =>
    labels.map((column, j) => ({ row, column, value: map.values[i]?.[j] ?? null })),
  );
}

function strength(value: number, { low, high }: Shades): number {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
}

function shade(value: number | null, shades: Shades): string {
  if (value === null) return "var(--heat-none)";
  const percent = (strength(value, shades) * 100).toFixed(1);
  return `color-mix(in oklab, var(--heat-high) ${percent}%, var(--heat-low))`;
}

function numbers(cells: Cell[], shades: Shades): Plot.Markish {
  return Plot.text(
    cells.filter((cell) => cell.value !== null),
    {
      x: "column",
      y: "row",
      text: (cell: Cell) => (cell.value ?? 0).toFixed(2).replace(/^0\./, "."),
      fill: (cell: Cell) =>
        strength(cell.value ?? 0, shades) > 0.55 ? "var(--heat-ink-high)" : "var(--heat-ink-low)",
      fontSize: 10,
      pointerEvents: "none",
    },
  );
}

function chartOf(
  svg: SVGSVGElement,
  labels: string[],
  map: HeatMap,
  look: ReturnType<typeof lookOf>,
): Chart {
  const scaled = svg as SVGSVGElement & { scale(name: string): unknown };
  const x = scaled.scale("x") as BandScale;
  const y = scaled.scale("y") as BandScale;
  const count = labels.length;
  const at = (stop: number): Readout => {
    const [i, j] = [Math.floor(stop / count), stop % count];
    const [left, top] = [x.apply(labels[j] ?? ""), y.apply(labels[i] ?? "")];
    const value = formatNumber(map.values[i]?.[j] ?? null);
    return {
      title: i === j ? (labels[i] ?? "") : `${labels[i]} and ${labels[j]}`,
      rows: [{ look, label: map.name, value }],
      at: { x: left + x.bandwidth, y: top },
      rule: false,
      box: { x: left, y: top, width: x.bandwidth, height: y.bandwidth },
      points: [],
    };
  };
  const index = (scale: BandScale, pixel: number): number => {
    const gaps = labels.map((label) => Math.abs(scale.apply(label) + scale.bandwidth / 2 - pixel));
    return Math.max(0, gaps.indexOf(Math.min(...gaps)));
  };
  return {
    svg,
    stops: count * count,
    at,
    nearest: (px, py) => index(y, py) * count + index(x, px),
  };
}
