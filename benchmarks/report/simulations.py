"""What the campaign marts say of campaigns whose truth is known."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.report.text import paragraph, per_cent, table

_VALUE = (
    "`marts.audience_summary`: expected value per user and its 95 % interval, beside "
    "margin times the true revenue effect per assigned user, less spend per assigned "
    "treated user."
)
_TAILS = (
    "Campaigns that do nothing, by control's share, buyers' share and log spread of "
    "what an order costs: the share said to work, and to harm (2.5 % is nominal); the "
    "share of 95 % intervals above and below 0; the share whose arms are called "
    "broken; the share that has a p value at all, and from which test."
)
_LOOKS = (
    "The same, judged on each of 30 days: the share with a false verdict in any look, "
    "by `interim_verdict` alone, and in the last look; `p < 0.05`: what looking at "
    "plain p values would have said."
)
_LOOK_SHARES = {
    "any look": "any_look",
    "interim": "interim",
    "last look": "last_look",
    "p < 0.05": "plain",
}
_STAMPED = (
    "Campaigns that do nothing, whose controls have no draw time, or that of the "
    "campaign's start, while the treated have that of the send: the share said to "
    "work, to harm and to be broken, and the share of campaigns of which all users are "
    "measured from the start. `mart`: as in `marts.campaign_lift`; `own draw`: what it "
    "would say if each user were measured from the own draw."
)
_PROGRAMME = (
    "Shops of which a quarter of the users are held out of all campaigns. Intervals of "
    "95 %, beside what the campaigns are expected to have changed: of "
    "`marts.programme_lift` by month, and of `marts.incrementality_factors` by "
    "campaign, the users who ordered because of it by those whom the last touch gives "
    "it. Months of a shop add up, so that their intervals are not independent."
)
# Of intervals: those that hold the truth, and those that lie above and below it.
_SIDES = {"covered": "share", "too high": "below", "too low": "above"}
_CALIBRATION = (
    "`marts.propensity_calibration`: of targets and tenths of the users, the share in "
    "which the buyers lie in the 95 % interval of what was foretold; expected by "
    "observed buyers, of all, of tenths 1 to 9 and of the tenth."
)
_SHRINKAGE = (
    "Lift of each shop's arms as measured (raw) and shrunk towards each other, beside "
    "the truth: root of the mean squared error; of the arm that looks best of each "
    "shop, the mean lift, the mean truth and the difference. Arms that are called "
    "broken are not shrunk, and left out here."
)


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines of the simulations that were measured.

    Parameters
    ----------
    parts : mapping of str to dict
        Of the section campaigns.
    details : bool
        With each campaign or cell, and machines.
    """
    lines = []
    if "shrinkage" in parts.get("coverage", {}):
        lines += _shrinkage(parts["coverage"])
    for name, lines_of in (
        *(("value", _value), ("tails", _tails), ("looks", _looks)),
        *(("stamped", _stamped), ("programme", _programme)),
        ("calibration", _calibration),
    ):
        if name in parts:
            lines += lines_of(parts[name], details)
            if details:
                lines += paragraph(f"{one_line(parts[name]['machine'])}.")
    return lines


def _shrinkage(part: dict) -> list[str]:
    digits = {"conversion": 4, "revenue": 2}
    columns = ("root_mean_squared_error", "best", "best_truth", "best_bias")
    return [
        "## The best of ten campaigns",
        "",
        *paragraph(_SHRINKAGE),
        *table(
            [
                *("metric", "measure", "arms", "broken"),
                *("error", "best", "its truth", "bias"),
            ],
            [
                [
                    *(row["metric"], row["measure"]),
                    *(f"{row['arms']:,}", str(row["broken"])),
                    *(f"{row[name]:.{digits[row['metric']]}f}" for name in columns),
                ]
                for row in part["shrinkage"]
            ],
            left=2,
        ),
    ]


def _value(part: dict, details: bool) -> list[str]:
    return [
        f"## Value of {part['campaigns']} generated audiences",
        "",
        *paragraph(_VALUE),
        *table(
            ["campaign", "intervals", *_SIDES, "width"],
            [
                [
                    *(row["campaign"], str(row["intervals"])),
                    *(per_cent(row[side]) for side in _SIDES.values()),
                    f"{row['mean_width']:.2f}",
                ]
                for row in part["value"]
                if details or row["campaign"] == "all"
            ],
        ),
    ]


