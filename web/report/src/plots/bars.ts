// Shares of categories: the real trace is the bar, the twins are marks that should end where it does.
import * as Plot from "@observablehq/plot";
import type { PlotSpec } from "../data/types";
import { formatNumber } from "../format";
import { planAxis } from "./axes";
import { CHART_STYLE, type Chart, type Readout } from "./chart";
import type { Drawn } from "./lines";

interface Bar {
  category: string;
  value: number;
}

type BandScale = { apply(value: string): number; bandwidth: number };
type Scale = { apply(value: number): number };

// Pixels between the marks of two twins.
const SPREAD = 7;
const TOP = 8;
const BOTTOM = 38;
// A single category is still to be read and to be hit by a finger.
const LEAST = 96;
const LONGEST_LABEL = 16;

export function drawBars(spec: PlotSpec, drawn: Drawn[], width: number): Chart {
  const categories = [...new Set(drawn.flatMap(({ series }) => series.x.map(String)))];
  const twins = drawn.filter(({ look }) => !look.real);
  const row = Math.max(21, SPREAD * twins.length + 10);
  const height = Math.max(LEAST, TOP + BOTTOM + row * categories.length);
  const values = drawn.flatMap(({ series }) => series.y.filter((value) => value !== null));
  const kind = spec.y.scale === "log" ? "log" : "linear";
  const plan = planAxis(
    kind === "log" ? values : [0, ...values],
    kind,
    Math.max(4, Math.floor(width / 55)),
  );
  const longest = categories.reduce((most, one) => Math.max(most, short(one).length), 0);
  const svg = Plot.plot({
    width,
    height,
    marginLeft: Math.max(34, 14 + longest * 6.4),
    marginRight: 18,
    marginTop: TOP,
    marginBottom: BOTTOM,
    style: CHART_STYLE,
    x: {
      type: kind,
      domain: plan.domain,
      ticks: plan.ticks,
      tickFormat: plan.label as never,
      tickSize: 4,
      label: spec.y.label || null,
      labelArrow: "none",
      grid: true,
    },
    y: {
      type: "band",
      domain: categories,
      tickFormat: short,
      tickSize: 0,
      label: null,
      padding: 0.3,
    },
    marks: [
      drawn.filter(({ look }) => look.real).map((one) => realMark(one, plan.domain[0])),
      Plot.ruleX([plan.domain[0]], { stroke: "var(--line-strong)" }),
      twins.map((one, index) => twinMark(one, (index - (twins.length - 1) / 2) * SPREAD)),
    ],
  }) as SVGSVGElement;
  return chartOf(svg, spec, categories, drawn, width);
}

function short(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}

function barsOf({ series }: Drawn): Bar[] {
  return series.x.flatMap((category, index) => {
    const value = series.y[index] ?? null;
    return value === null ? [] : [{ category: String(category), value }];
  });
}

function realMark(drawn: Drawn, start: number): Plot.Markish {
  return Plot.barX(barsOf(drawn), {
    y: "category",
    x1: start,
    x2: "value",
    fill: "var(--real-fill)",
    rx2: 2,
  } as Plot.BarXOptions);
}

function twinMark(drawn: Drawn, shift: number): Plot.Markish {
  return Plot.dot(barsOf(drawn), {
    y: "category",
    x: "value",
    dy: shift,
    r: 4.5,
    symbol: drawn.look.mark,
    fill: drawn.look.colour,
    stroke: "var(--panel)",
    strokeWidth: 1,
  });
}

function chartOf(
  svg: SVGSVGElement,
  spec: PlotSpec,
  categories: string[],
  drawn: Drawn[],
  width: number,
): Chart {
  const scaled = svg as SVGSVGElement & { scale(name: string): unknown };
  const x = scaled.scale("x") as Scale;
  const y = scaled.scale("y") as BandScale;
  const found = drawn.map((one) => ({
    look: one.look,
    values: new Map(barsOf(one).map((bar) => [bar.category, bar.value])),
  }));
  const at = (stop: number): Readout => {
    const category = categories[stop] ?? "";
    const top = y.apply(category);
    const widest = Math.max(...found.map(({ values }) => x.apply(values.get(category) ?? 0)));
    return {
      title: [spec.x.label, category].filter(Boolean).join(" "),
      rows: found.map(({ look, values }) => ({
        look,
        label: look.name,
        value: formatNumber(values.get(category) ?? null),
      })),
      at: { x: Math.min(width, widest + 8), y: top },
      rule: false,
      box: { x: 0, y: top - 2, width, height: y.bandwidth + 4 },
      points: [],
    };
  };
  const nearest = (_: number, pixel: number): number => {
    const gaps = categories.map((one) => Math.abs(y.apply(one) + y.bandwidth / 2 - pixel));
    return Math.max(0, gaps.indexOf(Math.min(...gaps)));
  };
  return { svg, stops: categories.length, at, nearest };
}
