// Recommendations: is the published ranking better, and what is said of it.

function recommendationsPage() {
  return [
    block("recommender_quality", "quality", qualityBlock, { wide: true, note: say("quality_note") }),
    block("ranking_choice", "gate", gateBlock, { wide: true, note: say("gate_note") }),
    block("recommender_quality", "breadth", breadthBlock, { note: say("breadth_note") }),
    block("reasons", "reasons", reasonsBlock),
    block("feedback", "feedback", feedbackBlock, { wide: true }),
    block("examples", "examples", () => table(say("examples"), rows("examples"), [["item_title", "text"], ["reason_text", "text"], ["user_count", "count"]]), { wide: true, note: say("examples_note") }),
    block("items", "items", itemTable, { wide: true, note: say("items_note") }),
    block("item_pairs", "item_pairs", pairTable, { wide: true, note: say("item_pairs_note") }),
    sets.user_examples
      ? block("user_examples", "user_examples", () => table(say("user_examples"), rows("user_examples"), [["user_id", "text"], ["recommendation_rank", "count"], ["item_title", "text"], ["winning_scorer", "term"], ["reason_text", "text"]]), { wide: true })
      : null,
  ];
}

function qualityBlock() {
  const all = rows("recommender_quality");
  const judged = all.filter((row) => row.interval_lower !== null);
  const metrics = [...new Set(judged.map((row) => row.metric))];
  const segments = [...new Set(judged.map((row) => row.segment))].sort((one, other) => (other === "all") - (one === "all") || (one < other ? -1 : 1));
  const list = all.filter((row) => row.metric === state.metric && row.segment === state.segment).sort((one, other) => other.metric_value - one.metric_value);
  const points = list.map((row) => ({
    label: term(row.scorer), value: row.metric_value, lower: row.interval_lower, upper: row.interval_upper, mark: row.popularity_value,
    tone: row.is_published ? "good" : "series-1", hollow: !row.is_published,
    said: `${term(row.scorer)}: ${show("score", row.metric_value)} (${showInterval("score", row.interval_lower, row.interval_upper)})\n${say("popularity")}: ${show("score", row.popularity_value)}`,
  }));
  const title = `${say("quality")}: ${term(state.metric)}, ${term(state.segment)}`;
  return [
    ...doubt(all).map((text) => make("p", { class: "doubt" }, text)),
    make("div", { class: "choices" }, choice("metric", say("metric"), metrics.map((name) => [name, term(name)])), choice("segment", say("segment"), segments.map((name) => [name, term(name)]))),
    points.length ? intervals(title, points, (value) => show("number", value)) : make("p", { class: "empty" }, say("no_rows")),
    table(title, list, [
      { name: "scorer", cell: (row) => [`${term(row.scorer)} `, row.is_published ? make("span", { class: "badge good" }, say("published")) : null] },
      ["metric_value", "score"],
      { name: "interval", kind: "score", label: say("interval"), cell: (row) => showInterval("score", row.interval_lower, row.interval_upper) },
      ["popularity_value", "score"], ["user_count", "count"],
    ], { key: (row) => row.scorer }),
  ];
}

// A sentence if what is published is not surely better than popularity, as a run prints it.
function doubt(all) {
  const served = all.find((row) => row.is_published && row.metric === "ndcg" && row.segment === "all");
  if (!served) return [];
  const { scorer, interval_lower: lower, popularity_value: popularity } = served;
  const said = { scorer: term(scorer), users: show("count", served.user_count), lower: show("score", lower), popularity: show("score", popularity) };
  if (scorer === "popularity") return [say("doubt_popularity", said)];
  return lower === null || popularity === null || lower > popularity ? [] : [say("doubt", said)];
}

