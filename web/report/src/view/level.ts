// A verdict as icon and word: the shape of the icon says the same as its colour.
import type { Level } from "../data/types";
import { h, s } from "../dom";

const WORDS: Record<Level, string> = {
  good: "good",
  fair: "fair",
  poor: "poor",
  info: "for information",
  none: "not applicable",
};

const SHORT: Partial<Record<Level, string>> = { info: "info", none: "n/a" };

const ICONS: Record<Level, string> = {
  good: "M4.5 8.2l2.4 2.4 4.6-5",
  fair: "M8 4.6v4M8 11.2v.2",
  poor: "M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2",
  info: "M8 7.4v4M8 4.7v.2",
  none: "M5 8h6",
};

const FRAMES: Partial<Record<Level, string>> = {
  info: "M8 1a7 7 0 1 0 0 14a7 7 0 1 0 0-14Z",
  good: "M8 1a7 7 0 1 0 0 14a7 7 0 1 0 0-14Z",
  fair: "M8 .8L15.4 14.2H.6Z",
  poor: "M5 1h6l4 4v6l-4 4h-6l-4-4v-6Z",
};

export function levelIcon(level: Level): SVGSVGElement {
  const frame = FRAMES[level];
  const shift = level === "fair" ? "translate(0 1.2)" : null;
  return s(
    "svg",
    {
      class: `icon icon-${level}`,
      viewBox: "0 0 16 16",
      width: 16,
      height: 16,
      "aria-hidden": "true",
    },
    frame && s("path", { class: "icon-frame", d: frame }),
    s("path", { class: "icon-sign", d: ICONS[level], transform: shift }),
  );
}

export function levelBadge(level: Level): HTMLElement {
  const word = h("span", {}, SHORT[level] ?? WORDS[level]);
  return h("span", { class: `badge level-${level}`, title: WORDS[level] }, levelIcon(level), word);
}

/** The worst of several verdicts, for filters. */
export function worstLevel(levels: Level[]): Level {
  const order: Level[] = ["poor", "fair", "good", "info"];
  return order.find((level) => levels.includes(level)) ?? "none";
}
