// Checks of the page on paper.

// Width of the printed area of A4 at 96 pixels an inch (print.css).
const PAPER = 695;

export async function printed({ page }) {
  const wrong = [];
  const pdf = await page.pdf({ preferCSSPageSize: true });
  if (pdf.subarray(0, 5).toString("latin1") !== "%PDF-") wrong.push("no PDF came out");
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width: PAPER, height: 1000 });
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  wrong.push(...(await layout(page)));
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(100);
  return wrong;
}

async function layout(page) {
  return page.evaluate((paper) => {
    const wrong = [];
    const shown = (one) => one.getClientRects().length > 0;
    for (const svg of document.querySelectorAll(".chart > svg")) {
      const card = svg.closest(".plot");
      const box = svg.getBoundingClientRect();
      if (!shown(svg)) wrong.push(`${card.dataset.plot} is not printed`);
      if (box.right > card.getBoundingClientRect().right) wrong.push(`${card.dataset.plot} is cut`);
      if (getComputedStyle(card).breakInside !== "avoid")
        wrong.push(`${card.dataset.plot} may be torn`);
    }
    const controls = [...document.querySelectorAll(".bar, .switch, .values")].filter(shown);
    if (controls.length > 0) wrong.push(`${controls.length} controls are printed`);
    const closed = document.querySelectorAll("details.group:not([open])").length;
    if (closed > 0) wrong.push(`${closed} groups stay closed`);
    if (document.documentElement.scrollWidth > paper)
      wrong.push(`${document.documentElement.scrollWidth} px wide`);
    return wrong;
  }, PAPER);
}
