// The ledger of a twin: each measurement that was bought, by stage.
import { list, number, text, type Loose } from "../data/loose";
import { freshId, h } from "../dom";
import { formatCount, formatNumber, words } from "../format";

interface Stage {
  name: string;
  rows: Loose[];
  rho: number;
}

/** Without a budget nothing was spent; the measurements are listed all the same. */
function title(count: string, whole: number): string {
  return whole > 0
    ? `What the budget was spent on: ${count} measurements`
    : `What was measured, without noise: ${count} measurements`;
}

export function ledger(rows: Loose[], total: number | null): HTMLElement | null {
  if (rows.length === 0) return null;
  const spent = rows.reduce((sum, row) => sum + (number(row["rho"]) ?? 0), 0);
  const whole = Math.max(total ?? 0, spent);
  const columns = ["Share of budget", "Noise (σ)", "Sensitivity (L2)", "Cells"];
  return h(
    "details",
    { class: "ledger", open: true },
    h("summary", {}, h("h4", {}, title(formatCount(rows.length), whole))),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Privacy ledger" },
      h(
        "table",
        { class: "plain ledger-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, "Measurement"),
            columns.map((name) => h("th", { scope: "col", class: "num" }, name)),
          ),
        ),
        stages(rows).map((stage) => stageBody(stage, whole)),
      ),
    ),
  );
}

function stages(rows: Loose[]): Stage[] {
  const found = new Map<string, Stage>();
  for (const row of rows) {
    const name = text(row["stage"]) || "other";
    const stage = found.get(name) ?? { name, rows: [], rho: 0 };
    stage.rows.push(row);
    stage.rho += number(row["rho"]) ?? 0;
    found.set(name, stage);
  }
  return [...found.values()];
}

/** A stage is one row until it is opened. */
function stageBody(stage: Stage, whole: number): HTMLElement[] {
  const id = freshId("stage");
  const body = h(
    "tbody",
    { id, class: "stage-rows", hidden: true },
    stage.rows.map((row) => measurement(row, whole)),
  );
  const button = h(
    "button",
    { type: "button", class: "opener", "aria-expanded": "false", "aria-controls": id },
    words(stage.name),
  );
  button.addEventListener("click", () => {
    body.hidden = !body.hidden;
    button.setAttribute("aria-expanded", String(!body.hidden));
  });
  const amount = `${formatCount(stage.rows.length)} measurement${stage.rows.length === 1 ? "" : "s"}`;
  const head = h(
    "tr",
    { class: "stage" },
    h("th", { scope: "rowgroup" }, button),
    share(stage.rho, whole),
    h("td", { class: "num", colspan: 3 }, amount),
  );
  return [h("tbody", {}, head), body];
}

function measurement(row: Loose, whole: number): HTMLElement {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, what(row)),
    share(number(row["rho"]) ?? 0, whole),
    h("td", { class: "num" }, sigma(row)),
    h("td", { class: "num" }, formatNumber(number(row["l2_sensitivity"]))),
    h("td", { class: "num" }, formatCount(number(row["cells"]))),
  );
}

/** Steps on random samples are one measurement, made as often as it says. */
function what(row: Loose): string {
  const [steps, rate] = [number(row["steps"]), number(row["rate"])];
  const sampled =
    steps === null || rate === null
      ? ""
      : `, ${formatCount(steps)} steps on samples of ${formatNumber(rate * 100)} %`;
  return (text(row["what"]) || "–") + sampled;
}

/** Variances are written as exact fractions. */
function sigma(row: Loose): string {
  const [over, under] = list(row["sigma2"]).map(number);
  if (over === null || over === undefined || !under) return formatNumber(number(row["sigma"]));
  return over === 0 ? "none" : formatNumber(Math.sqrt(over / under));
}

function share(rho: number, whole: number): HTMLElement {
  if (whole <= 0) return h("td", { class: "num share" }, "–");
  const percent = (rho / whole) * 100;
  const bar = h("span", { class: "share-bar", "aria-hidden": "true" });
  bar.style.width = `${percent}%`;
  return h(
    "td",
    { class: "num share" },
    h("span", { class: "share-track" }, bar),
    h("span", { class: "share-percent" }, `${percent.toFixed(1)} %`),
  );
}
