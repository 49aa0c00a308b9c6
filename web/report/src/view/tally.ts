// How many metrics of a section came out good, fair and poor, as a bar and in words.
import type { Level, Section } from "../data/types";
import { h } from "../dom";

const JUDGED: Level[] = ["good", "fair", "poor"];

export function countLevels(section: Section, twin: number): Map<Level, number> {
  const counts = new Map<Level, number>();
  for (const group of section.groups) {
    for (const metric of group.metrics) {
      const level = metric.scores.find((score) => score.twin === twin)?.level ?? "none";
      counts.set(level, (counts.get(level) ?? 0) + 1);
    }
  }
  return counts;
}

/** A row "Fidelity [bar] 12 good, 3 fair, 1 poor" for a definition-like table. */
export function tallyRow(section: Section, twin: number): HTMLElement {
  const counts = countLevels(section, twin);
  const judged = JUDGED.filter((level) => (counts.get(level) ?? 0) > 0);
  const bar = h("span", { class: "tally-bar", "aria-hidden": "true" });
  for (const level of judged) {
    const part = h("span", { class: `tally-part level-${level}` });
    part.style.flexGrow = String(counts.get(level));
    bar.append(part);
  }
  const said = judged.map((level) => `${counts.get(level)} ${level}`).join(" · ");
  return h(
    "li",
    { class: "tally" },
    h("a", { href: `#${section.id}` }, section.title),
    bar,
    h("span", { class: "tally-words" }, said || "nothing judged"),
  );
}
