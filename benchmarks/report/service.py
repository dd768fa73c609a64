"""The service under load, beside datasette, and its store."""

from collections.abc import Mapping

from benchmarks import targets
from benchmarks.machine import one_line
from benchmarks.report.text import NOT_MEASURED, judge, paragraph, table

_LOADS = {
    "recommendations": "a user's recommendations",
    "datasette": "the same by datasette",
    "sessions": "a session of five items",
}


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines: loads, then the store.

    Parameters
    ----------
    parts : mapping of str to dict
        `load` and `store-1m`, those that were measured.
    details : bool
        With how it was measured, and machines.
    """
    lines = ["## The service", ""]
    if "load" in parts:
        part = parts["load"]
        headers = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs a request", "failed"]
        rows = [[label, *_figures(part["loads"][n])] for n, label in _LOADS.items()]
        lines += table(headers, rows)
        if details:
            lines += paragraph(
                f"{part['users']:,} users, {part['connections']} connections from the "
                f"same machine, medians of {part['repeats']} rounds in turn, one "
                "process each; the service with a key, limits and logs on, datasette "
                f"without, its file immutable. {one_line(part['machine'])}."
            )
    if "store-1m" in parts:
        part = parts["store-1m"]
        lines += paragraph(
            f"The store of {part['users']:,} users, ten items and an audience each: "
            f"{part['wall_seconds']:.0f} s, {part['cpu_seconds']:.0f} CPU s, "
            f"{part['peak_megabytes']:,.0f} MB of memory, "
            f"{part['store_megabytes']:,.0f} MB of disk."
        )
        if details:
            lines += paragraph(f"{one_line(part['machine'])}.")
    return lines


def target_rows(parts: Mapping[str, dict]) -> list[list[str]]:
    """Return target, measured, at least or at most, and verdict."""
    loads = parts.get("load", {}).get("loads")
    store = parts.get("store-1m")
    ratio = p99 = cpu = per_second = slowest = failed = 0.0
    if loads:
        ours, peer, session = (loads[name] for name in _LOADS)
        ratio = ours["per_second"] / peer["per_second"]
        p99 = ours["p99_milliseconds"] / peer["p99_milliseconds"]
        cpu = ours["cpu_microseconds"] / peer["cpu_microseconds"]
        per_second = session["per_second"]
        slowest = session["p99_milliseconds"]
        failed = ours["failed"] + session["failed"]
    seconds, peak = (
        store[name] if store else 0.0 for name in ("wall_seconds", "peak_megabytes")
    )
    found = [
        _row("requests by datasette's", ratio, "{:.1f}x", least=targets.SERVICE_RATIO),
        _row("p99 by datasette's", p99, "{:.2f}", most=targets.SERVICE_P99),
        _row("CPU a request by datasette's", cpu, "{:.3f}", most=targets.SERVICE_CPU),
        _row("sessions a second", per_second, "{:,.0f}", least=targets.SESSIONS),
        _row("p99 of sessions, ms", slowest, "{:.1f}", most=targets.SESSION_P99),
        _row("failed requests", failed, "{:.0f}", most=0),
        _row("store of 1m users, s", seconds, "{:.0f}", most=targets.STORE_SECONDS),
        _row("its memory, MB", peak, "{:,.0f}", most=targets.STORE_MEGABYTES),
    ]
    of_loads = len(found) - 2
    for place, row in enumerate(found):
        if not (loads if place < of_loads else store):
            row[1], row[3] = NOT_MEASURED
    return found


def _row(
    label: str,
    value: float,
    form: str,
    least: float | None = None,
    most: float | None = None,
) -> list[str]:
    bound = most if least is None else least
    is_met = value <= bound if least is None else value >= bound
    sign = "<=" if least is None else ">="
    row = [f"service: {label}", form.format(value), f"{sign} {form.format(bound)}"]
    return [*row, judge(is_met)]


def _figures(load: Mapping) -> list[str]:
    return [
        f"{load['per_second']:,.0f}",
        f"{load['p50_milliseconds']:.1f}",
        f"{load['p99_milliseconds']:.1f}",
        f"{load['cpu_microseconds']:,.0f}",
        f"{load['failed']}",
    ]
