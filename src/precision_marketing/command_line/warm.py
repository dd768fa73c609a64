"""`precision-marketing warm`."""

from __future__ import annotations

import click


@click.command(short_help="Compile the scoring kernels for this machine, once.")
def warm() -> None:
    """Compile the scoring kernels for this machine, which a first build does else."""
    from precision_marketing.algorithms.kernels.warm import warm as compile_kernels

    compile_kernels()
