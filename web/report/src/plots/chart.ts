// What every kind of chart gives to the card that shows it.
import type { Look } from "../looks";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What is said and marked at one place of a chart. */
export interface Readout {
  title: string;
  rows: { look: Look | null; label: string; value: string }[];
  /** Where the label goes, in the chart's pixels. */
  at: { x: number; y: number };
  rule: boolean;
  box: Box | null;
  points: { x: number; y: number; colour: string }[];
}

/** A drawn chart and the places in it that can be asked about, in reading order. */
export interface Chart {
  svg: SVGSVGElement;
  stops: number;
  at(stop: number): Readout;
  nearest(x: number, y: number): number;
}

export interface Size {
  width: number;
  height: number;
}

// Observable Plot writes these into the drawing; colours are CSS variables, so that a drawing
// follows the theme, and the printer, without being drawn again.
export const CHART_STYLE = {
  background: "transparent",
  color: "var(--muted)",
  fontFamily: "inherit",
  fontSize: "11.5px",
  overflow: "visible",
} as const;
