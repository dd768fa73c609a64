// Campaigns: what ran, whether it worked, and what it cost.

function campaignsPage() {
  return [
    tiles(campaignTiles()),
    block("campaigns", "campaigns", campaignTable, { wide: true, note: say("campaigns_note") }),
    block("campaign_lift", "lift", liftBlock, { wide: true, note: say("lift_note") }),
    block("campaign_performance", "funnel", funnel, { note: say("funnel_note") }),
    block("campaign_lift", "return", returnBlock, { note: say("return_note") }),
    block("campaign_periods", "rates", ratesBlock, { wide: true, note: say("rates_note", { step: stepName() }) }),
    block("campaign_performance", "performance", performanceTable, { wide: true }),
    block("programme_lift", "programme", programmeTable, { wide: true, note: say("programme_note") }),
  ];
}

const kept = { address: null, periods: [] };

// Kept until the address changes: of many campaigns it is the largest list.
function periods() {
  if (kept.address !== address({})) {
    kept.address = address({});
    kept.periods = ofChosenCampaigns("campaign_periods").filter((row) => inPeriod(row.period_start_date));
  }
  return kept.periods;
}

function campaignTiles() {
  if (!sets.campaign_periods) return [];
  const byCurrency = [...groupBy(chosenCampaigns(), "currency")];
  const money = byCurrency.flatMap(([currency, some]) => {
    const ids = new Set(some.map((row) => row.campaign_id));
    const list = periods().filter((row) => ids.has(row.campaign_id));
    return ["spend_amount", "revenue_amount"].map((name) => tile(label(name), show("money", sum(list, name), { currency }), "campaign_periods"));
  });
  return [
    tile(label("campaigns"), show("count", chosenCampaigns().length), "campaigns"),
    ...["impression_count", "click_count", "conversion_count"].map((name) => tile(label(name), show("count", sum(periods(), name)), "campaign_periods")),
    ...money,
  ];
}

function campaignTable() {
  const byCampaign = groupBy(periods(), "campaign_id");
  const primary = groupBy(ofChosenCampaigns("campaign_lift").filter((row) => row.is_primary), "campaign_id");
  const list = chosenCampaigns().map((row) => {
    const own = byCampaign.get(row.campaign_id) || [];
    const counts = ["conversion_count", "revenue_amount", "spend_amount"].map((name) => [name, sum(own, name)]);
    return { ...row, ...Object.fromEntries(counts), days: own, lifts: primary.get(row.campaign_id) || [] };
  });
  return table(say("campaigns"), list, [
    { name: "campaign_name", cell: (row) => make("a", { href: address({ campaign: row.campaign_id }) }, row.campaign_name || row.campaign_id) },
    ["channel", "term"], ["started_at", "date"], ["ended_at", "date"], ["assigned_user_count", "count"], ["control_user_count", "count"],
    ["conversion_count", "count"],
    { name: "days", label: say("conversions_over_time"), cell: (row) => sparkline(row.days.map((day) => [Date.parse(day.period_start_date), day.conversion_count])) },
    ["spend_amount", "money"], ["revenue_amount", "money"],
    { name: "verdict", cell: (row) => (row.lifts.length ? [...new Set(row.lifts.map((lift) => lift.verdict))].map(badge) : MISSING) },
  ], { key: (row) => row.campaign_id });
}

const VERDICT_TONES = { works: "good", harms: "bad", broken: "warn", unclear: "soft" };
const FOREST_ROWS = 40;

function campaignAndVariant(row) {
  return `${campaignName(row.campaign_id)}${row.variant === "treatment" ? "" : ` · ${row.variant}`}`;
}

function guards(row) {
  const found = [];
  if (row.has_sample_ratio_mismatch) found.push(say("guard_ratio"));
  if (row.has_history_mismatch) found.push(say("guard_history"));
  if (row.elapsed_share !== null && row.elapsed_share < 1) found.push(say("guard_interim", { share: show("rate", row.elapsed_share), verdict: term(row.interim_verdict) }));
  return found.join("; ");
}

