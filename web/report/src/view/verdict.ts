// The verdict on each synthetic trace: three lines, and where they come from.
import type { Report, Twin } from "../data/types";
import { h } from "../dom";
import { swatch, twinLook } from "../looks";
import { levelBadge } from "./level";
import { tallyRow } from "./tally";

export function verdicts(report: Report): HTMLElement {
  const cards = inOrder(report).map((twin) => verdictCard(report, twin));
  const many = cards.length > 1;
  return h(
    "section",
    { id: "verdict", class: "block", "aria-labelledby": "verdict-title" },
    h("h2", { id: "verdict-title", class: many ? "" : "unseen" }, many ? "Verdicts" : "Verdict"),
    h("div", { class: many ? "verdicts many" : "verdicts" }, cards),
  );
}

/** Best first when there is a ranking. */
function inOrder(report: Report): Twin[] {
  const place = (twin: Twin): number =>
    report.ranking.find((rank) => rank.name === twin.name)?.rank ?? Infinity;
  return [...report.twins].sort((a, b) => place(a) - place(b) || a.index - b.index);
}

function verdictCard(report: Report, twin: Twin): HTMLElement {
  const [first, ...others] = twin.lines;
  const id = `verdict-${twin.index}`;
  return h(
    "article",
    {
      class: `verdict card level-edge-${twin.level}`,
      "data-twin": twin.index,
      "aria-labelledby": id,
    },
    h(
      "header",
      { class: "verdict-head" },
      h("h3", { id }, swatch(twinLook(twin.name, twin.index)), h("span", {}, twin.name)),
      levelBadge(twin.level),
    ),
    h(
      "div",
      { class: "verdict-body" },
      h(
        "div",
        { class: "verdict-lines" },
        h("p", { class: "verdict-first" }, first ?? "There is no verdict on this trace."),
        others.map((line) => h("p", {}, line)),
      ),
      report.sections.some((section) => section.groups.length > 0) &&
        h(
          "ul",
          { class: "tallies", "aria-label": "Metrics by verdict" },
          report.sections
            .filter((section) => section.groups.length > 0)
            .map((section) => tallyRow(section, twin.index)),
        ),
    ),
  );
}
