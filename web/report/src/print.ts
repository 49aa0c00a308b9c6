// Paper cannot be clicked: everything is opened, and plots are drawn for the width of a page.

type Listener = (printing: boolean) => void;
const listeners: Listener[] = [];

export function onPrint(listener: Listener): void {
  listeners.push(listener);
}

export function printAware(): void {
  let closed: HTMLDetailsElement[] = [];
  let folded: HTMLElement[] = [];
  window.addEventListener("beforeprint", () => {
    // What was written for machines, and licences, would be many pages of nothing to read.
    const all = document.querySelectorAll<HTMLDetailsElement>("details.group, details.ledger");
    closed = [...all].filter((details) => !details.open);
    folded = [...document.querySelectorAll<HTMLElement>(".stage-rows[hidden]")];
    for (const details of closed) details.open = true;
    for (const rows of folded) rows.hidden = false;
    for (const listener of listeners) listener(true);
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    for (const rows of folded) rows.hidden = true;
    for (const listener of listeners) listener(false);
  });
}
