// What the marks of the scales mean.
import type { Report } from "../data/types";
import { h, s } from "../dom";
import { swatch, twinLook } from "../looks";
import { memoriserPath } from "./scale";

export function scaleKey(report: Report): HTMLElement {
  const scores = report.sections
    .flatMap((section) => section.groups.flatMap((group) => group.metrics))
    .flatMap((metric) => metric.scores);
  const floor = scores.some((score) => score.floor !== null);
  const memoriser = scores.some((score) => score.memoriser !== null);
  return h(
    "div",
    { class: "key card", role: "note", "aria-label": "How to read the scales" },
    h("h3", {}, "How to read the scales"),
    h(
      "ul",
      {},
      report.twins.map((twin) =>
        h(
          "li",
          { "data-twin": twin.index },
          swatch(twinLook(twin.name, twin.index)),
          `the value of ${twin.name}`,
        ),
      ),
      floor &&
        h(
          "li",
          { class: "key-long" },
          picture(
            s("rect", { class: "scale-band", x: 0, y: 2, width: 12, height: 12 }),
            s("line", { class: "scale-floor", x1: 12, x2: 12, y1: 0, y2: 16 }),
          ),
          "floor: real traffic against other real traffic of the same size. In the shaded part a trace is as close as real traffic is to itself",
        ),
      memoriser &&
        h(
          "li",
          { class: "key-long" },
          picture(s("g", { transform: "translate(12,8)" }, memoriserPath())),
          "memoriser: the training data played as the synthetic trace. Close to the real trace, and not private at all",
        ),
    ),
    !memoriser &&
      h(
        "p",
        { class: "small" },
        "No hold-out was given, so that there is no memoriser to compare with.",
      ),
  );
}

function picture(...marks: SVGElement[]): SVGSVGElement {
  return s(
    "svg",
    { class: "key-mark", width: 24, height: 16, viewBox: "0 0 24 16", "aria-hidden": "true" },
    marks,
  );
}
