// Who wrote the page, and the licences of what it holds.
import type { Report } from "../data/types";
import { h } from "../dom";

export function footer(report: Report): HTMLElement {
  const notices = document.getElementById("licences")?.textContent ?? "";
  return h(
    "footer",
    { class: "page-footer" },
    h(
      "p",
      {},
      `Made by ${report.madeBy || "tracetwin"}. This file holds everything it shows and asks the network for nothing.`,
    ),
    h(
      "details",
      {},
      h("summary", {}, "Licences of the libraries in this page"),
      h("pre", { tabindex: 0 }, notices),
    ),
  );
}
