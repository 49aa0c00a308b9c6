// The small scale in each row of metrics: where the value stands between the best that is possible,
// the floor (real against other real) and the memoriser.
import type { Metric, Score, Twin } from "../data/types";
import { h, s } from "../dom";
import { formatNumber, formatTick } from "../format";
import { markPath, twinLook } from "../looks";

interface Domain {
  low: number;
  high: number;
}

const HEIGHT = 24;
const MIDDLE = HEIGHT / 2;
// The least part of a metric's range that a scale spans, lest it blows up differences of nothing.
const LEAST_SPAN = 0.05;

export function scale(metric: Metric, twins: Twin[]): HTMLElement | null {
  const scores = metric.scores.filter((score) => score.value !== null);
  if (scores.length === 0) return null;
  const domain = domainOf(metric, scores);
  const picture = s(
    "svg",
    {
      class: "scale",
      role: "img",
      width: "100%",
      height: HEIGHT,
      "aria-label": spoken(metric, twins),
    },
    band(metric, scores, domain),
    s("line", { class: "scale-track", x1: "0%", x2: "100%", y1: MIDDLE, y2: MIDDLE }),
    distinct(scores.map((score) => score.floor)).map((floor) => floorTick(floor, domain)),
    distinct(scores.map((score) => score.memoriser)).map((value) => memoriserMark(value, domain)),
    scores.map((score) => valueMark(score, domain, twins)),
  );
  return h("div", { class: "scale-box" }, picture, ends(metric, domain));
}

function domainOf(metric: Metric, scores: Score[]): Domain {
  const shown = scores.flatMap((score) => [score.value, score.floor, score.memoriser]);
  const values = shown.filter((value) => value !== null);
  const [from, to] = metric.range;
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (metric.better === "lower") low = from ?? Math.min(0, low);
  if (metric.better === "higher") high = to ?? high;
  if (metric.better === "none" && from !== null && to !== null) return { low: from, high: to };
  const least = from !== null && to !== null ? (to - from) * LEAST_SPAN : Math.abs(high) * 0.1 || 1;
  const span = Math.max(high - low, least) * 1.15;
  if (metric.better !== "lower") low = Math.max(from ?? (low >= 0 ? 0 : -Infinity), high - span);
  if (metric.better !== "higher") high = Math.min(to ?? Infinity, low + span);
  return rounded(low, high, metric);
}

/** Ends on round numbers, except where the range ends. */
function rounded(low: number, high: number, metric: Metric): Domain {
  const step = 10 ** Math.floor(Math.log10(high - low || 1)) / 2;
  const tidy = (value: number): number => Number(value.toPrecision(12));
  return {
    low: Math.max(tidy(Math.floor(low / step) * step), metric.range[0] ?? -Infinity),
    high: Math.min(tidy(Math.ceil(high / step) * step), metric.range[1] ?? Infinity),
  };
}

function place(value: number, { low, high }: Domain): string {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
}

/** Shades what is as good as real traffic is against itself. */
function band(metric: Metric, scores: Score[], domain: Domain): SVGElement | null {
  const floors = distinct(scores.map((score) => score.floor));
  if (floors.length === 0 || metric.better === "none" || metric.better === "floor") return null;
  const lower = metric.better === "lower";
  const edge = lower ? Math.max(...floors) : Math.min(...floors);
  const at = Number.parseFloat(place(edge, domain));
  const [x, width] = lower ? [0, at] : [at, 100 - at];
  return s("rect", {
    class: "scale-band",
    x: `${x}%`,
    width: `${width}%`,
    y: 5,
    height: HEIGHT - 10,
  });
}

function floorTick(floor: number, domain: Domain): SVGElement {
  const x = place(floor, domain);
  return s("line", { class: "scale-floor", x1: x, x2: x, y1: 3, y2: HEIGHT - 3 });
}

function memoriserMark(value: number, domain: Domain): SVGElement {
  return s("svg", { x: place(value, domain), y: MIDDLE, class: "scale-at" }, memoriserPath());
}

export function memoriserPath(): SVGElement {
  return markPath("diamond", 5, { class: "scale-memoriser" });
}

function valueMark(score: Score, domain: Domain, twins: Twin[]): SVGElement {
  const value = score.value ?? 0;
  const look = twinLook(twins[score.twin]?.name ?? "", score.twin);
  const spread = score.spread ?? 0;
  const whisker = { x1: place(value - spread, domain), x2: place(value + spread, domain) };
  return s(
    "g",
    { "data-twin": score.twin },
    spread > 0 &&
      s("line", { class: "scale-spread", ...whisker, y1: MIDDLE, y2: MIDDLE, stroke: look.colour }),
    s(
      "svg",
      { x: place(value, domain), y: MIDDLE, class: "scale-at" },
      markPath(look.mark, 5.5, { class: "scale-value", fill: look.colour }),
    ),
  );
}

/** The ends of the scale, and which of them is the better one. */
function ends(metric: Metric, domain: Domain): HTMLElement {
  const better = (side: string): string => (metric.better === side ? "better" : "");
  return h(
    "div",
    { class: "scale-ends", "aria-hidden": "true" },
    h("span", {}, formatTick(domain.low), better("lower") && h("i", {}, " better")),
    h("span", {}, better("higher") && h("i", {}, "better "), formatTick(domain.high)),
  );
}

function spoken(metric: Metric, twins: Twin[]): string {
  const direction = {
    lower: "; lower is better",
    higher: "; higher is better",
    floor: "; the nearer to the floor, the better",
    none: "",
  }[metric.better];
  const said = metric.scores.map((score) => {
    const parts = [
      `${twins[score.twin]?.name ?? "trace"} ${formatNumber(score.value, metric.unit)}`,
    ];
    if (score.floor !== null) parts.push(`floor ${formatNumber(score.floor, metric.unit)}`);
    if (score.memoriser !== null)
      parts.push(`memoriser ${formatNumber(score.memoriser, metric.unit)}`);
    return parts.join(", ");
  });
  return said.join("; ") + direction;
}

export function distinct(values: (number | null)[]): number[] {
  return [...new Set(values)].filter((value) => value !== null);
}
