// How each trace looks wherever it is drawn. Twins differ in colour, in dash and in the shape of
// their mark, so that none of the three is needed to tell them apart.
import type { Report } from "./data/types";
import { s } from "./dom";

export interface Look {
  name: string;
  colour: string;
  width: number;
  dash: string;
  mark: Mark;
  real: boolean;
}

export type Mark = "circle" | "square" | "diamond" | "triangle";

const MARKS: readonly Mark[] = ["circle", "square", "diamond", "triangle"];
const DASHES = ["", "7 3", "2 2.5", "9 3 2 3"];
const COLOURS = 6;

// Unit marks of about equal area; Observable Plot calls its shapes the same.
const PATHS: Record<Mark, string> = {
  circle: "M-1,0a1,1 0 1,0 2,0a1,1 0 1,0 -2,0Z",
  square: "M-.89,-.89H.89V.89H-.89Z",
  diamond: "M0,-1.35L.95,0L0,1.35L-.95,0Z",
  triangle: "M0,-1.25L1.2,.85H-1.2Z",
};

export function twinLook(name: string, index: number): Look {
  return {
    name,
    colour: `var(--twin-${(index % COLOURS) + 1})`,
    width: 1.75,
    dash: DASHES[index % DASHES.length] ?? "",
    mark: MARKS[index % MARKS.length] ?? "circle",
    real: false,
  };
}

/** The looks of the series of a plot: known traces keep theirs, anything else is drawn thin. */
export function lookOf(report: Report, name: string): Look {
  const twin = report.twins.find((one) => one.name === name);
  if (twin) return twinLook(twin.name, twin.index);
  const base = { name, dash: "", mark: "square" as Mark, real: false };
  if (name === (report.real?.name || "real") || name === "real") {
    return { ...base, colour: "var(--real)", width: 3.5, real: true };
  }
  return { ...base, colour: "var(--extra)", width: 1.5, dash: "1.5 3" };
}

export function markPath(mark: Mark, radius: number, attributes = {}): SVGPathElement {
  const unit = {
    d: PATHS[mark],
    transform: `scale(${radius})`,
    "vector-effect": "non-scaling-stroke",
  };
  return s("path", { ...unit, ...attributes });
}

/** The small picture of a trace in legends and tables. */
export function swatch(look: Look, kind: "mark" | "line" = "mark"): SVGSVGElement {
  const box = {
    class: "swatch",
    "aria-hidden": "true",
    viewBox: "0 0 24 12",
    width: 24,
    height: 12,
  };
  if (kind === "line") {
    const stroke = {
      stroke: look.colour,
      "stroke-width": look.width,
      "stroke-dasharray": look.dash,
    };
    return s("svg", box, s("line", { x1: 1, x2: 23, y1: 6, y2: 6, ...stroke }));
  }
  const at = { transform: "translate(12,6)" };
  return s(
    "svg",
    { ...box, viewBox: "6 0 12 12", width: 12 },
    s("g", at, markPath(look.mark, look.real ? 5.5 : 4.5, { fill: look.colour })),
  );
}
