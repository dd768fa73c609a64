// Open a dashboard in headless Chromium and say what is seen.
//
//     node look.mjs < visits.json
//
// Reads {chromium, file, screenshots, visits: [{name, address, width, dark, print, axe}]}
// and writes a list of {name, errors, requests, faults, spilled, cpuSeconds, cells, charts, ...}.
// A screenshot of each visit is kept where a folder for them is named.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const asked = JSON.parse(readFileSync(0, "utf8"));

async function visit(browser, wanted) {
  const page = await browser.newPage({
    viewport: { width: wanted.width ?? 1280, height: 900 },
    colorScheme: wanted.dark ? "dark" : "light",
    locale: wanted.locale ?? "en-GB",
  });
  const errors = [];
  const requests = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url()); });
  const profiler = await page.context().newCDPSession(page);
  await profiler.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(`${pathToFileURL(asked.file)}#${wanted.address}`);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  const { metrics } = await profiler.send("Performance.getMetrics");
  const seen = await page.evaluate(look);
  seen.cpuSeconds = metrics.find(({ name }) => name === "TaskDuration").value;
  if (wanted.print) await page.emulateMedia({ media: "print" });
  const spilled = await page.evaluate(() => [...document.querySelectorAll(".block")].filter((block) => block.scrollHeight > block.clientHeight + 1).map((block) => block.dataset.block));
  if (asked.screenshots) await page.screenshot({ path: join(asked.screenshots, `${wanted.name}.png`), fullPage: true });
  let faults = [];
  if (wanted.axe) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() => globalThis.axe.run());
    faults = found.violations.map((fault) => `${fault.impact}: ${fault.id}: ${fault.nodes[0].html.slice(0, 200)}`);
  }
  if (wanted.sql) {
    await page.locator("main [data-set]").first().click();
    seen.dialog = await page.locator("dialog pre").textContent();
  }
  if (wanted.select) {
    await page.locator(`[name="${wanted.select[0]}"]`).selectOption(wanted.select[1]);
    seen.after = await page.evaluate(() => ({ address: location.hash, cells: document.querySelectorAll("td").length }));
  }
  await page.close();
  return { name: wanted.name, errors, requests, faults, spilled, ...seen };
}

function look() {
  const text = (cell) => [cell.closest("[data-block]").dataset.block, cell.closest("tr").dataset.key, cell.dataset.column, cell.textContent];
  return {
    cells: [...document.querySelectorAll("tr[data-key] [data-column]")].map(text),
    charts: [...document.querySelectorAll(".chart")].map((chart) => chart.querySelectorAll("svg path, svg line, svg circle").length),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    tiles: [...document.querySelectorAll(".tile > *")].map((part) => part.textContent),
    text: document.querySelector("main").textContent,
  };
}

const browser = await chromium.launch({ executablePath: asked.chromium, args: FLAGS });
try {
  const seen = [];
  for (const wanted of asked.visits) seen.push(await visit(browser, wanted));
  process.stdout.write(JSON.stringify(seen));
} finally {
  await browser.close();
}