def _tails(part: dict, details: bool) -> list[str]:
    shares = ("works", "harms", "above", "below", "broken", "decided")
    return [
        f"## {part['draws']:,} A/A campaigns of {part['users']:,} users in each cell",
        "",
        *paragraph(_TAILS),
        *table(
            ["metric", "method", "cell", *shares, "tests"],
            [
                [
                    *(row["metric"], row["method"], row["cell"]),
                    *(per_cent(row[name]) for name in shares),
                    ", ".join(
                        f"{name} {per_cent(share)}"
                        for name, share in sorted(row["tests"].items())
                    ),
                ]
                for row in _shown(part["cells"], details)
            ],
            left=3,
        ),
    ]


def worst_tail(cell: Mapping) -> float:
    """Return the larger share of false verdicts of a cell."""
    return max(cell["works"], cell["harms"])


def _shown(cells: list[dict], details: bool) -> list[dict]:
    """Return all cells, or the worst of each metric and method."""
    keys = sorted({(cell["metric"], cell["method"]) for cell in cells})
    by_key = {
        key: [cell for cell in cells if (cell["metric"], cell["method"]) == key]
        for key in keys
    }
    if not details:
        return [max(found, key=worst_tail) for found in by_key.values()]
    return [cell for found in by_key.values() for cell in found]


def _looks(part: dict, details: bool) -> list[str]:
    return [
        f"## Daily looks at {part['draws']:,} A/A campaigns in each cell",
        "",
        *paragraph(_LOOKS),
        *table(
            ["metric", "method", "cell", *_LOOK_SHARES],
            [
                [
                    *(row["metric"], row["method"], row["cell"]),
                    *(per_cent(row[name]) for name in _LOOK_SHARES.values()),
                ]
                for row in part["cells"]
            ],
            left=3,
        ),
    ]


def _stamped(part: dict, details: bool) -> list[str]:
    rows = [
        (measured_from, row)
        for measured_from, verdicts in (
            ("mart", part["verdicts"]),
            ("own draw", part["from_the_draw"]),
        )
        for row in verdicts
    ]
    campaigns = sum(
        row["campaigns"] for row in part["verdicts"] if row["metric"] == "conversion"
    )
    return [
        f"## Draw times that one arm alone has, {campaigns:,} A/A campaigns",
        "",
        *paragraph(_STAMPED),
        *table(
            [
                *("metric", "measured from", "draw times", "campaigns"),
                *("works", "harms", "broken", "from the start"),
            ],
            [
                [
                    *(row["metric"], measured_from, row["kind"]),
                    f"{row['campaigns']:,}",
                    *(
                        per_cent(row[name])
                        for name in ("works", "harms", "broken", "since_start")
                    ),
                ]
                for measured_from, row in sorted(
                    rows, key=lambda found: (found[1]["metric"], found[0])
                )
                if details or measured_from == "mart"
            ],
            left=3,
        ),
    ]


def _programme(part: dict, details: bool) -> list[str]:
    lifts = [
        (f"lift, {row['metric']}", row["month"].removesuffix("-01"), row)
        for row in part["programme"]
        if details or row["month"] == "all"
    ]
    return [
        f"## The whole programme of {part['shops']} generated shops",
        "",
        *paragraph(_PROGRAMME),
        *table(
            ["interval of", "until the end of", "intervals", *_SIDES],
            [
                [
                    *(name, month, f"{row['intervals']:,}"),
                    *(per_cent(row[side]) for side in _SIDES.values()),
                ]
                for name, month, row in (
                    *lifts,
                    ("incrementality factor", "all", part["factors"]),
                )
            ],
            left=2,
        ),
    ]


def _calibration(part: dict, details: bool) -> list[str]:
    def ratio(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    return [
        "## Propensities",
        "",
        *paragraph(_CALIBRATION),
        *table(
            ["users", "targets", "cells", "as foretold", "all", "1-9", "10"],
            [
                [
                    *(f"{int(users):,}", str(shop["targets"]), str(shop["cells"])),
                    per_cent(shop["as_foretold"]),
                    *(
                        ratio(shop["expected_by_observed"][n])
                        for n in ("all", "1-9", "10")
                    ),
                ]
                for users, shop in part["shops"].items()
            ],
            left=0,
        ),
    ]
