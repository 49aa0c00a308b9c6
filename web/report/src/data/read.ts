// The document of `tracetwin evaluate` as the views want it: results of several synthetic traces
// are folded into one list of metrics, each with a score per trace.
import { list, number, object, objects, oneOf, pair, text, type Loose } from "./loose";
import { readPlots } from "./read_plots";
import { readTuning } from "./read_tuning";
import type { Group, Level, Metric, Rank, Report, Score, Section, Trace, Twin } from "./types";

const SCHEMA = "tracetwin-scores";
const VERSION = 1;
const LEVELS = ["good", "fair", "poor", "info"] as const;

const TITLES: Record<string, string> = {
  fidelity: "Fidelity",
  usefulness: "Usefulness",
  safety: "Safety",
  validity: "Validity",
};

/** Reads the document; throws when it is empty or is no JSON object. */
export function readReport(json: string): Report {
  if (json.trim() === "") throw new Error("this page holds no scores yet");
  const top = object(JSON.parse(json));
  if (Object.keys(top).length === 0) throw new Error("the scores are not a JSON object");
  const traces = object(top["traces"]);
  const results = objects(top["results"]);
  const twins = readTwins(objects(traces["synthetic"]), results);
  const report: Report = {
    tuning: readTuning(object(top["tuning"])),
    madeBy: text(top["made_by"]),
    notice: text(top["notice"]),
    labelColumn: text(top["label_column"]),
    real: readTrace(traces["real"]),
    holdout: readTrace(traces["holdout"]),
    twins,
    sections: foldSections(results),
    ranking: objects(top["ranking"]).map(readRank),
    plots: readPlots(top["plots"]),
    warnings: doubts(top),
  };
  placePlots(report);
  return report;
}

function doubts(top: Loose): string[] {
  const found: string[] = [];
  if (top["schema"] !== SCHEMA) found.push(`The scores do not call themselves “${SCHEMA}”.`);
  const version = number(top["version"]);
  if (version !== null && version > VERSION) {
    found.push("The scores were written by a newer program: some of them may not be shown here.");
  }
  return found;
}

function readTrace(value: unknown): Trace | null {
  const from = object(value);
  if (Object.keys(from).length === 0) return null;
  return {
    name: text(from["name"]),
    file: text(from["file"]),
    format: text(from["format"]),
    kind: text(from["kind"]),
    records: number(from["records"]),
    packets: number(from["packets"]),
    flows: number(from["flows"]),
    begin: text(from["begin"]),
    end: text(from["end"]),
  };
}

/** Results decide how many twins there are; a trace without a result is still listed. */
function readTwins(traces: Loose[], results: Loose[]): Twin[] {
  const count = Math.max(traces.length, results.length);
  return Array.from({ length: count }, (_, index) => {
    const result = results[index] ?? {};
    const name = text(result["name"]) || text(traces[index]?.["name"]) || `twin ${index + 1}`;
    const trace = traces.find((one) => text(one["name"]) === name) ?? traces[index];
    const verdict = object(result["verdict"]);
    const provenance = object(trace?.["provenance"]);
    return {
      name,
      index,
      trace: readTrace(trace),
      provenance: Object.keys(provenance).length > 0 ? provenance : null,
      level: readLevel(verdict["level"]),
      lines: list(verdict["lines"]).map(text).filter(Boolean),
    };
  });
}

function readLevel(value: unknown): Level {
  return oneOf<Level>(value, LEVELS, "none");
}

function readRank(from: Loose): Rank {
  const by: Record<string, number | null> = {};
  for (const [key, value] of Object.entries(object(from["by"]))) by[key] = number(value);
  return {
    name: text(from["name"]),
    rank: number(from["rank"]),
    score: number(from["score"]),
    by,
  };
}

function foldSections(results: Loose[]): Section[] {
  const sections = new Map<string, Section>();
  results.forEach((result, twin) => {
    for (const from of objects(result["sections"])) {
      const id = text(from["id"]) || text(from["title"]) || "other";
      const section = getOr(sections, id, () => emptySection(id, text(from["title"])));
      const summary = text(from["summary"]);
      if (summary) section.summaries.push({ twin, text: summary });
      foldGroups(section, objects(from["groups"]), twin);
    }
  });
  return [...sections.values()];
}

function emptySection(id: string, title = ""): Section {
  const named = title || TITLES[id] || id.charAt(0).toUpperCase() + id.slice(1);
  return { id, title: named, summaries: [], groups: [] };
}

function foldGroups(section: Section, groups: Loose[], twin: number): void {
  for (const from of groups) {
    const id = text(from["id"]) || text(from["title"]) || "other";
    let group = section.groups.find((one) => one.id === id);
    if (!group) {
      group = { id, title: text(from["title"]) || id, explain: text(from["explain"]), metrics: [] };
      section.groups.push(group);
    }
    for (const metric of objects(from["metrics"])) foldMetric(group, metric, twin);
  }
}

function foldMetric(group: Group, from: Loose, twin: number): void {
  const id = text(from["id"]) || text(from["name"]);
  let metric = group.metrics.find((one) => one.id === id);
  if (!metric) {
    metric = readMetric(id, from);
    group.metrics.push(metric);
  }
  metric.scores.push(readScore(from, twin));
}

function readMetric(id: string, from: Loose): Metric {
  return {
    id,
    name: text(from["name"]) || id,
    explain: text(from["explain"]),
    unit: text(from["unit"]),
    better: oneOf(from["better"], ["lower", "higher", "floor", "none"], "none"),
    range: pair(from["range"]),
    scores: [],
  };
}

function readScore(from: Loose, twin: number): Score {
  const value = number(from["value"]);
  return {
    twin,
    value,
    spread: number(from["spread"]),
    n: number(from["n"]),
    why: text(from["why"]),
    floor: number(from["floor"]),
    memoriser: number(from["memoriser"]),
    level: value === null ? "none" : readLevel(from["verdict"]),
  };
}

/** Plots whose section has no metrics get a section of their own, so that none is lost. */
function placePlots(report: Report): void {
  for (const plot of report.plots) {
    if (!report.sections.some((section) => section.id === plot.section)) {
      report.sections.push(emptySection(plot.section));
    }
  }
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
