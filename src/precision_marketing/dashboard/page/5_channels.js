// Channels and paths: the same orders by eight rules, and what experiments say of them.

const MODELS = ["first", "last", "last_non_direct", "linear", "position", "time_decay", "markov", "shapley"];

function channelsPage() {
  return [
    block("channel_performance", "channel_return", channelReturnBlock, { wide: true, note: say("channel_return_note") }),
    block("channel_attribution", "attribution", attributionBlock, { wide: true, note: say("attribution_note") }),
    block("channel_factors", "calibrated", calibratedBlock, { wide: true, note: say("calibrated_note") }),
    block("conversion_paths", "paths", pathsBlock, { wide: true, note: say("paths_note") }),
  ];
}

function channelReturnBlock() {
  const list = rows("channel_performance").filter((row) => (!state.channel || row.channel === state.channel) && (!state.currency || row.currency === state.currency));
  const points = list.filter((row) => row.iroas !== null).map((row) => ({
    label: `${term(row.channel)} · ${row.currency}`, value: row.iroas, lower: row.iroas_lower, upper: row.iroas_upper, mark: row.compared_roas,
    tone: row.iroas_lower > 1 ? "good" : row.iroas_upper < 1 ? "bad" : "soft",
    said: `${term(row.channel)}\n${label("iroas")}: ${show("ratio", row.iroas)} (${showInterval("ratio", row.iroas_lower, row.iroas_upper)})\n${label("compared_roas")}: ${show("ratio", row.compared_roas)}`,
  }));
  return [
    points.length ? intervals(say("channel_return"), points, (value) => show("number", value)) : make("p", { class: "empty" }, say("no_rows")),
    table(say("channel_return"), list, [
      ["channel", "term"], ["campaign_count", "count"], ["compared_campaign_count", "count"], ["conversion_count", "count"], ["spend_amount", "money"], ["revenue_amount", "money"],
      ["compared_roas", "ratio"], ["iroas", "ratio"],
      { name: "interval", kind: "ratio", label: say("interval"), cell: (row) => showInterval("ratio", row.iroas_lower, row.iroas_upper) },
    ], { key: (row) => `${row.channel} ${row.currency}` }),
  ];
}

// A month counts where its first day or any later one lies in the period.
function inMonths(month) {
  return (!state.from || month >= `${state.from.slice(0, 7)}-01`) && (!state.to || month <= state.to);
}

function attributionBlock() {
  const list = rows("channel_attribution").filter((row) => inMonths(row.month_start_date) && (!state.channel || row.channel === state.channel) && (!state.currency || row.currency === state.currency));
  const found = new Set(list.map((row) => row.attribution_model));
  const models = [...MODELS.filter((model) => found.has(model)), ...[...found].filter((model) => !MODELS.includes(model))];
  const channels = [...groupBy(list, "channel").keys()].filter((channel) => channel !== "(none)").sort();
  const byChannel = groupBy(list, "channel");
  const of = (channel, model) => (byChannel.get(channel) || []).filter((row) => row.attribution_model === model);
  const title = say("attribution");
  const totals = [...channels, ...(byChannel.has("(none)") ? ["(none)"] : [])].flatMap((channel) => models.map((model) => totalOf(channel, model, of(channel, model))));
  if (!channels.length) return make("p", { class: "empty" }, say("no_rows"));
  return [
    bars(title, channels.map(term), models.map((model) => ({ name: term(model), values: channels.map((channel) => sum(of(channel, model), "conversion_credit")) })), (value) => show("count", value)),
    creditTable(title, channels.concat(byChannel.has("(none)") ? ["(none)"] : []), models, of),
    make("h3", {}, say("money_by_model")),
    table(say("money_by_model"), totals, [["channel", "term"], ["attribution_model", "term"], ["conversion_credit", "count"], ["revenue_amount", "money"], ["spend_amount", "money"], ["roas", "ratio"]], { key: (row) => `${row.channel} ${row.attribution_model}` }),
  ];
}

// Money of several currencies has no sum.
function totalOf(channel, model, list) {
  const currency = currencyOf(list);
  const total = (name) => (currency === null ? null : sum(list, name));
  const [revenue, spend] = [total("revenue_amount"), total("spend_amount")];
  return { channel, attribution_model: model, currency, conversion_credit: sum(list, "conversion_credit"), revenue_amount: revenue, spend_amount: spend, roas: spend > 0 ? revenue / spend : null };
}

function creditTable(title, channels, models, of) {
  const list = channels.map((channel) => ({ channel, ...Object.fromEntries(models.map((model) => [model, sum(of(channel, model), "conversion_credit")])) }));
  return table(title, list, [["channel", "term"], ...models.map((model) => ({ name: model, kind: "count", label: term(model) }))], { key: (row) => row.channel });
}

function calibratedBlock() {
  const list = rows("channel_factors").filter((row) => !state.channel || row.channel === state.channel);
  const points = list.map((row) => ({
    label: `${term(row.channel)} · ${term(row.attribution_model)}`,
    value: row.incrementality_factor, lower: row.incrementality_factor_lower, upper: row.incrementality_factor_upper, mark: 1,
    tone: row.incrementality_factor_lower > 0 ? "good" : "soft",
    said: `${term(row.channel)}: ${show("ratio", row.incrementality_factor)} (${showInterval("ratio", row.incrementality_factor_lower, row.incrementality_factor_upper)})`,
  }));
  const interval = (name) => ({ name: `${name}_interval`, kind: "ratio", label: say("interval"), cell: (row) => showInterval("ratio", row[`${name}_lower`], row[`${name}_upper`]) });
  return [
    points.length ? intervals(say("calibrated"), points, (value) => show("ratio", value)) : make("p", { class: "empty" }, say("no_rows")),
    table(say("calibrated"), list, [["channel", "term"], ["attribution_model", "term"], ["attributed_conversions", "count"], ["incremental_conversions", "count"], ["incrementality_factor", "ratio"], interval("incrementality_factor"), ["roas", "ratio"], ["calibrated_roas", "ratio"], interval("calibrated_roas")]),
  ];
}

function pathName(row) {
  return row.path.split(" > ").map(term).join(" › ");
}

function pathsBlock() {
  const list = rows("conversion_paths").filter((row) => !state.channel || row.path.split(" > ").includes(state.channel));
  const top = list.slice(0, 10);
  return [
    bars(say("paths"), top.map(pathName), [{ name: label("conversion_count"), values: top.map((row) => row.conversion_count) }], (value) => show("count", value), { height: 60 + 26 * top.length }),
    table(say("paths"), list, [{ name: "path", cell: pathName }, ["conversion_count", "count"], ["unconverted_user_count", "count"], ["converted_path_share", "rate"], ["revenue_amount", "money"], ["average_days_to_conversion", "count"]], { key: (row) => row.path }),
  ];
}
