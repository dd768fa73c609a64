// Customers: who they are, whom to contact, and whether what was foretold came true.

const LEFT_OUT = ["erased_user_count", "no_consent_user_count", "bounced_or_complained_user_count", "not_addressed_user_count", "recent_buyer_user_count", "cap_reached_user_count", "global_holdout_user_count", "campaign_holdout_user_count", "former_control_user_count"];

function customersPage() {
  return [
    block("customer_segments", "segments", segmentsBlock, { note: say(previous && previous.customer_segments ? "segments_then" : "segments_note") }),
    block("propensity_calibration", "calibration", calibrationBlock, { note: say("calibration_note") }),
    block("audience_summary", "audiences", audiencesBlock, { wide: true, note: say("audiences_note") }),
    block("audience_moves", "moves", movesBlock, { wide: true }),
    block("cohort_retention", "cohorts", cohortTable, { wide: true, note: say("cohorts_note") }),
  ];
}

function segmentsBlock() {
  const then = new Map((previous && previous.customer_segments ? previous.customer_segments.rows : []).map((row) => [row.segment, row.user_count]));
  const now = rows("customer_segments");
  const emptied = [...then.keys()].filter((segment) => !now.some((row) => row.segment === segment))
    .map((segment) => ({ segment, user_count: 0, revenue_amount: null, median_recency_days: null }));
  const list = [...now, ...emptied].map((row) => ({ ...row, users_before: then.get(row.segment) ?? (then.size ? 0 : null) }));
  const series = [{ name: say("now"), values: list.map((row) => row.user_count) }];
  if (then.size) series.push({ name: say("before"), tone: "soft", values: list.map((row) => row.users_before) });
  return [
    ...segmentsOverTime(list),
    bars(say("segments"), list.map((row) => term(row.segment)), series, (value) => show("count", value), { height: 70 + (then.size ? 40 : 26) * list.length }),
    table(say("segments"), list, [["segment", "term"], ["user_count", "count"], ...(then.size ? [["users_before", "count"]] : []), ["revenue_amount", "money"], ["median_recency_days", "count"]], { key: (row) => row.segment }),
  ];
}

const SEGMENT_LINES = 8;

function segmentsOverTime(list) {
  const files = [...earlier, sets].filter((file) => file.customer_segments && madeAt(file));
  if (new Set(files.map((file) => madeAt(file).slice(0, 10))).size < 3) return [];
  const users = (file, segment) => (file.customer_segments.rows.find((row) => row.segment === segment) || { user_count: 0 }).user_count;
  const series = list.slice(0, SEGMENT_LINES).map(({ segment }) => ({
    name: term(segment),
    points: files.map((file) => ({ date: madeAt(file).slice(0, 10), value: users(file, segment), lower: null, upper: null, said: `${term(segment)}: ${show("count", users(file, segment))}` })),
  }));
  return [lines(say("segments_over_time"), series, (value) => show("count", value))];
}

const AUDIENCE_ROWS = 30;

function audiencesBlock() {
  const list = ofChosenCampaigns("audience_summary");
  const top = list.slice(0, AUDIENCE_ROWS);
  const parts = ["eligible_user_count", ...LEFT_OUT];
  const series = parts.map((part) => ({ name: label(part), tone: part === "eligible_user_count" ? "good" : null, values: top.map((row) => row[part]) }));
  return [
    bars(say("audiences"), top.map((row) => campaignName(row.campaign_id)), series, (value) => show("count", value), { stacked: true, height: 130 + 28 * top.length }),
    table(say("audiences"), list, [
      ["campaign_id", "campaign"], ["candidate_user_count", "count"], ...parts.map((part) => [part, "count"]), ["worthwhile_user_count", "count"],
      ["mean_propensity", "rate"], ["base_rate", "rate"], ["top_decile_lift", "ratio"], ["expected_value_amount", "money"],
      { name: "interval", kind: "money", label: say("interval"), cell: (row) => showInterval("money", row.expected_value_lower_amount, row.expected_value_upper_amount, row) },
    ], { key: (row) => row.campaign_id }),
  ];
}

function calibrationBlock() {
  const list = ofChosenCampaigns("propensity_calibration");
  const campaigns = [...groupBy(list, "campaign_id")];
  if (!campaigns.length) return make("p", { class: "empty" }, say("no_rows"));
  const [id, tenths] = campaigns[0];
  const points = tenths.map((row) => ({
    label: say("tenth", { tenth: row.propensity_decile }), value: row.buyer_rate, lower: row.buyer_rate_lower, upper: row.buyer_rate_upper, mark: row.mean_propensity,
    tone: row.is_as_foretold ? "good" : "warn",
    said: `${say("seen")}: ${show("rate", row.buyer_rate)} (${showInterval("rate", row.buyer_rate_lower, row.buyer_rate_upper)})\n${say("foretold")}: ${show("rate", row.mean_propensity)}`,
  }));
  return [
    make("h3", {}, campaignName(id)),
    campaigns.length > 1 ? make("p", { class: "note" }, say("choose_campaign")) : null,
    intervals(`${say("calibration")}: ${campaignName(id)}`, points, (value) => show("rate", value)),
    table(say("calibration"), list, [
      ["campaign_id", "campaign"], ["propensity_decile", "count"], ["scored_user_count", "count"],
      { name: "mean_propensity", kind: "rate", label: say("foretold") }, { name: "buyer_rate", kind: "rate", label: say("seen") },
      { name: "interval", kind: "rate", label: say("interval"), cell: (row) => showInterval("rate", row.buyer_rate_lower, row.buyer_rate_upper) },
      ["is_as_foretold", "flag"],
    ]),
  ];
}

function movesBlock() {
  const list = ofChosenCampaigns("audience_moves").filter((row) => inPeriod(row.week_start_date));
  const weeks = [...groupBy(list, "week_start_date")].sort(([one], [other]) => (one < other ? -1 : 1));
  const points = (name) => weeks.map(([date, some]) => ({ date, value: sum(some, name), lower: null, upper: null, said: `${show("date", date)} ${label(name)}: ${show("count", sum(some, name))}` }));
  const names = ["entered_user_count", "exited_user_count"];
  return [
    weeks.length > 1 ? lines(say("moves"), names.map((name) => ({ name: label(name), points: points(name) })), (value) => show("count", value)) : make("p", { class: "note" }, say("one_build")),
    table(say("moves"), list, [["week_start_date", "date"], ["campaign_id", "campaign"], ...names.map((name) => [name, "count"])]),
  ];
}

const COHORT_MONTHS = 12;

function cohortTable() {
  const cohorts = [...groupBy(rows("cohort_retention"), "cohort_start_date")].map(([cohort_start_date, some]) => ({
    cohort_start_date, cohort_user_count: some[0].cohort_user_count, ...Object.fromEntries(some.map((row) => [`month_${row.months_since}`, row.retention_rate])),
  }));
  const months = [...new Set(rows("cohort_retention").map((row) => row.months_since))].filter((month) => month > 0 && month <= COHORT_MONTHS).sort((one, other) => one - other);
  return table(say("cohorts"), cohorts, [
    ["cohort_start_date", "date"], ["cohort_user_count", "count"],
    ...months.map((month) => ({ name: `month_${month}`, kind: "rate", label: say("month_after", { month }), cell: (row) => show("rate", row[`month_${month}`] ?? null) })),
  ], { key: (row) => row.cohort_start_date });
}
