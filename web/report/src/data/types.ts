// What the page shows. Everything here has been read by read.ts, which fills the gaps, so that the
// views need not ask twice whether a thing is there.

export type Level = "good" | "fair" | "poor" | "info" | "none";

export interface Trace {
  name: string;
  file: string;
  format: string;
  kind: string;
  records: number | null;
  packets: number | null;
  flows: number | null;
  begin: string;
  end: string;
}

export interface Twin {
  name: string;
  index: number;
  trace: Trace | null;
  provenance: Record<string, unknown> | null;
  level: Level;
  lines: string[];
}

/** The score of one twin in one row of the tables. */
export interface Score {
  twin: number;
  value: number | null;
  spread: number | null;
  n: number | null;
  why: string;
  floor: number | null;
  memoriser: number | null;
  level: Level;
}

/** One metric: a row of the tables, with a score for each twin that has one. */
export interface Metric {
  id: string;
  name: string;
  explain: string;
  unit: string;
  better: "lower" | "higher" | "floor" | "none";
  range: [number | null, number | null];
  scores: Score[];
}

export interface Group {
  id: string;
  title: string;
  explain: string;
  metrics: Metric[];
}

export interface Section {
  id: string;
  title: string;
  summaries: { twin: number; text: string }[];
  groups: Group[];
}

export interface Rank {
  name: string;
  rank: number | null;
  score: number | null;
  by: Record<string, number | null>;
}

export interface Axis {
  label: string;
  scale: "linear" | "log" | "category" | "time";
}

export interface Series {
  name: string;
  x: (number | string)[];
  y: (number | null)[];
}

export interface HeatMap {
  name: string;
  values: (number | null)[][];
}

export interface PlotSpec {
  id: string;
  section: string;
  title: string;
  kind: string;
  explain: string;
  x: Axis;
  y: Axis;
  series: Series[];
  labels: string[];
  maps: HeatMap[];
  range: [number | null, number | null];
}

/** One configuration of a search by `tracetwin tune`. */
export interface Tried {
  rank: number | null;
  configuration: string;
  preset: boolean;
  score: number | null;
  passes: boolean | null;
  rung: number | null;
  seconds: number | null;
  fault: string;
}

export interface Tuning {
  searchedOn: string;
  rungs: number | null;
  complete: boolean;
  tried: Tried[];
}

export interface Report {
  tuning: Tuning | null;
  madeBy: string;
  notice: string;
  labelColumn: string;
  real: Trace | null;
  holdout: Trace | null;
  twins: Twin[];
  sections: Section[];
  ranking: Rank[];
  plots: PlotSpec[];
  warnings: string[];
}
