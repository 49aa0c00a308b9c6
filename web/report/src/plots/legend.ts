// The legend of one plot; each entry switches its series.
import { h } from "../dom";
import { swatch, type Look } from "../looks";

export function legend(
  looks: Look[],
  kind: "mark" | "line",
  toggled: (name: string) => boolean,
): HTMLElement {
  const entries = looks.map((look) => {
    const button = h(
      "button",
      { type: "button", class: "entry", "aria-pressed": "true", title: "show or hide" },
      swatch(look, kind),
      h("span", {}, look.name),
    );
    button.addEventListener("click", () =>
      button.setAttribute("aria-pressed", String(toggled(look.name))),
    );
    return h("li", { "data-series": look.name }, button);
  });
  return h("ul", { class: "legend", "aria-label": "Series" }, entries);
}
