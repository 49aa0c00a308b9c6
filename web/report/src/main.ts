// Reads the scores out of the page and builds the report.
import { readReport } from "./data/read";
import type { Report } from "./data/types";
import { h } from "./dom";
import { printAware } from "./print";
import { followReading, navigation, setExplanations } from "./view/controls";
import { footer } from "./view/footer";
import { pageHeader, privacyNotice, warnings } from "./view/header";
import { scaleKey } from "./view/key";
import { leaderboard } from "./view/leaderboard";
import { provenance } from "./view/provenance";
import { ranking } from "./view/ranking";
import { sectionView } from "./view/section";
import { verdicts } from "./view/verdict";

function build(report: Report): void {
  const names = report.twins.map((twin) => twin.name).join(", ");
  document.title = `${names || "No trace"} – TraceTwin evaluation`;
  const measured = report.sections.some((section) => section.groups.length > 0);
  document.body.append(
    h("a", { class: "skip", href: "#report" }, "Skip to the report"),
    pageHeader(report),
    navigation(report),
    h(
      "main",
      { id: "report", tabindex: -1 },
      privacyNotice(report),
      warnings(report),
      leaderboard(report),
      ranking(report),
      verdicts(report),
      measured && scaleKey(report),
      report.sections.map((section) => sectionView(report, section)),
      provenance(report),
    ),
    footer(report),
  );
  setExplanations();
  followReading(document.body);
  printAware();
  document.documentElement.dataset["ready"] = "yes";
}

function fail(reason: unknown): void {
  const said = reason instanceof Error ? reason.message : String(reason);
  document.body.append(
    h("main", { id: "report" }, h("h1", {}, "There is no report to show"), h("p", {}, `${said}.`)),
  );
  document.documentElement.dataset["ready"] = "empty";
}

try {
  build(readReport(document.getElementById("scores")?.textContent ?? ""));
} catch (error) {
  fail(error);
}
