// What must hold on every page. Each check returns a line for everything that is wrong.
import { pathToFileURL } from "node:url";
import { printed } from "./check_print.mjs";
import { drawn, expectedPlots, legends, readouts, values } from "./check_plots.mjs";

const settle = (page) => page.waitForTimeout(60);
const visible = (page, selector) => page.locator(`${selector}:visible`).count();

async function onlyItself({ seen, file }) {
  const own = pathToFileURL(file).href;
  const others = seen.requests.filter((url) => url !== own && !url.startsWith("data:"));
  if (seen.requests.length === 0) return ["no request was seen at all: the check is blind"];
  return others.map((url) => `asks for ${url}`);
}

async function complete({ page, document }) {
  const wrong = [];
  const ready = await page.getAttribute("html", "data-ready");
  if (ready !== "yes") wrong.push(`the page says "${ready}"`);
  const cards = await page.locator(".verdict").count();
  if (cards !== document.results.length) wrong.push(`${cards} verdicts`);
  const ids = document.results[0].sections.flatMap((section) =>
    section.groups.flatMap((group) => group.metrics),
  );
  const rows = await page.locator(".metrics tbody tr").count();
  if (rows !== ids.length) wrong.push(`${rows} rows for ${ids.length} metrics`);
  const plots = await page.locator("[data-plot]").count();
  if (plots !== expectedPlots(document).length) wrong.push(`${plots} plots`);
  const ranks = await page.locator(".ranking tbody tr").count();
  if (ranks !== (document.ranking ?? []).length) wrong.push(`${ranks} rows of ranking`);
  if (!(await page.locator(".notice").innerText()).startsWith("Not private"))
    wrong.push("no notice");
  return wrong;
}

/** Names and sentences of the document stay text, whatever they hold. */
async function onlyText({ page, document }) {
  const wrong = [];
  if ((await page.locator("body img, main b > b, main i > b").count()) > 0)
    wrong.push("markup came through");
  const title = await page.title();
  if (!title.startsWith(document.results[0].name)) wrong.push(`the title is ${title}`);
  return wrong;
}

async function fits({ page }) {
  const { scroll, room } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    room: window.innerWidth,
  }));
  return scroll > room ? [`${scroll} px wide on ${room}`] : [];
}

async function themes({ page }) {
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await colour();
  await page.click("#theme");
  const after = await colour();
  await page.click("#theme");
  const wrong = before === after ? ["the switch changes nothing"] : [];
  if ((await colour()) !== before) wrong.push("the switch does not switch back");
  return wrong;
}

async function filters({ page }) {
  const wrong = [];
  await page.evaluate(() => {
    for (const group of document.querySelectorAll(".group")) group.open = true;
    for (const button of document.querySelectorAll(".more")) button.click();
  });
  const all = await visible(page, ".metrics tbody tr");
  const weak = await page
    .locator('.metrics tr[data-level="fair"], .metrics tr[data-level="poor"]')
    .count();
  await page.click("#only-off");
  const left = await visible(page, ".metrics tbody tr");
  await page.click("#only-off");
  if (left !== weak) wrong.push(`${left} rows stay of ${weak} that are fair or poor`);
  const open = await visible(page, ".explain");
  await page.click("#explanations");
  if ((await visible(page, ".explain")) === open && (await page.locator(".explain").count()) > 0) {
    wrong.push("the explanations do not move");
  }
  await page.click("#explanations");
  if ((await visible(page, ".metrics tbody tr")) !== all) wrong.push("rows got lost");
  return wrong;
}

async function twinSwitches({ page, document }) {
  if (document.results.length < 2) return [];
  const wrong = [];
  const button = page.locator(".switches [data-switch]").nth(1);
  await button.click();
  await settle(page);
  if ((await visible(page, '[data-twin="1"]')) > 0) wrong.push("a hidden trace still shows");
  const name = document.results[1].name;
  const entries = await page
    .locator(".legend li:visible")
    .evaluateAll((all) => all.map((one) => one.dataset.series));
  if (entries.includes(name)) wrong.push("a hidden trace is still in a legend");
  await button.click();
  await settle(page);
  if ((await visible(page, '[data-twin="1"]')) === 0) wrong.push("it does not come back");
  return wrong;
}

/** What screen readers stumble over first. */
async function accessible({ page }) {
  return page.evaluate(() => {
    const wrong = [];
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
    if (twice.length > 0) wrong.push(`ids used twice: ${twice.join(" ")}`);
    for (const one of document.querySelectorAll("[aria-labelledby], [aria-controls]")) {
      for (const name of ["aria-labelledby", "aria-controls"]) {
        const id = one.getAttribute(name);
        if (id && !document.getElementById(id)) wrong.push(`${name} leads nowhere: ${id}`);
      }
    }
    for (const one of document.querySelectorAll("button, a, summary")) {
      if (!one.textContent.trim()) wrong.push(`${one.tagName} without a name`);
    }
    let level = 0;
    for (const one of document.querySelectorAll("h1, h2, h3, h4")) {
      const next = Number(one.tagName[1]);
      if (next > level + 1) wrong.push(`h${level} is followed by h${next}: ${one.textContent}`);
      level = next;
    }
    return wrong;
  });
}

export const CHECKS = {
  "everything is there": complete,
  "every plot is drawn": drawn,
  "names stay text": onlyText,
  "nothing sticks out": fits,
  "readouts answer": readouts,
  "legends switch": legends,
  "values open": values,
  "the theme switches": themes,
  "rows can be filtered": filters,
  "traces can be hidden": twinSwitches,
  "screen readers find their way": accessible,
  "it prints": printed,
  "nothing sticks out after all that": fits,
  "no request leaves the page": onlyItself,
  "no complaint on the console": async ({ seen }) => seen.complaints,
};
