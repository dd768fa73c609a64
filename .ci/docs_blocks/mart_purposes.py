"""The matrix of purposes and marts, from the seed that tests read."""

import csv

from parsed import PROJECT


def render() -> str:
    """Return a row for each mart."""
    seed = PROJECT / "seeds" / "reference" / "mart_purposes.csv"
    lines = [
        "| mart | purpose | about | profiling refused | channel refused |"
        " small groups |",
        "|---|---|---|---|---|---|",
    ]
    with seed.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mart, *others = row.values()
            lines.append(f"| `{mart}` | {' | '.join(others)} |")
    return "\n".join(lines)
