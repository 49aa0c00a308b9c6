// Bundles src/ into one HTML file with everything inside: dist/report.html.
//   node build.mjs [OUTPUT]
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const STYLES = ["base", "layout", "verdict", "metrics", "plots", "provenance", "print"];
// `tracetwin` puts the scores into this line: it must be there, once.
const SLOT = '<script type="application/json" id="scores"></script>\n';

async function script() {
  const result = await build({
    absWorkingDir: HERE,
    entryPoints: ["src/main.ts"],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    // Letters beyond ASCII come out escaped: the hash of the script holds however it is served.
    charset: "ascii",
    write: false,
    metafile: true,
  });
  // What ends a script element must not stand inside one.
  const code = result.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
  return { code, inputs: Object.keys(result.metafile.inputs) };
}

async function style() {
  const all = STYLES.map((name) => readFileSync(join(HERE, `src/styles/${name}.css`), "utf8"));
  const { code } = await transform(all.join("\n"), { loader: "css", minify: true });
  return code.trim();
}

/** The licence of each bundled library, those with the same words together. */
function licences(inputs) {
  const names = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) names.add(found[1]);
  }
  const byText = new Map();
  for (const name of [...names].sort()) {
    const folder = join(HERE, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const text = licenceText(folder, name);
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, of]) => `${of.join(", ")}\n\n${text}`).join("\n\n----\n\n");
}

function licenceText(folder, name) {
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (!file) throw new Error(`${name} comes without a licence file`);
  const text = readFileSync(join(folder, file), "utf8").trim();
  if (text.includes("</script")) throw new Error(`the licence of ${name} cannot be embedded`);
  return text;
}

function page(parts) {
  const template = readFileSync(join(HERE, "src/template.html"), "utf8");
  const html = template.replace(/@([A-Z_]+)@/g, (_, key) => parts[key]);
  if (html.split(SLOT.trim()).length !== 2 || !html.includes(`\n${SLOT}`)) {
    throw new Error("the page has no line for the scores, or more than one");
  }
  return html;
}

const output = process.argv[2] ?? join(HERE, "dist/report.html");
const { code, inputs } = await script();
const hash = createHash("sha256").update(code).digest("base64");
const html = page({
  SCRIPT: code,
  SCRIPT_HASH: `sha256-${hash}`,
  STYLE: await style(),
  LICENCES: licences(inputs),
});
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, html);
