// Finds Chromium and its driver.
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

function executable() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const path of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** {browser}, or {skip} with the reason why there is none. */
export async function openBrowser() {
  const executablePath = executable();
  if (!executablePath) return { skip: "there is no chromium" };
  const require = createRequire(new URL("../../web/report/package.json", import.meta.url));
  let driver;
  try {
    driver = require("playwright-core");
  } catch {
    return {
      skip: "playwright-core is not there (scripts/report_page.sh --tools fetches it)",
    };
  }
  // Containers and root have no sandbox; the page is our own.
  const args = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"];
  return { browser: await driver.chromium.launch({ executablePath, args }) };
}
