// Today: how fresh, from what, and what changed since the build before.

function todayPage() {
  return [
    tiles(freshness(), figureTiles()),
    block("mart_rows", "changed", changedTable, { note: say(previous ? "changed_note" : "changed_none") }),
    block("build_health", "breakers", healthBlock, { wide: rows("build_health").some((row) => row.outcome !== "ok") }),
    block("row_accounting", "row_accounting", rowAccounting, { wide: true, note: say("row_accounting_note") }),
    block("rejections", "rejections", () => table(say("rejections"), rows("rejections"), [["input_name", "term"], ["rejection_reason", "term"], ["row_count", "count"]])),
    block("value_gaps", "value_gaps", () => table(say("value_gaps"), rows("value_gaps"), [["input_name", "term"], ["column_name", "text"], ["gap_reason", "term"], ["row_count", "count"]])),
  ];
}

function freshness() {
  const build = rows("publication")[0];
  const latest = build ? build.data_until : (rows("freshness")[0] || {}).last_event_at;
  const setName = build ? "publication" : "freshness";
  if (!latest) return [];
  const days = Math.max(0, Math.floor((Date.now() - new Date(`${latest}Z`)) / 86_400_000));
  const list = [tile(say("latest_event"), show("time", latest), setName, say("days_old", { days: show("count", days) }))];
  if (build) {
    list.push(
      tile(say("published_at"), show("time", build.published_at), setName),
      tile(say("build"), build.build_id, setName, build.code_version),
      tile(say("tests_passed"), show("count", build.tests_passed), setName, say("tests_warned", { count: show("count", build.tests_warned) })),
    );
  }
  return list;
}

const FIGURES = ["figures_campaigns", "figures_recommendations", "figures_customers"];

function figures(from) {
  return FIGURES.flatMap((name) => (from[name] ? from[name].rows : []).map((row) => ({ ...row, setName: name })))
    .filter((row) => !state.currency || !row.currency || row.currency === state.currency);
}

function figureKind(figure) {
  return ["revenue", "spend"].includes(figure) ? "money" : "count";
}

function figureName(row) {
  const several = currencyOf(figures(sets).filter((one) => one.currency)) === null;
  return several && row.currency ? `${label(row.figure)} (${row.currency})` : label(row.figure);
}

function figureTiles() {
  return figures(sets).map((row) => tile(figureName(row), show(figureKind(row.figure), row.figure_value, row), row.setName, changeOf(row)));
}

function before(row) {
  const same = previous ? figures(previous).find((one) => one.figure === row.figure && one.currency === row.currency) : null;
  return same ? same.figure_value : null;
}

function changeOf(row) {
  const then = before(row);
  if (then === null) return null;
  const way = row.figure_value === then ? "=" : row.figure_value > then ? "▲" : "▼";
  return `${way} ${show(figureKind(row.figure), Math.abs(row.figure_value - then), row)}`;
}

function changedTable() {
  const now = figures(sets).map((row) => ({ name: figureName(row), kind: figureKind(row.figure), value: row.figure_value, then: before(row), currency: row.currency }));
  const then = new Map((previous && previous.mart_rows ? previous.mart_rows.rows : []).map((row) => [row.mart, row.row_count]));
  const marts = rows("mart_rows").map((row) => ({ name: row.mart, kind: "count", value: row.row_count, then: then.get(row.mart) ?? null }));
  const changed = previous ? marts.filter((row) => row.value !== row.then) : marts;
  const cell = (name) => (row) => show(row.kind, row[name], row);
  const columns = [
    ["name", "text"],
    { name: "value", kind: "number", label: say("now"), cell: cell("value") },
    ...(previous ? [{ name: "then", kind: "number", label: say("before"), cell: cell("then") }] : []),
  ];
  return [
    ...(previous ? [table(say("changed"), now, columns)] : []),
    changed.length ? shownMarts(table(say("mart_rows"), changed, columns)) : make("p", { class: "empty" }, say("nothing_changed")),
  ];
}

// Folded where there is nothing to compare.
function shownMarts(marts) {
  return previous ? [make("h3", {}, say("mart_rows")), marts] : folded(marts, say("mart_rows"));
}

function healthBlock() {
  const list = rows("build_health");
  const outcomes = [...groupBy(list, "outcome")].map(([outcome, some]) => make("li", {}, badge(outcome), ` ${show("count", some.length)}`));
  const odd = list.filter((row) => row.outcome !== "ok");
  const columns = [
    ["check_name", "term"], ["input_name", "term"],
    { name: "outcome", cell: (row) => badge(row.outcome) },
    ["measured", "number"], ["warns_above", "number"], ["stops_above", "number"],
  ];
  return [
    make("ul", { class: "counts" }, outcomes),
    odd.length ? table(say("breakers"), odd, [...columns, ["message", "text"]]) : make("p", {}, say("all_checks_ok")),
    folded(table(say("breakers"), list, columns)),
  ];
}

function rowAccounting() {
  const parts = [["rows_kept", "good"], ["rows_duplicate", "series-3"], ["rows_merged", "series-5"], ["rows_erased", "soft"], ["rows_rejected", "bad"]];
  const list = rows("row_accounting");
  const title = say("row_accounting");
  const share = (row, part) => (row.rows_read ? row[part] / row.rows_read : null);
  return [
    bars(title, list.map((row) => term(row.input_name)), parts.map(([part, fill]) => ({ name: label(part), tone: fill, values: list.map((row) => share(row, part)) })), (value) => show("rate", value), { stacked: true, max: 1 }),
    table(title, list, [["input_name", "term"], ["rows_read", "count"], ...parts.map(([part]) => [part, "count"]), ["key_conflicts", "count"]]),
  ];
}
