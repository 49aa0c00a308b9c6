// What a search tried, best first.
import type { Report, Tried } from "../data/types";
import { h } from "../dom";
import { formatNumber } from "../format";

export function leaderboard(report: Report): HTMLElement | null {
  const tuning = report.tuning;
  if (!tuning) return null;
  const ended = tuning.complete ? "" : " It was ended by its time limit.";
  return h(
    "section",
    { id: "leaderboard", class: "block", "aria-labelledby": "leaderboard-title" },
    h("h2", { id: "leaderboard-title" }, "Leaderboard"),
    h(
      "p",
      { class: "lead" },
      `Configurations that were tried, by how far they came and by their score: 1 is what real data would get. The search was on ${tuning.searchedOn}.${ended} The best of them are evaluated below.`,
    ),
    h(
      "div",
      { class: "scroll card", tabindex: 0, role: "region", "aria-labelledby": "leaderboard-title" },
      h(
        "table",
        { class: "plain" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col", class: "num" }, "Rank"),
            h("th", { scope: "col" }, "Configuration"),
            h("th", { scope: "col", class: "num" }, "Score"),
            h("th", { scope: "col" }, "Passes"),
            h("th", { scope: "col", class: "num" }, "Rung"),
            h("th", { scope: "col", class: "num" }, "Seconds"),
          ),
        ),
        h(
          "tbody",
          {},
          tuning.tried.map((one) => row(one, tuning.rungs)),
        ),
      ),
    ),
  );
}

function row(one: Tried, rungs: number | null): HTMLElement {
  const passes = one.passes === null ? one.fault || "–" : one.passes ? "yes" : "no";
  return h(
    "tr",
    {},
    h("td", { class: "num" }, one.rank ?? "–"),
    h("th", { scope: "row" }, one.configuration + (one.preset ? " (preset)" : "")),
    h("td", { class: "num strong" }, formatNumber(one.score)),
    h("td", {}, passes),
    h("td", { class: "num" }, `${one.rung ?? "–"}/${rungs ?? "–"}`),
    h("td", { class: "num" }, formatNumber(one.seconds)),
  );
}
