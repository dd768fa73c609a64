// Write page/echarts.js and its licences: `make dashboard-bundle`.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const PAGE = "../../src/precision_marketing/dashboard/page/";
const LICENCES = ["echarts/NOTICE", "echarts/LICENSE", "echarts/licenses/LICENSE-d3", "zrender/LICENSE", "tslib/LICENSE.txt"];
const version = JSON.parse(readFileSync("node_modules/echarts/package.json", "utf8")).version;
const read = (path) => `${path}\n\n${readFileSync(`node_modules/${path}`, "utf8").trim()}\n`;

writeFileSync(`${PAGE}echarts.LICENSE.txt`, LICENCES.map(read).join("\n\n"));
// Whoever gets a page gets the shorter licences with it; the long one is named.
const notices = LICENCES.filter((path) => path !== "echarts/LICENSE").map(read).join("\n\n");
await build({
  entryPoints: ["echarts.mjs"],
  outfile: `${PAGE}echarts.js`,
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "echarts",
  target: "es2020",
  legalComments: "none",
  banner: { js: `/*! Apache ECharts ${version}, Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0\n\n${notices}*/` },
});
