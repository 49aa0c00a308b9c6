// Which synthetic trace is closest, when there are several.
import type { Rank, Report } from "../data/types";
import { h } from "../dom";
import { formatNumber, words } from "../format";
import { swatch, twinLook } from "../looks";
import { levelBadge } from "./level";

// Measures that are known by their initials.
const INITIALS = new Set(["jsd", "emd", "tvd", "auc", "c2st", "mia"]);

const EXPLANATION =
  "The synthetic traces against each other, by the mean of their ranks in what follows: lower is closer to the real trace. A trace with an alarm in safety, such as a copy, comes behind all others.";

export function ranking(report: Report): HTMLElement | null {
  if (report.ranking.length < 2) return null;
  const rows = [...report.ranking].sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  const keys = [...new Set(rows.flatMap((rank) => Object.keys(rank.by)))];
  return h(
    "section",
    { id: "ranking", class: "block", "aria-labelledby": "ranking-title" },
    h("h2", { id: "ranking-title" }, "Ranking"),
    h("p", { class: "lead" }, EXPLANATION),
    h(
      "div",
      { class: "scroll card", tabindex: 0, role: "region", "aria-labelledby": "ranking-title" },
      h(
        "table",
        { class: "plain ranking" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col", class: "num" }, "Rank"),
            h("th", { scope: "col" }, "Trace"),
            h("th", { scope: "col" }, "Verdict"),
            h("th", { scope: "col", class: "num" }, "Mean rank"),
            keys.map((key) => h("th", { scope: "col", class: "num" }, measure(key))),
          ),
        ),
        h(
          "tbody",
          {},
          rows.map((rank) => rankRow(report, rank, keys)),
        ),
      ),
    ),
  );
}

function measure(key: string): string {
  return INITIALS.has(key.toLowerCase()) ? key.toUpperCase() : words(key);
}

function rankRow(report: Report, rank: Rank, keys: string[]): HTMLElement {
  const twin = report.twins.find((one) => one.name === rank.name);
  return h(
    "tr",
    { "data-twin": twin?.index },
    h("td", { class: "num rank" }, rank.rank ?? "–"),
    h(
      "th",
      { scope: "row" },
      h(
        "span",
        { class: "named" },
        twin && swatch(twinLook(twin.name, twin.index)),
        h("span", {}, rank.name),
      ),
    ),
    h("td", {}, levelBadge(twin?.level ?? "none")),
    h("td", { class: "num strong" }, formatNumber(rank.score)),
    keys.map((key) => h("td", { class: "num" }, formatNumber(rank.by[key] ?? null))),
  );
}