function gateBlock() {
  const list = rows("ranking_choice");
  const interval = (name) => ({ name: `${name}_interval`, kind: "score", label: say("interval"), cell: (row) => showInterval("score", row[`${name}_lower`], row[`${name}_upper`]) });
  const drawing = (name) => {
    const title = say(`${name}_window`);
    const points = list.filter((row) => row[name] !== null).map((row) => ({
      label: term(row.scorer), value: row[name], lower: row[`${name}_lower`], upper: row[`${name}_upper`],
      tone: row.is_published ? "good" : "soft", hollow: !row.is_published,
      said: `${term(row.scorer)}: ${show("score", row[name])} (${showInterval("score", row[`${name}_lower`], row[`${name}_upper`])})`,
    }));
    return make("div", {}, make("h3", {}, title), points.length ? intervals(title, points, (value) => show("number", value)) : make("p", { class: "empty" }, say("no_rows")));
  };
  return [
    make("div", { class: "pair" }, ["train_margin", "test_margin"].map(drawing)),
    table(say("gate"), list, [
      ["scorer", "term"], { name: "is_published", cell: (row) => (row.is_published ? badge("published") : MISSING) }, ["opponent", "term"],
      ["train_margin", "score"], interval("train_margin"), ["train_user_count", "count"], ["test_margin", "score"], interval("test_margin"), ["test_user_count", "count"],
      ["test_ndcg_at_10", "score"], ["test_ndcg_at_10_chosen_elsewhere", "score"], ["reason", "text"],
    ], { key: (row) => row.scorer }),
  ];
}

function breadthBlock() {
  const metrics = ["coverage", "novelty"];
  const list = [...groupBy(rows("recommender_quality").filter((row) => metrics.includes(row.metric) && row.segment === "all"), "scorer")].map(([scorer, some]) => ({
    scorer, ...Object.fromEntries(metrics.map((metric) => [metric, (some.find((row) => row.metric === metric) || { metric_value: null }).metric_value])),
  })).sort((one, other) => other.coverage - one.coverage);
  return [
    bars(term("coverage"), list.map((row) => term(row.scorer)), [{ name: term("coverage"), values: list.map((row) => row.coverage) }], (value) => show("rate", value), { height: 50 + 24 * list.length }),
    table(say("breadth"), list, [["scorer", "term"], { name: "coverage", kind: "rate", label: term("coverage") }, { name: "novelty", kind: "ratio", label: term("novelty") }]),
  ];
}

function feedbackBlock() {
  const interval = (name) => ({ name: `${name}_interval`, kind: "rate", label: say("interval"), cell: (row) => showInterval("rate", row[`${name}_lower`], row[`${name}_upper`]) });
  const list = rows("feedback").filter((row) => !state.channel || row.channel === state.channel);
  return table(say("feedback"), list, [
    ["recommendation_rank", "count"], ["channel", "term"], ["scorer", "term"], ["reason_code", "term"], ["recommendation_count", "count"],
    ["ctr", "rate"], interval("ctr"), ["user_cvr", "rate"], interval("user_cvr"),
  ]);
}

function reasonsBlock() {
  const list = rows("reasons");
  const codes = [...groupBy(list, "reason_code")];
  return [
    bars(say("reasons"), codes.map(([code]) => term(code)), [{ name: label("recommendation_count"), values: codes.map(([, some]) => sum(some, "recommendation_count")) }], (value) => show("count", value), { height: 50 + 28 * codes.length }),
    table(say("reasons"), list, [["reason_code", "term"], ["winning_scorer", "term"], ["recommendation_count", "count"], ["item_count", "count"]]),
  ];
}

function itemTable() {
  return table(say("items"), rows("items"), [
    ["item_title", "text"], ["category", "text"], ["order_count", "count"], ["net_revenue_amount", "money"], ["refund_count", "count"],
    ["view_count", "count"], ["recommended_user_count", "count"], ["impression_count", "count"], ["click_count", "count"],
  ], { key: (row) => row.item_id });
}

function pairTable() {
  const interval = (name, kind) => ({ name: `${name}_interval`, kind, label: say("interval"), cell: (row) => showInterval(kind, row[`${name}_lower`], row[`${name}_upper`]) });
  return table(say("item_pairs"), rows("item_pairs"), [
    ["item_title", "text"], ["other_item_title", "text"], ["pair_basket_count", "count"], ["confidence", "rate"], interval("confidence", "rate"),
    { name: "lift", kind: "ratio", label: say("times_chance") }, interval("lift", "ratio"),
  ]);
}
