// Says the values at a place of a chart: under the mouse, under the finger, or with the arrow keys.
import { h, s } from "../dom";
import { swatch } from "../looks";
import type { Chart, Readout } from "./chart";

const KEYS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Puts the chart into a frame that answers. */
export function withHover(chart: Chart, label: string): HTMLElement {
  const { svg } = chart;
  const height = Number(svg.getAttribute("height"));
  const layer = s("g", { class: "hover", "aria-hidden": "true" });
  const tip = h("div", { class: "tip", hidden: true, role: "status" });
  const frame = h("div", { class: "chart" }, svg, tip);
  let shown = -1;

  const show = (stop: number): void => {
    if (stop === shown || chart.stops === 0) return;
    shown = Math.max(0, Math.min(chart.stops - 1, stop));
    const readout = chart.at(shown);
    layer.replaceChildren(...marks(readout, height));
    tip.replaceChildren(...sentences(readout));
    tip.hidden = false;
    place(tip, frame, svg, readout);
  };
  const hide = (): void => {
    shown = -1;
    layer.replaceChildren();
    tip.hidden = true;
  };
  const follow = (event: PointerEvent): void => {
    const box = svg.getBoundingClientRect();
    const scale = Number(svg.getAttribute("width")) / box.width;
    show(chart.nearest((event.clientX - box.left) * scale, (event.clientY - box.top) * scale));
  };

  svg.append(layer);
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${label}. Arrow keys read the values.`);
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerdown", follow);
  // A finger that lifts leaves its readout standing, to be read.
  svg.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (event.key === "Escape") hide();
    if (step === undefined) return;
    event.preventDefault();
    show(shown < 0 ? 0 : shown + step * (event.shiftKey ? 10 : 1));
  });
  return frame;
}

function marks(readout: Readout, height: number): SVGElement[] {
  const { box, at } = readout;
  const drawn: SVGElement[] = [];
  if (readout.rule) {
    drawn.push(s("line", { class: "hover-rule", x1: at.x, x2: at.x, y1: 22, y2: height - 38 }));
  }
  if (box) drawn.push(s("rect", { class: "hover-box", ...box, rx: 2 }));
  for (const point of readout.points) {
    drawn.push(
      s("circle", { class: "hover-point", cx: point.x, cy: point.y, r: 4, fill: point.colour }),
    );
  }
  return drawn;
}

function sentences(readout: Readout): HTMLElement[] {
  return [
    h("div", { class: "tip-title" }, readout.title),
    h(
      "dl",
      {},
      readout.rows.map((row) =>
        h(
          "div",
          {},
          h("dt", {}, row.look && swatch(row.look, "line"), row.label),
          h("dd", {}, row.value),
        ),
      ),
    ),
  ];
}

/** Beside the place, on the side that has room. */
function place(tip: HTMLElement, frame: HTMLElement, svg: SVGSVGElement, readout: Readout): void {
  const scale = svg.getBoundingClientRect().width / Number(svg.getAttribute("width"));
  const x =
    readout.at.x * scale + svg.getBoundingClientRect().left - frame.getBoundingClientRect().left;
  const room = frame.clientWidth;
  const width = tip.offsetWidth;
  const right = x + 12 + width <= room;
  const left = right ? x + 12 : x - 12 - width;
  tip.style.left = `${Math.max(0, Math.min(left, room - width))}px`;
  tip.style.top = `${Math.max(0, readout.at.y * scale - 12)}px`;
}
