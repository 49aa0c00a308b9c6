// The rows of metrics. On wide screens a table, on narrow ones a card a metric (metrics.css); the
// roles are spelt out because browsers forget them when a table is laid out as anything else.
import type { Group, Metric, Report, Score, Twin } from "../data/types";
import { freshId, h } from "../dom";
import { formatNumber } from "../format";
import { swatch, twinLook } from "../looks";
import { ROOMY } from "./controls";
import { levelBadge, worstLevel } from "./level";
import { distinct, scale } from "./scale";
import { groupTally } from "./tally";

// So many rows for information are folded away.
const MANY = 4;
// More columns of values than this do not fit a screen beside the names, nor a sheet of paper.
const CROWD = 4;

export function metricGroup(report: Report, group: Group): HTMLElement {
  const off = group.metrics.some((metric) => isOff(metric));
  const id = freshId("group");
  const more = foldInformation(group);
  const open = window.matchMedia(ROOMY).matches && group.metrics.some(isJudged);
  return h(
    "details",
    { class: more ? "group card folded" : "group card", open, "data-off": off ? "yes" : "no" },
    h("summary", {}, h("h3", { id }, group.title), groupTally(group, report.twins)),
    group.explain && h("p", { class: "group-explain" }, group.explain),
    metricTable(report, group, id),
    more,
  );
}

function isOff(metric: Metric): boolean {
  return metric.scores.some((score) => score.level === "fair" || score.level === "poor");
}

function metricTable(report: Report, group: Group, labelledby: string): HTMLElement {
  const { twins } = report;
  const memoriser = group.metrics.some((metric) =>
    metric.scores.some((one) => one.memoriser !== null),
  );
  const head = (label: string | Node, kind = "num", twin?: number): HTMLElement =>
    h("th", { scope: "col", role: "columnheader", class: kind, "data-twin": twin }, label);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-labelledby": labelledby },
    h(
      "table",
      {
        class: `metrics${twins.length > 1 ? " many" : ""}${twins.length > CROWD ? " crowd" : ""}`,
        style: `--twins: ${twins.length}`,
        role: "table",
        "aria-labelledby": labelledby,
      },
      h(
        "thead",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          head("Metric", "name"),
          head("Scale", "where"),
          twins.map((twin) => head(columnTitle(twin, twins), "num value", twin.index)),
          head("Floor"),
          memoriser && head("Memoriser"),
        ),
      ),
      h(
        "tbody",
        { role: "rowgroup" },
        group.metrics.map((metric) => metricRow(metric, twins, memoriser)),
      ),
    ),
  );
}

function columnTitle(twin: Twin, twins: Twin[]): string | Node {
  if (twins.length < 2) return "Value";
  return h(
    "span",
    { class: "named" },
    swatch(twinLook(twin.name, twin.index)),
    h("span", {}, twin.name),
  );
}

function metricRow(metric: Metric, twins: Twin[], memoriser: boolean): HTMLElement {
  const floors = distinct(metric.scores.map((score) => score.floor));
  const learned = distinct(metric.scores.map((score) => score.memoriser));
  return h(
    "tr",
    { role: "row", "data-level": worstLevel(metric.scores.map((score) => score.level)) },
    nameCell(metric),
    h("td", { role: "cell", class: "where" }, scale(metric, twins)),
    twins.map((twin) => valueCell(metric, twin, twins.length > 1)),
    referenceCell("floor", floors),
    memoriser && referenceCell("memoriser", learned),
  );
}

function nameCell(metric: Metric): HTMLElement {
  const id = freshId("explain");
  const explain = metric.explain && h("p", { id, class: "explain" }, metric.explain);
  const button = h(
    "button",
    {
      class: "metric-name",
      type: "button",
      "aria-controls": id,
      "aria-expanded": "true",
      onclick: flip,
    },
    metric.name,
  );
  return h(
    "th",
    { scope: "row", role: "rowheader", class: "name" },
    explain ? button : metric.name,
    explain,
  );
}

function flip(event: Event): void {
  const button = event.currentTarget as HTMLElement;
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
}

function valueCell(metric: Metric, twin: Twin, many: boolean): HTMLElement {
  const score = metric.scores.find((one) => one.twin === twin.index);
  const title = score?.n ? `of ${score.n.toLocaleString("en")} in the trace` : undefined;
  const attributes = { role: "cell", class: "num value", "data-twin": twin.index, title };
  const label =
    many &&
    h(
      "span",
      { class: "cell-label named" },
      swatch(twinLook(twin.name, twin.index)),
      h("span", {}, twin.name),
    );
  if (!score || score.value === null) {
    const why = score?.why && h("span", { class: "why" }, score.why);
    return h("td", attributes, label, levelBadge("none"), why);
  }
  return h("td", attributes, label, number(metric, score), levelBadge(score.level));
}

function number(metric: Metric, score: Score): HTMLElement {
  const { unit } = metric;
  const spread = score.spread !== null && score.spread > 0;
  // A percent sign belongs to its number; a long unit may go to the next line.
  const short = unit === "%" || unit === "s";
  return h(
    "span",
    { class: "number" },
    h("b", {}, formatNumber(score.value, short ? unit : "")),
    unit && !short && [" ", h("small", {}, unit)],
    spread && [" ", h("small", {}, `± ${formatNumber(score.spread)}`)],
  );
}

/**
 * Floors differ between twins of different size; then the cell shows from where to where. The unit
 * stands beside the value.
 */
function referenceCell(name: string, values: number[]): HTMLElement {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const range = low === high ? formatNumber(low) : `${formatNumber(low)} – ${formatNumber(high)}`;
  return h(
    "td",
    { role: "cell", class: "num reference" },
    h("span", { class: "cell-label" }, name),
    values.length === 0 ? "–" : range,
  );
}

/** Rows that judge nothing wait behind a button, when there are many beside rows that do. */
function foldInformation(group: Group): HTMLElement | null {
  const rest = group.metrics.filter((metric) => !isJudged(metric)).length;
  if (rest < MANY || rest === group.metrics.length) return null;
  const label = (open: boolean): string => `${open ? "Hide" : "Show"} ${rest} rows for information`;
  const button = h(
    "button",
    { type: "button", class: "more", "aria-expanded": "false" },
    label(false),
  );
  button.addEventListener("click", () => {
    const open = button.closest(".group")?.classList.toggle("folded") === false;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = label(open);
  });
  return button;
}

function isJudged(metric: Metric): boolean {
  return isOff(metric) || metric.scores.some((score) => score.level === "good");
}
