"""The targets of the simulations beside what was measured."""

from collections.abc import Mapping
from itertools import product

from benchmarks import targets
from benchmarks.report.text import NOT_MEASURED, judge, per_cent

_METRICS = (("conversion", "raw"), ("revenue", "raw"), ("revenue", "cuped"))


def rows(parts: Mapping[str, dict]) -> list[list[str]]:
    """Return target, measured, at least or at most, and verdict.

    Parameters
    ----------
    parts : mapping of str to dict
        Of the section campaigns.
    """
    return [
        _value(parts.get("value")),
        *_tails(parts.get("tails")),
        *_looks(parts.get("looks")),
        *_stamped(parts.get("stamped")),
        *_programme(parts.get("programme")),
        *_calibration(parts.get("calibration")),
        *_shrinkage(parts.get("coverage", {}).get("shrinkage")),
    ]


def _row(label: str, measured: str, wanted: str, met: bool | None) -> list[str]:
    found = NOT_MEASURED if met is None else (measured, judge(met))
    return [label, found[0], wanted, found[1]]


def _value(part: Mapping | None) -> list[str]:
    least, most = targets.VALUE_COVERAGE
    share = part["value"][0]["share"] if part else 0.0
    return _row(
        "value of an audience: covers the truth",
        per_cent(share),
        f"{100 * least:.0f}-{100 * most:.0f} %",
        least <= share <= most if part else None,
    )


def _tails(part: Mapping | None) -> list[list[str]]:
    """Return the worst tail of any cell."""
    found = []
    for (metric, method), tail in product(_METRICS, ("works", "harms")):
        cells = [
            cell
            for cell in (part or {"cells": []})["cells"]
            if (cell["metric"], cell["method"]) == (metric, method)
        ]
        worst = max(cells, key=lambda cell: cell[tail], default=None)
        found.append(
            _row(
                f"A/A, {metric}, {method}: `{tail}`, worst cell",
                f"{per_cent(worst[tail])} ({worst['cell']})" if worst else "",
                f"<= {per_cent(targets.FALSE_TAIL)}",
                worst[tail] <= targets.FALSE_TAIL if worst else None,
            )
        )
    cells = (part or {"cells": []})["cells"]
    worst = max(cells, key=lambda cell: cell["broken"], default=None)
    found.append(
        _row(
            "A/A: `broken`, worst cell",
            f"{per_cent(worst['broken'])} ({worst['cell']})" if worst else "",
            f"<= {per_cent(targets.FALSE_BROKEN)}",
            worst["broken"] <= targets.FALSE_BROKEN if worst else None,
        )
    )
    return found


def _looks(part: Mapping | None) -> list[list[str]]:
    cells = (part or {"cells": []})["cells"]
    return [
        _pooled(
            f"30 daily looks, {metric}, {method}: false verdicts",
            [
                cell["any_look"]
                for cell in cells
                if (cell["metric"], cell["method"]) == (metric, method)
            ],
            targets.FALSE_LOOKS,
        )
        for metric, method in _METRICS
    ]


def _stamped(part: Mapping | None) -> list[list[str]]:
    verdicts = (part or {"verdicts": []})["verdicts"]
    return [
        _pooled(
            f"treated alone stamped, {metric}: `harms`",
            [row["harms"] for row in verdicts if row["metric"] == metric],
            targets.FALSE_TAIL,
        )
        for metric in ("conversion", "revenue")
    ]


def _pooled(name: str, shares: list[float], limit: float) -> list[str]:
    """Return the share over all cells, which have equally many campaigns."""
    share = sum(shares) / len(shares) if shares else 0.0
    return _row(
        name,
        per_cent(share),
        f"<= {per_cent(limit)}",
        share <= limit if shares else None,
    )


def _programme(part: Mapping | None) -> list[list[str]]:
    least, most = targets.PROGRAMME_COVERAGE
    shares = {"lift of the programme, conversion": 0.0}
    shares["lift of the programme, revenue"] = shares["incrementality factor"] = 0.0
    if part:
        whole = [row["share"] for row in part["programme"] if row["month"] == "all"]
        shares = dict(zip(shares, [*whole, part["factors"]["share"]], strict=True))
    return [
        _row(
            f"{name}: covers the truth",
            per_cent(share),
            f"{100 * least:.0f}-{100 * most:.0f} %",
            least <= share <= most if part else None,
        )
        for name, share in shares.items()
    ]


def _calibration(part: Mapping | None) -> list[list[str]]:
    shops = part["shops"] if part else {}
    return [
        _row(
            f"propensities of {int(users):,} users: as foretold",
            per_cent(shops[users]["as_foretold"]) if users in shops else "",
            f">= {per_cent(targets.AS_FORETOLD)}",
            shops[users]["as_foretold"] >= targets.AS_FORETOLD
            if users in shops
            else None,
        )
        for users in shops or targets.CALIBRATED_USERS
    ]


def _shrinkage(part: list[dict] | None) -> list[list[str]]:
    found = []
    for metric in ("conversion", "revenue"):
        by_measure = {
            row["measure"]: row for row in part or () if row["metric"] == metric
        }
        for column, label, limit in (
            ("root_mean_squared_error", "error by that of raw", 1.0),
            (
                "best_bias",
                "bias of the best of ten by that of raw",
                targets.BEST_OF_TEN,
            ),
        ):
            ratio = None
            if by_measure:
                raw, shrunk = (by_measure[name][column] for name in ("raw", "shrunk"))
                ratio = abs(shrunk) / abs(raw)
            found.append(
                _row(
                    f"shrunk {metric}: {label}",
                    "" if ratio is None else f"{ratio:.2f}",
                    f"<= {limit:.2f}",
                    None if ratio is None else ratio <= limit,
                )
            )
    return found
