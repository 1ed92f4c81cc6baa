// Bundles the tests (so that every Node from 20 on runs them) and hands them to Node's own runner.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const golden = path.join(here, "..", "..", "..", "tests", "channels", "golden");
const outdir = await mkdtemp(path.join(here, "..", "node_modules", ".tests-"));
try {
  const tests = (await readdir(here)).filter((file) => file.endsWith(".test.ts"));
  await build({
    entryPoints: tests.map((file) => path.join(here, file)),
    outdir,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    outExtension: { ".js": ".mjs" },
    define: { GOLDEN: JSON.stringify(golden) },
    logLevel: "warning",
  });
  const files = (await readdir(outdir)).map((file) => path.join(outdir, file));
  const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...files], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  await rm(outdir, { recursive: true, force: true });
}
