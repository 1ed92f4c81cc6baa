// Builds ../dist: a script for all pages, one for each that needs more, a style sheet, fonts, the map, and the worker.
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cuss } from "cuss/fr";
import { build } from "esbuild";
import { regionMap } from "./map.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "..", "dist");
const sheets = ["main", "console", "screen"];
const pages = path.join(here, "src", "pages");
const PUBLIC = "/static/";

const WORKER = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "safari16"],
  legalComments: "none",
  logLevel: "warning",
};

// The pages are in French: the fonts' Vietnamese subsets would only make the folder heavier.
const latinOnly = {
  name: "latin-only",
  setup(on) {
    on.onLoad({ filter: /@fontsource.*\.css$/ }, async ({ path: file }) => {
      const css = await readFile(file, "utf8");
      const faces = css.match(/@font-face\s*\{[^}]*\}/g) ?? [];
      return { contents: faces.filter((face) => /-latin(-ext)?-/.test(face)).join("\n"), loader: "css" };
    });
  },
};

// src/main.ts is every page's; src/pages/NAME.ts is brought by the pages that ask for it.
async function entryPoints() {
  const own = existsSync(pages) ? (await readdir(pages)).filter((file) => file.endsWith(".ts")) : [];
  return [
    { in: "src/main.ts", out: "main" },
    ...own.map((file) => ({ in: `src/pages/${file}`, out: path.basename(file, ".ts") })),
    ...sheets.map((name) => ({ in: `styles/${name}.css`, out: name })),
  ];
}

async function bundle(outdir) {
  const entries = await entryPoints();
  const result = await build({
    absWorkingDir: here,
    entryPoints: entries,
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: ["es2022", "safari16"],
    entryNames: "[name]-[hash]",
    chunkNames: "shared-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "file" },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [latinOnly],
  });
  const names = new Map(entries.map(({ in: file, out }) => [file, out]));
  const addresses = Object.fromEntries(
    Object.entries(result.metafile.outputs).flatMap(([file, { entryPoint }]) => {
      const name = names.get(entryPoint);
      return name ? [[name + path.extname(file), PUBLIC + path.basename(file)]] : [];
    }),
  );
  const { outputs } = result.metafile;
  // What a hall's screen needs to be shown without a network: it keeps that itself.
  const screen = filesOf(outputs, (entry) => entry === "src/pages/screen.ts" || entry === "styles/screen.css");
  // A citizen's telephone has no use for what staff work with, nor for what a hall looks at, nor for what those two share.
  const citizens = filesOf(outputs, (entry) => !/^(?:src\/pages|styles)\/(?:console|screen)/.test(entry));
  return { manifest: { ...addresses, "screen.files": screen }, citizens };
}

// All that these entry points load.
function filesOf(outputs, isWanted) {
  const found = new Set();
  const take = (file) => {
    if (found.has(file) || !outputs[file]) return;
    found.add(file);
    for (const { path: other } of outputs[file].imports) take(other);
  };
  for (const [file, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint && isWanted(entryPoint)) take(file);
  }
  return [...found].map((file) => PUBLIC + path.basename(file)).sort();
}

// The worker has a fixed address; in it stand the files that it keeps, so it changes whenever one of them does.
async function worker(files, outfile) {
  await build({
    ...WORKER,
    entryPoints: ["src/worker/sw.ts"],
    outfile,
    define: {
      BUILT: JSON.stringify(files),
      VERSION: JSON.stringify(createHash("sha256").update(files.join()).digest("hex").slice(0, 12)),
    },
  });
}

// That of the screens keeps nothing, and so is the same for every version of their page.
async function screenWorker(outfile) {
  await build({ ...WORKER, entryPoints: ["src/worker/screen.ts"], outfile });
}

async function licences() {
  const { dependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
  const texts = await Promise.all(
    Object.keys(dependencies).map(async (name) => {
      const folder = path.join(here, "node_modules", name);
      const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
      return `${name}\n\n${file ? await readFile(path.join(folder, file), "utf8") : ""}`;
    }),
  );
  return texts.join(`\n\n${"=".repeat(80)}\n\n`);
}

// Every file arrives by a rename, the manifest last: whoever reads meanwhile sees the old build or the new one.
async function publish(temporary) {
  const assets = path.join(dist, "assets");
  await mkdir(assets, { recursive: true });
  const fresh = await readdir(path.join(temporary, "assets"));
  for (const file of fresh) await rename(path.join(temporary, "assets", file), path.join(assets, file));
  for (const file of ["map.json", "rude.json", "sw.js", "sw-screen.js", "manifest.json"]) await rename(path.join(temporary, file), path.join(dist, file));
  for (const file of await readdir(assets)) {
    if (!fresh.includes(file)) await rm(path.join(assets, file), { recursive: true });
  }
}

async function main() {
  await mkdir(dist, { recursive: true });
  const temporary = await mkdtemp(path.join(dist, ".building-"));
  try {
    const { manifest, citizens } = await bundle(path.join(temporary, "assets"));
    const write = (file, content) => writeFile(path.join(temporary, file), content);
    await write("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
    await write("map.json", `${JSON.stringify(regionMap())}\n`);
    await write("rude.json", `${JSON.stringify(cuss)}\n`);
    await worker(citizens, path.join(temporary, "sw.js"));
    await screenWorker(path.join(temporary, "sw-screen.js"));
    await write("assets/LICENCES.txt", await licences());
    await publish(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

await main();
