// The bar that stays at the top of the window, and what the reader can switch.
import type { Report } from "../data/types";
import { h } from "../dom";
import { swatch, twinLook } from "../looks";
import { choices } from "../state";

// Below this width explanations and groups start closed: the page would be twenty screens long.
export const ROOMY = "(min-width: 720px)";

export function themeButton(): HTMLElement {
  const root = document.documentElement;
  const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = (): boolean =>
    (root.dataset["theme"] ?? (systemDark.matches ? "dark" : "light")) === "dark";
  const button = h("button", { class: "switch", type: "button", id: "theme" }, "Dark");
  const show = (): void => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset["theme"] = isDark() ? "light" : "dark";
    show();
  });
  systemDark.addEventListener("change", show);
  show();
  return button;
}

export function navigation(report: Report): HTMLElement {
  const links: [string, string][] = [];
  if (report.ranking.length > 1) links.push(["ranking", "Ranking"]);
  links.push(["verdict", "Verdict"]);
  for (const section of report.sections) links.push([section.id, section.title]);
  links.push(["provenance", "Provenance"]);
  const list = links.map(([id, title]) => h("li", {}, h("a", { href: `#${id}` }, title)));
  return h(
    "nav",
    { class: "bar", "aria-label": "Sections" },
    h("div", { class: "bar-in" }, h("ul", {}, list), switches(report)),
  );
}

function switches(report: Report): HTMLElement {
  const twins = report.twins.length > 1 ? report.twins : [];
  return h(
    "div",
    { class: "switches", role: "group", "aria-label": "What to show" },
    twins.map((twin) => {
      const button = h(
        "button",
        { class: "switch", type: "button", "aria-pressed": "true", "data-switch": twin.name },
        swatch(twinLook(twin.name, twin.index)),
        h("span", {}, twin.name),
      );
      button.addEventListener("click", () => {
        choices.toggle(twin.name);
        const hidden = choices.isHidden(twin.name);
        button.setAttribute("aria-pressed", String(!hidden));
        hideTwin(twin.index, hidden);
      });
      return button;
    }),
    explainSwitch(),
    filterSwitch(),
  );
}

function hideTwin(index: number, hidden: boolean): void {
  for (const element of document.querySelectorAll(`[data-twin="${index}"]`)) {
    element.toggleAttribute("hidden", hidden);
  }
}

function explainSwitch(): HTMLElement {
  const open = window.matchMedia(ROOMY).matches;
  const button = h(
    "button",
    { class: "switch", type: "button", id: "explanations", "aria-pressed": String(open) },
    "Explanations",
  );
  button.addEventListener("click", () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(now));
    setExplanations(now);
  });
  return button;
}

export function setExplanations(open = window.matchMedia(ROOMY).matches): void {
  for (const button of document.querySelectorAll(".metric-name[aria-expanded]")) {
    button.setAttribute("aria-expanded", String(open));
  }
}

function filterSwitch(): HTMLElement {
  const button = h(
    "button",
    { class: "switch", type: "button", id: "only-off", "aria-pressed": "false" },
    "Only fair and poor",
  );
  button.addEventListener("click", () => {
    const now = document.body.classList.toggle("only-off");
    if (now) openWeakGroups();
    button.setAttribute("aria-pressed", String(now));
  });
  return button;
}

function openWeakGroups(): void {
  for (const group of document.querySelectorAll<HTMLDetailsElement>('.group[data-off="yes"]')) {
    group.open = true;
  }
}

/** Marks the section that is being read in the bar. */
export function followReading(root: HTMLElement): void {
  const links = new Map<string, Element>();
  for (const link of root.querySelectorAll(".bar a")) {
    links.set((link.getAttribute("href") ?? "").slice(1), link);
  }
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        links.get(entry.target.id)?.toggleAttribute("data-here", entry.isIntersecting);
      }
    },
    { rootMargin: "-20% 0px -75% 0px" },
  );
  for (const section of root.querySelectorAll("section[id]")) watcher.observe(section);
}
