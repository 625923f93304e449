/**
 * What the export needs beyond Next's own files. Run by `npm run build`, after `next build`:
 *   out/csp-hashes.json  for each page, the sha256 of its inline scripts, for a Content-Security-Policy without 'unsafe-inline'
 *   out/routes.json      pages built once for a placeholder `_`, for the server that maps /monitoring/7 to them
 *   out/vendor/          the bundles that /docs and /redoc load, so that they load nothing from elsewhere
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = path.join(root, "out");
const require = createRequire(import.meta.url);

const VENDOR = {
  "swagger-ui": ["swagger-ui-dist", ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "favicon-32x32.png", "LICENSE", "NOTICE"]],
  redoc: ["redoc", ["bundles/redoc.standalone.js", "bundles/redoc.standalone.js.LICENSE.txt", "LICENSE"]],
};

/** Redoc's badge asks its maker's network for a picture, on every view of the page. */
const REDOC_BADGE = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

async function htmlFiles() {
  const names = await readdir(out, { recursive: true });
  return names.filter((name) => name.endsWith(".html")).map((name) => name.split(path.sep).join("/")).sort();
}

/** Scripts with a src are covered by 'self'; the browser hashes exactly the bytes between the tags. */
function inlineScripts(html) {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? "");
}

function digest(text) {
  return `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
}

async function writeHashes(pages) {
  const hashes = {};
  for (const page of pages) {
    const html = await readFile(path.join(out, page), "utf8");
    hashes[page] = [...new Set(inlineScripts(html).map(digest))];
  }
  await writeFile(path.join(out, "csp-hashes.json"), `${JSON.stringify({ pages: hashes }, null, 2)}\n`);
}

async function writeRoutes(pages) {
  const placeholders = pages.filter((page) => page.endsWith("/_.html")).map((page) => `/${page.slice(0, -".html".length)}`);
  await writeFile(path.join(out, "routes.json"), `${JSON.stringify({ placeholders }, null, 2)}\n`);
}

async function copyVendor() {
  for (const [folder, [name, files]] of Object.entries(VENDOR)) {
    const source = path.dirname(require.resolve(`${name}/package.json`));
    const target = path.join(out, "vendor", folder);
    await mkdir(target, { recursive: true });
    for (const file of files) await cp(path.join(source, file), path.join(target, path.basename(file)));
  }
}

async function keepRedocHome() {
  const file = path.join(out, "vendor", "redoc", "redoc.standalone.js");
  const bundle = await readFile(file, "utf8");
  if (!bundle.includes(REDOC_BADGE)) throw new Error("Redoc's badge moved: look what its bundle loads from elsewhere now.");
  await writeFile(file, bundle.replaceAll(REDOC_BADGE, NO_PICTURE));
}

const pages = await htmlFiles();
await writeHashes(pages);
await writeRoutes(pages);
await copyVendor();
await keepRedocHome();
console.log(`finished ${pages.length} pages: csp-hashes.json, routes.json, vendor/`);
