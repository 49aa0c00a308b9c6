// The numbers of a plot as a table, for those who cannot see it and those who want to copy them.
import { h } from "../dom";
import type { Chart } from "./chart";

const MOST_ROWS = 60;

/** Asks for the charts when it is opened: most readers never do. */
export function valuesTable(title: string, charts: () => Chart[]): HTMLDetailsElement {
  const body = h("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": `Values of ${title}`,
  });
  const details = h("details", { class: "values" }, h("summary", {}, "Values"), body);
  details.addEventListener("toggle", () => {
    body.replaceChildren(...(details.open ? charts().map(table) : []));
  });
  return details;
}

function table(chart: Chart): HTMLElement {
  const every = Math.max(1, Math.ceil(chart.stops / MOST_ROWS));
  const stops: number[] = [];
  for (let stop = 0; stop < chart.stops; stop += every) stops.push(stop);
  const readouts = stops.map((stop) => chart.at(stop));
  const names = readouts[0]?.rows.map((row) => row.label) ?? [];
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "At"),
    names.map((name) => h("th", { scope: "col", class: "num" }, name)),
  );
  const rows = readouts.map((readout) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, readout.title),
      readout.rows.map((row) => h("td", { class: "num" }, row.value)),
    ),
  );
  return h("table", { class: "plain" }, h("thead", {}, head), h("tbody", {}, rows));
}
