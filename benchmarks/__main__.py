"""One command for all benchmarks: `python -m benchmarks --help`."""

import sys
from types import SimpleNamespace
from typing import Any

import click

from benchmarks.options import with_options


@click.command()
@with_options
def main(**chosen: Any) -> None:
    """Measure quality, speed, growth and cost, and write report.md.

    Speed with memory, the learned scorers at size, and the campaign marts too;
    docs/benchmarks.md explains.
    """
    # Not above: --help need not wait for them.
    from benchmarks.benchmark import Benchmark
    from benchmarks.report.page import terminal, write

    options = SimpleNamespace(**chosen)
    benchmark = Benchmark(options)
    for section in options.only:
        if section != "report":
            getattr(benchmark, section)()
    parts = benchmark.parts.read()
    written = write(parts, options.results, with_json=options.json)
    print(f"\n{terminal(parts)}\nWritten: {', '.join(map(str, written))}")
    if benchmark.failed:
        print(f"Failed: {', '.join(benchmark.failed)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
