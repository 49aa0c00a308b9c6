// Checks of the plots: drawn, answering, switchable.

export function expectedPlots(document) {
  return (document.plots ?? []).filter(
    (plot) => (plot.series ?? []).length + (plot.maps ?? []).length > 0,
  );
}

// Series, bars, marks of twins, cells.
const MARKS = ["line] path", "bar] path", "bar] rect", "dot] path", "dot] circle", "cell] rect"]
  .map((mark) => `[aria-label=${mark}`)
  .join(", ");

/** What is inked in each plot: shapes with an extent, not only elements. */
async function inked(page) {
  return page.locator("[data-plot]").evaluateAll(
    (cards, drawn) =>
      cards.map((card) => {
        const drawings = [...card.querySelectorAll(".chart > svg")];
        const marks = drawings.flatMap((svg) => [...svg.querySelectorAll(drawn)]);
        const shown = marks.filter((mark) => {
          const box = mark.getBBox();
          return box.width + box.height > 0;
        });
        const broken = marks.filter((mark) => /NaN|undefined/.test(mark.outerHTML)).length;
        const [box] = drawings.map((svg) => svg.getBoundingClientRect());
        return {
          id: card.dataset.plot,
          marks: shown.length,
          broken,
          width: box?.width ?? 0,
          height: box?.height ?? 0,
        };
      }),
    MARKS,
  );
}

function expectedMarks(plot) {
  if (plot.maps) return plot.maps.reduce((sum, map) => sum + map.values.length ** 2, 0);
  if (plot.kind === "bars") return plot.series.reduce((sum, series) => sum + series.x.length, 0);
  return plot.series.length;
}

export async function drawn({ page, document }) {
  const found = await inked(page);
  return expectedPlots(document).flatMap((plot) => {
    const card = found.find((one) => one.id === plot.id);
    if (!card) return [`${plot.id} is not there`];
    const wrong = [];
    if (card.marks < expectedMarks(plot))
      wrong.push(`${plot.id}: ${card.marks} marks of ${expectedMarks(plot)}`);
    if (card.broken > 0) wrong.push(`${plot.id}: ${card.broken} marks are broken`);
    if (card.width < 200 || card.height < 80)
      wrong.push(`${plot.id}: ${card.width} x ${card.height} px`);
    return wrong;
  });
}

async function tipOf(card) {
  const tip = card.locator(".tip").first();
  return (await tip.isVisible()) ? tip.locator("dl > div").count() : 0;
}

/** Mouse or finger in the middle, then the keyboard. */
export async function readouts({ page, document, screen }) {
  const wrong = [];
  for (const plot of expectedPlots(document)) {
    const card = page.locator(`[data-plot="${plot.id}"]`);
    const svg = card.locator(".chart > svg").first();
    const rows = plot.maps ? 1 : plot.series.length;
    if (screen === "phone") await svg.tap();
    else await svg.hover();
    if ((await tipOf(card)) !== rows)
      wrong.push(`${plot.id}: the readout has ${await tipOf(card)} rows of ${rows}`);
    await svg.focus();
    await page.keyboard.press("Escape");
    if ((await tipOf(card)) > 0) wrong.push(`${plot.id}: Escape does not close the readout`);
    await page.keyboard.press("ArrowRight");
    if ((await tipOf(card)) !== rows) wrong.push(`${plot.id}: the arrow key says nothing`);
    await page.keyboard.press("Escape");
  }
  return wrong;
}

/** Plots are drawn again at once, so all of it runs inside the page. */
export async function legends({ page }) {
  return page.evaluate((drawn) => {
    const wrong = [];
    const ink = (card) =>
      [...card.querySelectorAll(".chart > svg")].map((svg) => svg.innerHTML).join("");
    const marks = (card) => card.querySelectorAll(drawn).length;
    const turns = (button, card, name) => {
      const [before, count] = [ink(card), marks(card)];
      button.click();
      const [between, fewer] = [ink(card), marks(card) < count];
      button.click();
      if (between === before) wrong.push(`${card.dataset.plot}: ${name} changes nothing`);
      if (ink(card) !== before) wrong.push(`${card.dataset.plot}: ${name} does not turn back`);
      return fewer;
    };
    for (const card of document.querySelectorAll("[data-plot]")) {
      for (const button of card.querySelectorAll(".legend button")) {
        if (!turns(button, card, "the legend"))
          wrong.push(`${card.dataset.plot}: nothing goes away`);
      }
      const log = card.querySelector(".plot-head .switch");
      if (log) turns(log, card, "log x");
    }
    return wrong;
  }, MARKS);
}

export async function values({ page }) {
  const details = page.locator(".values").first();
  if ((await details.count()) === 0) return [];
  await details.locator("summary").click();
  await details.locator("tbody tr").first().waitFor({ timeout: 2000 });
  const rows = await details.locator("tbody tr").count();
  await details.locator("summary").click();
  return rows > 1 ? [] : [`${rows} rows of values`];
}
