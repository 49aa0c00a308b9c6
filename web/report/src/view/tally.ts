// How many metrics of a section came out good, fair and poor, as a bar and in words.
import type { Group, Level, Section, Twin } from "../data/types";
import { h } from "../dom";
import { swatch, twinLook } from "../looks";
import { levelIcon } from "./level";

const JUDGED: Level[] = ["good", "fair", "poor"];

function countLevels(groups: Group[], twin: number): Map<Level, number> {
  const counts = new Map<Level, number>();
  for (const group of groups) {
    for (const metric of group.metrics) {
      const level = metric.scores.find((score) => score.twin === twin)?.level ?? "none";
      counts.set(level, (counts.get(level) ?? 0) + 1);
    }
  }
  return counts;
}

/** A row "Fidelity [bar] 12 good, 3 fair, 1 poor" for a definition-like table. */
export function tallyRow(section: Section, twin: number): HTMLElement {
  const counts = countLevels(section.groups, twin);
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

/** The same for one group, in icons: what there is to see before it is opened. */
export function groupTally(group: Group, twins: Twin[]): HTMLElement {
  const parts = twins.map((twin) => {
    const counts = countLevels([group], twin.index);
    const look = twins.length > 1 && swatch(twinLook(twin.name, twin.index));
    const shown = JUDGED.filter((level) => counts.get(level)).map((level) => {
      const title = `${twin.name}: ${counts.get(level)} ${level}`;
      return h(
        "span",
        { class: `count level-${level}`, title },
        levelIcon(level),
        counts.get(level),
      );
    });
    return shown.length > 0 && h("span", { "data-twin": twin.index }, look, shown);
  });
  return h("span", { class: "group-tally" }, parts);
}
