// A plot with its title, sentence, legend, switches and values.
import type { PlotSpec, Report } from "../data/types";
import { freshId, h } from "../dom";
import { formatTick } from "../format";
import { lookOf } from "../looks";
import { onPrint } from "../print";
import { choices } from "../state";
import { drawBars } from "./bars";
import type { Chart, Size } from "./chart";
import { drawHeatMap, shadesOf } from "./heatmap";
import { withHover } from "./hover";
import { legend } from "./legend";
import { drawLines, type Drawn } from "./lines";
import { valuesTable } from "./values";

// Pixels that a plot gets on paper (print.css), in one column and across the page.
const PAPER = { narrow: 315, wide: 655 };
// Heights of plots of lines; on the screen they grow with the plots beside them (plots.css).
const PAPER_HEIGHT = 200;
const HEIGHTS = { least: 250, most: 420 };
// Pixels that a heat map needs beside others.
const LEAST_MAP = 200;

export function plotCard(report: Report, spec: PlotSpec): HTMLElement {
  return new PlotCard(report, spec).element;
}

class PlotCard {
  readonly element: HTMLElement;
  private readonly canvas = h("div", { class: "canvas" });
  private readonly hidden = new Set<string>();
  private readonly isMap: boolean;
  private readonly isBars: boolean;
  private logX: boolean;
  private size: Size = { width: 0, height: 0 };
  private printing = false;
  private charts: Chart[] = [];
  private readonly values: HTMLDetailsElement;

  constructor(
    private readonly report: Report,
    private readonly spec: PlotSpec,
  ) {
    this.isMap = spec.maps.length > 0;
    this.isBars = !this.isMap && (spec.kind === "bars" || spec.x.scale === "category");
    this.logX = spec.x.scale === "log";
    this.values = valuesTable(spec.title, () => this.charts);
    this.element = this.frame();
    new ResizeObserver(() => this.printing || this.resize(this.screenSize())).observe(this.canvas);
    choices.onChange(() => this.redraw());
    onPrint((printing) => {
      this.printing = printing;
      this.resize(printing ? this.paperSize() : this.screenSize());
    });
  }

  private frame(): HTMLElement {
    const { spec } = this;
    const id = freshId("plot");
    const kind = this.isLines() ? "lines" : this.isMap ? "heatmap" : "bars";
    const room = spec.maps.length > 2 ? " full" : this.isWide() ? " wide" : "";
    return h(
      "figure",
      {
        class: `plot card kind-${kind}${room}`,
        "aria-labelledby": id,
        "data-plot": spec.id,
      },
      h(
        "figcaption",
        {},
        h("div", { class: "plot-head" }, h("h3", { id }, spec.title), this.logSwitch()),
        spec.explain && h("p", { class: "plot-explain" }, spec.explain),
      ),
      this.isMap ? null : this.legend(),
      this.canvas,
      this.isMap && this.shadeLegend(),
      this.values,
    );
  }

  /** Time runs across; several maps stand side by side. */
  private isWide(): boolean {
    return this.spec.kind === "series" || this.spec.maps.length > 1;
  }

  private paperSize(): Size {
    return { width: this.isWide() ? PAPER.wide : PAPER.narrow, height: PAPER_HEIGHT };
  }

  private screenSize(): Size {
    const { clientWidth, clientHeight } = this.canvas;
    const grown = this.isLines() ? clientHeight : 0;
    return {
      width: clientWidth,
      height: Math.min(HEIGHTS.most, Math.max(HEIGHTS.least, grown)),
    };
  }

  private isLines(): boolean {
    return !this.isMap && !this.isBars;
  }

  private legend(): HTMLElement {
    const looks = this.spec.series.map((series) => lookOf(this.report, series.name));
    return legend(looks, this.isBars ? "mark" : "line", (name) => {
      if (!this.hidden.delete(name)) this.hidden.add(name);
      this.redraw();
      return !this.hidden.has(name);
    });
  }

  private logSwitch(): HTMLElement | null {
    const { x, series } = this.spec;
    const numeric = this.isLines() && x.scale !== "time" && this.spec.kind !== "series";
    if (!numeric || !series.some((one) => one.x.some((value) => Number(value) > 0))) return null;
    const button = h(
      "button",
      { type: "button", class: "switch small", "aria-pressed": String(this.logX) },
      "log x",
    );
    button.addEventListener("click", () => {
      this.logX = !this.logX;
      button.setAttribute("aria-pressed", String(this.logX));
      this.redraw();
    });
    return button;
  }

  private shadeLegend(): HTMLElement {
    const { low, high } = shadesOf(this.spec);
    return h(
      "div",
      { class: "shades", "aria-hidden": "true" },
      h("span", {}, formatTick(low)),
      h("span", { class: "shades-bar" }),
      h("span", {}, formatTick(high)),
    );
  }

  private resize(size: Size): void {
    const { width, height } = this.size;
    const same = Math.abs(size.width - width) < 1 && Math.abs(size.height - height) < 1;
    if (size.width <= 0 || same) return;
    this.size = size;
    this.redraw();
  }

  private redraw(): void {
    if (this.size.width <= 0) return;
    for (const item of this.element.querySelectorAll<HTMLElement>("[data-series]")) {
      item.hidden = choices.isHidden(item.dataset["series"] ?? "");
    }
    this.canvas.replaceChildren(...(this.isMap ? this.drawMaps() : [this.drawSeries()]));
    if (this.values.open) this.values.dispatchEvent(new Event("toggle"));
  }

  private drawSeries(): HTMLElement {
    const drawn: Drawn[] = this.spec.series
      .filter((series) => !this.hidden.has(series.name) && !choices.isHidden(series.name))
      .map((series) => ({ series, look: lookOf(this.report, series.name) }));
    const chart = this.isBars
      ? drawBars(this.spec, drawn, this.size.width)
      : drawLines(this.spec, drawn, this.size, this.logX);
    this.charts = [chart];
    return withHover(chart, this.spec.title);
  }

  private drawMaps(): HTMLElement[] {
    const maps = this.spec.maps.filter((map) => !choices.isHidden(map.name));
    const columns = Math.max(1, Math.min(maps.length, Math.floor(this.size.width / LEAST_MAP)));
    const room = Math.floor((this.size.width - (columns - 1) * 24) / columns);
    this.charts = [];
    return maps.map((map) => {
      const chart = drawHeatMap(this.report, this.spec, map, room);
      this.charts.push(chart);
      const name = this.spec.maps.length > 1 && h("p", { class: "map-name" }, map.name);
      return h("div", { class: "map" }, name, withHover(chart, `${this.spec.title}, ${map.name}`));
    });
  }
}
