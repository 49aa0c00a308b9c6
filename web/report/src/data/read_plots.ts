// The plots of the document, with times brought to one unit.
import { list, number, object, objects, oneOf, pair, text, type Loose } from "./loose";
import type { Axis, PlotSpec, Series } from "./types";

const SCALES = ["linear", "log", "category", "time"] as const;

export function readPlots(value: unknown): PlotSpec[] {
  return objects(value)
    .map(readPlot)
    .filter((plot) => plot.series.length > 0 || plot.maps.length > 0);
}

function readPlot(from: Loose, index: number): PlotSpec {
  const x = readAxis(from["x"]);
  return {
    id: text(from["id"]) || `plot.${index}`,
    section: text(from["section"]) || "fidelity",
    title: text(from["title"]) || text(from["id"]),
    kind: text(from["kind"]),
    explain: text(from["explain"]),
    x,
    y: readAxis(from["y"]),
    series: objects(from["series"])
      .map((one) => readSeries(one, x))
      .filter((one) => one.x.length > 0),
    labels: list(from["labels"]).map(text),
    maps: objects(from["maps"])
      .map((one) => ({
        name: text(one["name"]),
        values: list(one["values"]).map((row) => list(row).map(number)),
      }))
      .filter((map) => map.values.length > 0),
    range: pair(from["range"]),
  };
}

function readAxis(value: unknown): Axis {
  const from = object(value);
  return { label: text(from["label"]), scale: oneOf(from["scale"], SCALES, "linear") };
}

/** Points without a place on the x axis are left out; points without a height break the line. */
function readSeries(from: Loose, axis: Axis): Series {
  const heights = list(from["y"]);
  const series: Series = { name: text(from["name"]), x: [], y: [] };
  list(from["x"]).forEach((raw, index) => {
    const x = readPlace(raw, axis);
    if (x === null) return;
    series.x.push(x);
    series.y.push(number(heights[index]));
  });
  return series;
}

function readPlace(raw: unknown, axis: Axis): number | string | null {
  if (axis.scale === "category") return text(raw);
  if (typeof raw !== "string") return number(raw);
  const parsed = axis.scale === "time" ? Date.parse(raw) : Number(raw);
  if (!Number.isFinite(parsed)) return null;
  return axis.scale === "time" ? parsed / 1000 : parsed;
}
