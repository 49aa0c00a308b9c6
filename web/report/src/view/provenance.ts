// Where the traces come from, and for our own twins what their privacy budget was spent on.
import { number, object, objects, text, type Loose } from "../data/loose";
import type { Report, Trace, Twin } from "../data/types";
import { h } from "../dom";
import { formatCount, formatMoment, formatNumber, formatSpan, words } from "../format";
import { swatch, twinLook } from "../looks";
import { ledger } from "./ledger";

export function provenance(report: Report): HTMLElement {
  return h(
    "section",
    { id: "provenance", class: "block", "aria-labelledby": "provenance-title" },
    h("h2", { id: "provenance-title" }, "Provenance and privacy budget"),
    traceTable(report),
    report.twins.map((twin) => twinOrigin(twin)),
  );
}

function traceTable(report: Report): HTMLElement {
  const rows: [string, Trace | null, Twin | null][] = [
    ["real", report.real, null],
    ["hold-out", report.holdout, null],
    ...report.twins.map((twin): [string, Trace | null, Twin] => ["synthetic", twin.trace, twin]),
  ];
  const columns = ["Trace", "Role", "File", "Format"];
  const numbers = ["Records", "Packets", "Flows", "Begins (UTC)", "Spans"];
  return h(
    "div",
    { class: "scroll card", tabindex: 0, role: "region", "aria-label": "The traces" },
    h(
      "table",
      { class: "plain" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map((name) => h("th", { scope: "col" }, name)),
          numbers.map((name) => h("th", { scope: "col", class: "num" }, name)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(([role, trace, twin]) => (trace ? traceRow(role, trace, twin) : null)),
      ),
    ),
  );
}

function traceRow(role: string, trace: Trace, twin: Twin | null): HTMLElement {
  const name = h(
    "span",
    { class: "named" },
    twin && swatch(twinLook(twin.name, twin.index)),
    h("span", {}, twin?.name || trace.name || role),
  );
  const amounts = [trace.records, trace.packets, trace.flows].map(formatCount);
  return h(
    "tr",
    { "data-twin": twin?.index },
    h("th", { scope: "row" }, name),
    h("td", {}, role),
    h("td", { class: "file" }, trace.file || "–"),
    h("td", {}, trace.format || "–"),
    amounts.map((amount) => h("td", { class: "num" }, amount)),
    h("td", { class: "num" }, formatMoment(trace.begin)),
    h("td", { class: "num" }, formatSpan(trace.begin, trace.end)),
  );
}

function twinOrigin(twin: Twin): HTMLElement {
  const look = swatch(twinLook(twin.name, twin.index));
  const heading = h("h3", { class: "named" }, look, h("span", {}, `How ${twin.name} was made`));
  const from = twin.provenance;
  if (!from) {
    const missing =
      "No summary of TraceTwin lies beside this trace: its origin is not known here, nor whether any privacy guarantee holds.";
    return h(
      "div",
      { class: "origin card", "data-twin": twin.index },
      heading,
      h("p", { class: "small" }, missing),
    );
  }
  const privacy = object(from["privacy"]);
  return h(
    "div",
    { class: "origin card", "data-twin": twin.index },
    heading,
    statement(privacy),
    h("dl", { class: "facts-list" }, facts(from), facts(budget(privacy))),
    ledger(objects(privacy["rows"]), number(privacy["rho_total"])),
    h(
      "details",
      { class: "raw" },
      h("summary", {}, "The summary as it was written"),
      h("pre", { tabindex: 0 }, JSON.stringify(from, null, 1)),
    ),
  );
}

function statement(privacy: Loose): HTMLElement | null {
  const said = text(privacy["statement"]);
  if (!said) return null;
  const kept = privacy["guarantee"] === true;
  return h("p", { class: kept ? "statement kept" : "statement" }, said);
}

/** A budget of nothing is not worth a number. */
function budget(privacy: Loose): Loose {
  const without = (number(privacy["rho_total"]) ?? 0) <= 0;
  return without ? { guarantee: privacy["guarantee"] } : privacy;
}

/** Every plain value of the summary, known to this page or not. */
function facts(from: Loose): HTMLElement[] {
  const shown: HTMLElement[] = [];
  for (const [key, value] of Object.entries(from)) {
    if (key === "statement" || key === "what") continue;
    const said = fact(key, value);
    if (said) shown.push(h("div", {}, h("dt", {}, words(key)), h("dd", {}, said)));
  }
  return shown;
}

function fact(key: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  const amount = number(value);
  // A seed is a name, not an amount.
  return amount !== null && !key.endsWith("seed") ? formatFact(amount) : text(value);
}

/** Budgets are compared digit by digit, so they keep one more than scores do. */
function formatFact(amount: number): string {
  return Math.abs(amount) >= 1e-3 && Math.abs(amount) < 1
    ? String(Number(amount.toPrecision(4)))
    : formatNumber(amount);
}
