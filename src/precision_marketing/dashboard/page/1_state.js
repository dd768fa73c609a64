// What is shown, and of what: all of it stands in the address, so that it can be sent on.

const PAGES = ["today", "campaigns", "channels", "customers", "recommendations"];
const FILTERS = ["campaign", "channel", "currency", "from", "to"];
const state = { page: "today", language: "en", theme: "auto", metric: "ndcg", segment: "all" };
let sets = {};
// The same of earlier published files, by their date, and the latest of them.
let earlier = [];
let previous = null;

async function readData() {
  const element = document.getElementById("data");
  let text = element.textContent;
  if (element.dataset.coding === "gzip") {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    text = await new Response(stream).text();
  }
  const data = JSON.parse(text);
  sets = unpackAll(data.sets);
  earlier = data.earlier.map(unpackAll).sort((one, other) => (madeAt(one) < madeAt(other) ? -1 : 1));
  previous = earlier.length ? earlier[earlier.length - 1] : null;
}

// When a file's build ended, or what moment it looks back from.
function madeAt(file) {
  if (file.publication) return file.publication.rows[0].ended_at;
  return file.freshness ? file.freshness.rows[0].as_of_at || "" : "";
}

function unpackAll(packed) {
  return Object.fromEntries(
    Object.entries(packed).map(([name, set]) => [name, { ...set, rows: unpack(set) }]),
  );
}

function unpack(set) {
  const columns = Object.entries(set.columns).map(([name, values]) => [
    name,
    values.texts ? values.places.map((place) => (place === null ? null : values.texts[place])) : values,
  ]);
  return Array.from({ length: set.count }, (_, row) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[row]])),
  );
}

function rows(name) {
  return sets[name] ? sets[name].rows : [];
}

function readAddress() {
  const [page, query] = location.hash.slice(1).split("?");
  state.page = PAGES.includes(page) ? page : "today";
  const given = new URLSearchParams(query || "");
  for (const name of FILTERS) state[name] = given.get(name) || "";
  const browser = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  state.language = TEXTS[given.get("language")] ? given.get("language") : browser;
  state.theme = ["light", "dark"].includes(given.get("theme")) ? given.get("theme") : "auto";
  state.metric = given.get("metric") || "ndcg";
  state.segment = given.get("segment") || "all";
}

function address(changes) {
  const wanted = { ...state, ...changes };
  const defaults = { theme: "auto", metric: "ndcg", segment: "all" };
  const query = new URLSearchParams();
  for (const name of [...FILTERS, "language", "theme", "metric", "segment"]) {
    if (wanted[name] && wanted[name] !== defaults[name]) query.set(name, wanted[name]);
  }
  return `#${wanted.page}?${query}`;
}

function change(changes) {
  location.hash = address(changes);
}

// Campaigns that the filters leave.
function chosenCampaigns() {
  return rows("campaigns").filter(
    (row) =>
      (!state.campaign || row.campaign_id === state.campaign) &&
      (!state.channel || row.channel === state.channel) &&
      (!state.currency || row.currency === state.currency),
  );
}

function ofChosenCampaigns(name) {
  const chosen = new Set(chosenCampaigns().map((row) => row.campaign_id));
  return rows(name).filter((row) => chosen.has(row.campaign_id));
}

function inPeriod(date) {
  return (!state.from || date >= state.from) && (!state.to || date <= state.to);
}

function campaignName(id) {
  const campaign = rows("campaigns").find((row) => row.campaign_id === id);
  return campaign && campaign.campaign_name ? campaign.campaign_name : id;
}

function sum(list, name) {
  const known = list.map((row) => row[name]).filter((value) => value !== null);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

function groupBy(list, key) {
  const groups = new Map();
  for (const row of list) {
    if (!groups.has(row[key])) groups.set(row[key], []);
    groups.get(row[key]).push(row);
  }
  return groups;
}

// The one currency of these rows, or null where there are several.
function currencyOf(list) {
  const found = new Set(list.map((row) => row.currency));
  return found.size === 1 ? [...found][0] || "" : null;
}