function liftBlock() {
  const list = ofChosenCampaigns("campaign_lift").filter((row) => row.is_primary).sort((one, other) => (other.absolute_lift ?? -9) - (one.absolute_lift ?? -9));
  const said = list.slice(0, FOREST_ROWS).map((row) => ({
    label: campaignAndVariant(row), value: row.absolute_lift, lower: row.absolute_lift_lower, upper: row.absolute_lift_upper,
    tone: VERDICT_TONES[row.verdict] || "soft", hollow: !["works", "harms"].includes(row.verdict),
    said: `${campaignAndVariant(row)}\n${term(row.verdict)}\n${show("rate", row.absolute_lift)} (${showInterval("rate", row.absolute_lift_lower, row.absolute_lift_upper)})\n${guards(row)}`.trim(),
  }));
  const columns = [
    { name: "campaign_id", cell: campaignAndVariant },
    { name: "verdict", cell: (row) => badge(row.verdict) },
    { name: "guards", label: say("guards"), cell: (row) => guards(row) || say("guard_none") },
    ["absolute_lift", "rate"],
    { name: "interval", kind: "rate", label: say("interval"), cell: (row) => showInterval("rate", row.absolute_lift_lower, row.absolute_lift_upper) },
    ["relative_lift", "rate"], ["p_value", "number"], ["treated_user_count", "count"], ["control_user_count", "count"],
  ];
  return [
    verdictCounts(list),
    said.length ? intervals(say("lift"), said, (value) => show("rate", value)) : make("p", { class: "empty" }, say("no_rows")),
    list.length > FOREST_ROWS ? make("p", { class: "note" }, say("largest_shown", { count: FOREST_ROWS })) : null,
    table(say("lift"), list, columns, { key: (row) => `${row.campaign_id} ${row.variant}` }),
  ];
}

function verdictCounts(list) {
  return make("ul", { class: "counts" }, [...groupBy(list, "verdict")].map(([verdict, some]) => make("li", {}, badge(verdict), ` ${show("count", some.length)}`)));
}

function funnel() {
  const steps = ["assigned_user_count", "contacted_user_count", "reached_user_count", "clicking_user_count", "clicking_converting_user_count"];
  const list = ofChosenCampaigns("campaign_performance").filter((row) => !row.is_control && row.attribution_model === "last_touch");
  const counted = steps.map((step, place) => ({ step, users: sum(list, step), of_first: null, place }));
  for (const row of counted) row.of_first = counted[0].users ? row.users / counted[0].users : null;
  return [
    bars(say("funnel"), counted.map((row) => label(row.step)), [{ name: say("users"), values: counted.map((row) => row.users) }], (value) => show("count", value), { height: 230 }),
    table(say("funnel"), counted, [["step", "label"], ["users", "count"], ["of_first", "rate"]]),
  ];
}

function returnBlock() {
  const list = ofChosenCampaigns("campaign_lift").filter((row) => row.metric === "revenue" && row.spend_amount !== null);
  const currency = currencyOf(list);
  const columns = [
    { name: "campaign_id", cell: campaignAndVariant },
    ["spend_amount", "money"],
    { name: "incremental_total", kind: "money", label: say("incremental_revenue"), cell: (row) => show("money", row.incremental_total, row) },
    { name: "interval", kind: "money", label: say("interval"), cell: (row) => showInterval("money", row.incremental_total_lower, row.incremental_total_upper, row) },
    ["iroas", "ratio"],
  ];
  const money = (value) => show("money", value, { currency });
  const points = list.filter((row) => row.incremental_total !== null).map((row) => ({
    x: row.spend_amount, y: row.incremental_total, lower: row.incremental_total_lower, upper: row.incremental_total_upper,
    tone: row.incremental_total_lower > 0 ? "good" : row.incremental_total_upper < 0 ? "bad" : "soft",
    said: `${campaignAndVariant(row)}\n${label("spend_amount")}: ${money(row.spend_amount)}\n${say("incremental_revenue")}: ${money(row.incremental_total)} (${showInterval("money", row.incremental_total_lower, row.incremental_total_upper, row)})`,
  }));
  return [
    currency === null && list.length ? make("p", { class: "empty" }, say("choose_currency")) : null,
    currency !== null && points.length ? scatter(say("return"), points, [label("spend_amount"), say("incremental_revenue")], money, true) : null,
    table(say("return"), list, columns, { key: (row) => `${row.campaign_id} ${row.variant}` }),
  ];
}

const DAYS_SHOWN = 60;

function stepName() {
  return say(`step_${ratesByWeek() ? "week" : (sets.campaign_periods || {}).step}`);
}

function ratesByWeek() {
  const days = new Set(periods().map((row) => row.period_start_date));
  return (sets.campaign_periods || {}).step === "day" && days.size > DAYS_SHOWN;
}

