"""The quality of every ranking, beside published results and the peer."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.quality.judge import LEAST_EVENTS, TOLERANCE
from benchmarks.quality.peer import NAME as PEER
from benchmarks.quality.published import Published, published_for
from benchmarks.report import last_basket
from benchmarks.report.targets import best_ranking
from benchmarks.report.text import paragraph, share, share_with_error, table

NAMES = {
    "recall@20": "recall@20",
    "ndcg@20": "NDCG@20",
    "hit_rate@10": "HR@10",
    "ndcg@10": "NDCG@10",
}


def summary(parts: Mapping[str, dict]) -> list[str]:
    """Return the lines of one table: each set's rankings that matter most."""
    rows = []
    for name, part in parts.items():
        published = part["published"]
        # By the metric that the literature gives for the set.
        is_deep = any(("ndcg", 20) in result.values for result in published_for(name))
        depth = 20 if is_deep else 10
        best, _ = best_ranking(part, f"ndcg@{depth}")
        chosen = {f"{published} (published by the package)": published}
        if best != published:
            chosen[f"{best} (best collaborative)"] = best
        for label, ranking in chosen.items():
            metrics = part["rankings"][ranking]["metrics"]
            rows.append([name, label, *(share(metrics[m]["value"]) for m in NAMES)])
        if "peer" in part:
            metrics = part["peer"]["metrics"]
            rows.append([name, PEER, *(share(metrics[m]["value"]) for m in NAMES)])
        results = published_for(name)
        if results:
            best_result = max(results, key=lambda r, k=depth: r.values["ndcg", k])
            rows.append(
                [name, f"{best_result.method} (literature)", *_cells(best_result)]
            )
    return ["## Quality", "", *table(["set", "ranking", *NAMES.values()], rows, left=2)]


def details(parts: Mapping[str, dict]) -> list[str]:
    """Return the lines of one table per set, with what was measured and how."""
    lines = []
    for name, part in parts.items():
        lines += [f"### {name}", "", *paragraph(_facts(part))]
        lines += _split(part)
        rows = [
            [
                f"**{ranking}**" if ranking == part["published"] else ranking,
                *(share_with_error(found["metrics"].get(m)) for m in NAMES),
                f"{found['seconds']:.1f}",
            ]
            for ranking, found in sorted(
                part["rankings"].items(),
                key=lambda item: -item[1]["metrics"]["ndcg@10"]["value"],
            )
        ]
        if "peer" in part:
            metrics = part["peer"]["metrics"]
            peer = [share_with_error(metrics.get(m)) for m in NAMES]
            rows.append([PEER, *peer, f"{part['peer']['seconds']:.1f}"])
        results = published_for(name)
        numbers = {}
        for result in results:
            number = numbers.setdefault(result.source, len(numbers) + 1)
            rows.append([f"{result.method} [{number}]", *_cells(result), ""])
        lines += table(["ranking", *NAMES.values(), "seconds"], rows)
        lines += [f"[{number}] {source}  " for source, number in numbers.items()]
        lines += [""] if numbers else []
        lines += _known_labels(part) + last_basket.details(part)
    return lines


def _known_labels(part: Mapping) -> list[str]:
    """Return the table of the users whose label is no rare item."""
    known = part.get("known_labels")
    if known is None:
        return []
    rows = [
        [
            f"**{ranking}**" if ranking == part["published"] else ranking,
            *(share_with_error(metrics[m]) for m in NAMES),
        ]
        for ranking, metrics in sorted(
            known["rankings"].items(), key=lambda item: -item[1]["ndcg@10"]["value"]
        )
    ]
    said = (
        f"Of {known['users']:,} users alone, whose label has {LEAST_EVENTS} events or"
        " more in the history: a filter that keeps items with five events makes rarer"
        " ones likely labels."
    )
    return [*paragraph(said), *table(["ranking", *NAMES.values()], rows)]


def _cells(result: Published) -> list[str]:
    by_name = {f"{metric}@{k}": value for (metric, k), value in result.values.items()}
    return [share(by_name.get(name)) for name in NAMES]


def _facts(part: Mapping) -> str:
    users = max(r["metrics"]["ndcg@10"]["users"] for r in part["rankings"].values())
    differences = [r["difference"] for r in part["rankings"].values()]
    if part["agrees"]:
        recount = f"by at most {max(differences):.0e}, as they should"
    elif None in differences:
        recount = "in what they count: **they disagree**"
    else:
        recount = f"by up to {max(differences):.0e}: **they disagree**"
    facts = (
        f"{users:,} users with labels. `dbt build` {part['wall_seconds']:,.0f} s, "
        f"{part['peak_megabytes']:,.0f} MB at most. An independent recount of all "
        f"metrics and the package's figures differ {recount} (tolerance "
        f"{TOLERANCE:.0e}). {one_line(part['machine'])}."
    )
    facts += _choice(part)
    if "peer_missing" in part:
        facts += f" No figures of the peer: {part['peer_missing']}."
    return facts


def _choice(part: Mapping) -> str:
    """Return what the candidates hold, and why the network is published or not."""
    text = ""
    if ceiling := part.get("recall_ceiling"):
        text += (
            f" The candidates, at most {ceiling['candidates']:,} for a user, hold "
            f"{share(ceiling['value'])} of the labels: no learned ranking finds more."
        )
    if network := part.get("network"):
        text += (
            f" Network at the gate: {network['reason']} (margin "
            f"{network['margin']:+.4f}, 95 % {network['margin_lower']:+.4f} to "
            f"{network['margin_upper']:+.4f}, {network['users']:,} users of `train`)."
        )
    return text


def _split(part: Mapping) -> list[str]:
    expected = part["expected_split_on"]
    if expected is None or part["split_on"] == expected:
        return []
    return [
        f"**Not comparable with published results**: labels begin on "
        f"{part['split_on']}, in the literature on {expected}.",
        "",
    ]
