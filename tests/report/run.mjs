// Opens the report page in headless Chromium, filled with each document, at the width of a desk and
// of a phone, and checks what a reader would notice.
//   node tests/report/run.mjs PAGE DOCUMENT.json… [--shots FOLDER]
// With --shots, leaves pictures and a PDF of each for the eye. Exits with 77 when it has to be
// skipped: Chromium or the browser driver is not there (scripts/report_page.sh --tools fetches it).
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { openBrowser } from "./browser.mjs";
import { CHECKS } from "./checks.mjs";
import { takeShots } from "./shots.mjs";

const SCREENS = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  },
};
const SLOT = '<script type="application/json" id="scores"></script>';
const SKIPPED = 77;
// Milliseconds for any one step, on a machine that may be busy.
const PATIENCE = 15000;

function parse(args) {
  const at = args.indexOf("--shots");
  const shots = at < 0 ? null : args.splice(at, 2)[1];
  const [page, ...documents] = args;
  if (!page || documents.length === 0) {
    console.error("usage: run.mjs PAGE DOCUMENT.json… [--shots FOLDER]");
    process.exit(2);
  }
  return { page, documents, shots };
}

/** As `tracetwin` does it: no "<" of the document reaches the parser of HTML. */
function fill(page, json) {
  const data = json.trim().replaceAll("<", "\\u003c");
  return page.replace(SLOT, () => SLOT.replace("></", `>${data}</`));
}

async function runOne(browser, file, document, name, screen, shots) {
  const context = await browser.newContext({
    ...SCREENS[screen],
    colorScheme: "light",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const seen = { requests: [], complaints: [] };
  context.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.complaints.push(message.text());
  });
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-ready]");
  // Plots are drawn once their width is known.
  await page.waitForTimeout(150);
  if (shots) await takeShots(page, join(shots, `${name}.${screen}`), screen === "desk");
  const failures = [];
  for (const [title, check] of Object.entries(CHECKS)) {
    const found = await check({ page, document, seen, screen, file }).catch((error) => [
      error.message.split("\n")[0],
    ]);
    for (const line of found) failures.push(`${name}, ${screen}: ${title}: ${line}`);
  }
  await context.close();
  return failures;
}

const { page, documents, shots } = parse(process.argv.slice(2));
const opened = await openBrowser();
if (opened.skip) {
  console.log(`skipped: ${opened.skip}`);
  process.exit(SKIPPED);
}
const folder = mkdtempSync(join(tmpdir(), "tracetwin-report-"));
if (shots) mkdirSync(shots, { recursive: true });
const failures = [];
try {
  const html = readFileSync(page, "utf8");
  for (const path of documents) {
    const json = readFileSync(path, "utf8");
    const name = basename(path, ".json");
    const file = join(folder, `${name}.html`);
    writeFileSync(file, fill(html, json));
    for (const screen of Object.keys(SCREENS)) {
      failures.push(...(await runOne(opened.browser, file, JSON.parse(json), name, screen, shots)));
    }
  }
} finally {
  await opened.browser.close();
  rmSync(folder, { recursive: true });
}
for (const failure of failures) console.error(failure);
const total = documents.length * Object.keys(SCREENS).length;
console.log(
  `${total} pages, ${Object.keys(CHECKS).length} checks each, ${failures.length} failures`,
);
process.exit(failures.length > 0 ? 1 : 0);