function monday(date) {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

// Wilson (1927), 95 %, as in docs/campaign_metrics.md.
function wilson(part, whole) {
  const z = 1.959963984540054;
  const middle = (part + (z * z) / 2) / (whole + z * z);
  const half = (z * Math.sqrt((part * (whole - part)) / whole + (z * z) / 4)) / (whole + z * z);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

function rate(date, part, whole) {
  const [lower, upper] = part <= whole ? wilson(part, whole) : [null, null];
  const value = part / whole;
  return { date, part, whole, value, lower, upper };
}

function ratesBlock() {
  const byWeek = ratesByWeek();
  const dated = periods().map((row) => ({ ...row, date: byWeek ? monday(row.period_start_date) : row.period_start_date }));
  const groups = [...groupBy(dated, "date")].sort(([one], [other]) => (one < other ? -1 : 1));
  const kinds = [["ctr", "ctr_click_count", "impression_count"], ["click_cvr", "click_conversion_count", "click_count"]];
  const series = kinds.map(([name, part, whole]) => ({
    name: label(name),
    points: groups.map(([date, list]) => rate(date, sum(list, part), sum(list, whole))).filter((point) => point.whole > 0)
      .map((point) => ({ ...point, name: label(name), said: `${show("date", point.date)} ${label(name)}: ${show("rate", point.value)} (${showInterval("rate", point.lower, point.upper)})` })),
  }));
  const columns = [
    ["date", "date"], ["part", "count"], ["whole", "count"], ["value", "rate"],
    { name: "interval", kind: "rate", label: say("interval"), cell: (row) => showInterval("rate", row.lower, row.upper) },
  ];
  return make("div", { class: "pair" }, series.map((one) => make("div", {},
    make("h3", {}, one.name),
    one.points.length ? lines(one.name, [one], (value) => show("rate", value)) : make("p", { class: "empty" }, say("no_rows")),
    folded(table(one.name, one.points, columns)))));
}

function performanceTable() {
  const list = ofChosenCampaigns("campaign_performance");
  const interval = (name) => ({ name: `${name}_interval`, kind: "rate", label: say("interval"), cell: (row) => showInterval("rate", row[`${name}_lower`], row[`${name}_upper`]) });
  return table(say("performance"), list, [
    { name: "campaign_id", cell: (row) => `${campaignName(row.campaign_id)} · ${row.variant}` },
    ["attribution_model", "term"], ["assigned_user_count", "count"], ["impression_count", "count"],
    ["ctr", "rate"], interval("ctr"), ["email_click_rate", "rate"], interval("email_click_rate"), ["user_cvr", "rate"], interval("user_cvr"),
    ["cpc", "money"], ["cpa", "money"], ["roas", "ratio"],
  ], { key: (row) => `${row.campaign_id} ${row.variant} ${row.attribution_model}` });
}

// A lift is a share of users or money; `(all)` stands for the whole programme.
function programmeTable() {
  const chosen = new Set(chosenCampaigns().map((row) => row.campaign_id));
  const list = rows("programme_lift").filter((row) => row.holdout_kind === "programme" ? !state.currency || row.currency === state.currency : chosen.has(row.campaign_id));
  const kind = (row) => (row.metric === "conversion" ? "rate" : "money");
  const total = (row) => (row.metric === "conversion" ? "count" : "money");
  return table(say("programme"), list, [
    { name: "campaign_id", cell: (row) => (row.holdout_kind === "programme" ? say("all_campaigns") : row.campaign_name || row.campaign_id) },
    ["metric", "term"], ["treated_user_count", "count"], ["control_user_count", "count"],
    { name: "absolute_lift", kind: "number", label: say("lift_by_user"), cell: (row) => show(kind(row), row.absolute_lift, row) },
    { name: "interval", kind: "number", label: say("interval"), cell: (row) => showInterval(kind(row), row.absolute_lift_lower, row.absolute_lift_upper, row) },
    { name: "incremental_total", kind: "number", label: say("lift_total"), cell: (row) => show(total(row), row.incremental_total, row) },
    { name: "total_interval", kind: "number", label: say("interval"), cell: (row) => showInterval(total(row), row.incremental_total_lower, row.incremental_total_upper, row) },
  ], { key: (row) => `${row.holdout_kind} ${row.campaign_id} ${row.metric}` });
}
