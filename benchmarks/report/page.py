"""The report: `report.md`, `report.json` when asked for, a page for the terminal."""

import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.report import (
    campaigns,
    cost,
    days,
    gate,
    growth,
    neural,
    pipeline,
    quality,
    service,
    speed,
    targets,
)

_INTRODUCTION = """\
# Benchmarks

Rendered from `benchmarks/parts/`. Measure anew with `make benchmark`, one part with
`make benchmark ONLY=speed SETS=yelp2018`, render again with
`make benchmark ONLY=report`; [docs/benchmarks.md](../docs/benchmarks.md) says what is
measured and how to read it.
Each part names the machine, its load (runnable processes; above the number of cores,
others worked on it too) and the commit (+: with changes).
"""
_QUALITY = """\
Test window, all items ranked, what the user has left out, mean over users with a label
± standard error. The **published** ranking is bold. Seconds of a ranking are those of
its own models within the build; of `implicit`, fitting and ranking."""

Parts = Mapping[str, Mapping[str, dict]]


def report(parts: Parts) -> str:
    """Return the whole report as Markdown.

    Parameters
    ----------
    parts : mapping
        As `benchmarks.parts.Parts.read` returns them.

    Returns
    -------
    str
    """
    lines = [_INTRODUCTION, *targets.section(parts)]
    if parts["quality"]:
        lines += [*quality.summary(parts["quality"]), _QUALITY, ""]
        lines += quality.details(parts["quality"])
    lines += _rest(parts, details=True)
    return "\n".join(lines).rstrip() + "\n"


def terminal(parts: Parts) -> str:
    """Return one page: targets and the main table of each section."""
    lines = targets.section(parts)
    if parts["quality"]:
        lines += quality.summary(parts["quality"])
    lines += _rest(parts, details=False)
    return "\n".join(lines).rstrip() + "\n"


def write(parts: Parts, folder: Path, *, with_json: bool) -> list[Path]:
    """Write `report.md`, and `report.json` if asked for; return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {folder / "report.md": report(parts)}
    if with_json:
        verdicts = [
            dict(zip(("target", "measured", "wanted", "verdict"), row, strict=True))
            for row in targets.rows(parts)
        ]
        content = {"targets": verdicts, **parts}
        written[folder / "report.json"] = json.dumps(content, indent=1) + "\n"
    for path, text in written.items():
        path.write_text(text)
    return list(written)


def _rest(parts: Parts, *, details: bool) -> list[str]:
    lines = []
    sections = {
        "gate": gate,
        "speed": speed,
        "pipeline": pipeline,
        "neural": neural,
        "growth": growth,
        "days": days,
        "campaigns": campaigns,
        "service": service,
        "cost": cost,
    }
    for name, render in sections.items():
        if parts[name]:
            lines += render.section(parts[name], details=details)
    return lines
