// The frame around a page, and what draws it anew when the address changes.

const DRAW = { today: todayPage, campaigns: campaignsPage, channels: channelsPage, customers: customersPage, recommendations: recommendationsPage };
const FILTERED = { today: ["currency"], campaigns: ["campaign", "channel", "currency", "from", "to"], channels: ["channel", "currency", "from", "to"], customers: ["campaign", "channel", "currency", "from", "to"], recommendations: ["channel"] };

async function start() {
  await readData();
  window.addEventListener("hashchange", () => draw(true));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(false));
  for (const event of ["resize", "beforeprint", "afterprint"]) window.addEventListener(event, resizeCharts);
  draw(false);
}

function draw(moved) {
  const before = state.page;
  const focused = document.activeElement ? document.activeElement.getAttribute("name") : null;
  readAddress();
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  if (state.theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = state.theme;
  document.title = `${say(`page_${state.page}`)} · precision_marketing`;
  forgetCharts();
  const main = make("main", { id: "main", tabindex: "-1", "data-page": state.page }, make("h1", {}, say(`page_${state.page}`)), make("div", { class: "blocks" }, DRAW[state.page]()));
  const frame = [make("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); main.focus(); } }, say("skip")), head(), filters(), main, foot()];
  for (const element of document.querySelectorAll("body > :not(script, noscript)")) element.remove();
  document.body.prepend(...frame.filter(Boolean));
  drawCharts();
  if (moved && before !== state.page) {
    window.scrollTo(0, 0);
    main.focus();
  } else if (focused) {
    const same = document.querySelector(`[name="${focused}"]`);
    if (same) same.focus();
  }
  document.documentElement.dataset.ready = state.page;
}

function head() {
  const links = PAGES.map((page) => make("a", { href: address({ page }), "aria-current": page === state.page ? "page" : null }, say(`page_${page}`)));
  return make("header", { class: "top" },
    make("p", { class: "brand" }, "precision_marketing"),
    make("nav", { "aria-label": say("pages") }, links),
    make("div", { class: "settings" },
      choice("language", say("language"), [["en", "English"], ["zh", "简体中文"]]),
      choice("theme", say("theme"), ["auto", "light", "dark"].map((name) => [name, say(`theme_${name}`)]))));
}

function filters() {
  const unique = (name) => [...new Set([...rows("campaigns").map((row) => row[name]), ...(name === "channel" ? rows("channel_attribution").map((row) => row[name]) : [])])].filter((value) => value && value !== "(none)").sort();
  const any = ["", say("all")];
  const campaigns = rows("campaigns").map((row) => [row.campaign_id, row.campaign_name || row.campaign_id]).sort(([, one], [, other]) => one.localeCompare(other, LOCALES[state.language]));
  const date = (name) => make("label", {}, make("span", {}, say(name)), make("input", { type: "date", name, value: state[name], onchange: (event) => change({ [name]: event.target.value }) }));
  const fields = {
    campaign: () => choice("campaign", say("campaign"), [any, ...campaigns]),
    channel: () => choice("channel", say("channel"), [any, ...unique("channel").map((name) => [name, term(name)])]),
    currency: () => choice("currency", say("currency"), [any, ...unique("currency").map((name) => [name, name])]),
    from: () => date("from"),
    to: () => date("to"),
  };
  const nothing = { campaign: "", channel: "", currency: "", from: "", to: "" };
  return make("form", { class: "filters", "aria-label": say("filters"), onsubmit: (event) => event.preventDefault() },
    FILTERED[state.page].map((name) => fields[name]()),
    FILTERED[state.page].some((name) => state[name]) ? make("button", { type: "button", name: "clear", onclick: () => change(nothing) }, say("clear")) : null);
}

function foot() {
  return make("footer", {}, make("p", {}, say("foot")));
}
