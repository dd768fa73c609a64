"""The last basket, beside what is published of it."""

from collections.abc import Mapping

from benchmarks.quality.last_basket import PUBLISHED, SOURCE, K
from benchmarks.report.text import paragraph, share, share_with_error, table

_METRICS = (f"recall@{K}", f"ndcg@{K}")


def details(part: Mapping) -> list[str]:
    """Return the lines on the last basket of a set that was judged on it."""
    rankings = part.get("last_basket")
    if rankings is None:
        return []
    rows = [
        [
            f"**{name}**" if name == part["published"] else name,
            *(share_with_error(metrics[metric]) for metric in _METRICS),
        ]
        for name, metrics in sorted(
            rankings.items(), key=lambda item: -item[1][_METRICS[1]]["value"]
        )
    ]
    rows += [[f"{name} [1]", *map(share, pair)] for name, pair in PUBLISHED.items()]
    said = (
        "Last basket: the next one of each household, repeats allowed, NDCG's ideal the"
        " whole basket as in the literature."
    )
    return [
        *paragraph(said),
        *table(["ranking", "recall@10", "NDCG@10"], rows),
        f"[1] {SOURCE}  ",
        "",
    ]
