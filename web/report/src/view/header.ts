// The top of the page: what was compared, and that the report is not private.
import type { Report, Trace } from "../data/types";
import { h, s } from "../dom";
import { formatCount, formatMoment } from "../format";
import { themeButton } from "./controls";

const NOT_PRIVATE =
  "This report was computed from real traffic. It is not covered by any privacy guarantee: show it only to people who may see the real trace.";

export function pageHeader(report: Report): HTMLElement {
  const names = report.twins.map((twin) => twin.name);
  const title = names.length === 1 ? (names[0] ?? "") : `${names.length || "No"} synthetic traces`;
  return h(
    "header",
    { class: "page-header" },
    h("div", { class: "eyebrow" }, h("span", {}, "TraceTwin evaluation"), themeButton()),
    h("h1", {}, title, h("small", {}, ` against ${report.real?.name || "the real trace"}`)),
    h("p", { class: "facts" }, facts(report)),
  );
}

function facts(report: Report): string {
  const parts: string[] = [];
  const { real } = report;
  if (real) parts.push([real.file, size(real)].filter(Boolean).join(", "));
  if (real?.begin) parts.push(`from ${formatMoment(real.begin)} UTC`);
  parts.push(
    report.holdout ? `hold-out ${report.holdout.file || report.holdout.name}` : "no hold-out",
  );
  parts.push(report.labelColumn ? `label “${report.labelColumn}”` : "no label column");
  return parts.join(" · ");
}

function size(trace: Trace): string {
  if (trace.records !== null) {
    const what =
      trace.kind === "packets" ? "packets" : trace.kind === "flows" ? "flow records" : "records";
    return `${formatCount(trace.records)} ${what}`;
  }
  return trace.packets === null ? "" : `${formatCount(trace.packets)} packets`;
}

export function privacyNotice(report: Report): HTMLElement {
  return h(
    "aside",
    { class: "notice", "aria-label": "This report is not private" },
    s(
      "svg",
      { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
      s("path", { d: "M5.5 9V6.5a4.5 4.5 0 0 1 8.6-1.8M4 9h12v8.5H4Z" }),
      s("path", { d: "M10 12v2.5" }),
    ),
    h("div", {}, h("strong", {}, "Not private. "), report.notice || NOT_PRIVATE),
  );
}

export function warnings(report: Report): HTMLElement[] {
  return report.warnings.map((text) => h("p", { class: "warning", role: "note" }, text));
}
