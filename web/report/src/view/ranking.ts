// Which synthetic trace is closest, when there are several.
import type { Rank, Report } from "../data/types";
import { h } from "../dom";
import { formatNumber, words } from "../format";
import { swatch, twinLook } from "../looks";
import { levelBadge } from "./level";

// Measures that are known by their initials.
const INITIALS = new Set(["jsd", "emd", "tvd", "auc", "c2st", "mia"]);

export function ranking(report: Report): HTMLElement | null {
  if (report.ranking.length < 2) return null;
  const rows = [...report.ranking].sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  const keys = [...new Set(rows.flatMap((rank) => Object.keys(rank.by)))];
  return h(
    "section",
    { id: "ranking", class: "block", "aria-labelledby": "ranking-title" },
    h("h2", { id: "ranking-title" }, "Ranking"),
    h("p", { class: "lead" }, explanation(rows)),
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
            h("th", { scope: "col", class: "num" }, "Score"),
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

function explanation(rows: Rank[]): string {
  const scores = rows.map((rank) => rank.score).filter((score) => score !== null);
  const rising = scores.every((score, at) => at === 0 || score >= (scores[at - 1] ?? score));
  const order =
    scores.length < 2 ? "" : rising ? " A lower score is closer." : " A higher score is closer.";
  return `The synthetic traces against each other, closest to the real trace first.${order} Scores compare the traces of this table with each other, by distance alone: a trace that copies the real one ranks well, so read its verdict too.`;
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
