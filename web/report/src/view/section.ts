// One of fidelity, usefulness, safety, validity: what it says in a sentence, its plots, its metrics.
import type { Report, Section } from "../data/types";
import { h } from "../dom";
import { swatch, twinLook } from "../looks";
import { plotCard } from "../plots/card";
import { metricGroup } from "./metrics";

const QUESTIONS: Record<string, string> = {
  fidelity: "Does it look like the real traffic?",
  usefulness: "Does work done on it come out as on the real traffic?",
  safety: "Does it give away records of the real traffic?",
  validity: "Does it obey the rules of its protocols?",
};

export function sectionView(report: Report, section: Section): HTMLElement {
  const plots = report.plots.filter((plot) => plot.section === section.id);
  const id = `${section.id}-title`;
  return h(
    "section",
    { id: section.id, class: "block", "aria-labelledby": id },
    h("h2", { id }, section.title),
    QUESTIONS[section.id] && h("p", { class: "question" }, QUESTIONS[section.id]),
    summaries(report, section),
    plots.length > 0 &&
      h(
        "div",
        { class: "plots", "data-count": plots.length },
        plots.map((plot) => plotCard(report, plot)),
      ),
    section.groups.map((group) => metricGroup(report, group)),
    section.groups.length === 0 &&
      plots.length === 0 &&
      h("p", { class: "small" }, "Nothing was measured here."),
    section.groups.length > 0 &&
      h(
        "p",
        { class: "all-good small" },
        "Where a group is missing, nothing in it is fair or poor.",
      ),
  );
}

function summaries(report: Report, section: Section): HTMLElement | null {
  if (section.summaries.length === 0) return null;
  const many = report.twins.length > 1;
  return h(
    "ul",
    { class: many ? "summaries many" : "summaries" },
    section.summaries.map(({ twin, text }) => {
      const name = report.twins[twin]?.name ?? "";
      const who =
        many && h("b", { class: "named" }, swatch(twinLook(name, twin)), h("span", {}, name));
      return h("li", { "data-twin": twin }, who, h("span", {}, text));
    }),
  );
}
