"""What a command ends with: the exit codes, and a fault in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

DONE, FAULT, WRONG, INPUTS, STOPPED, LOCKED, MACHINE = range(7)
INTERRUPTED = 130
# Of all commands; docs/command_line.md has it too.
EXIT_CODES = {
    DONE: "Done: what was asked for is built, published or written.",
    FAULT: "A fault of the program: the same with --traceback shows where.",
    WRONG: "An option, a setting or a file that is not so, or not there.",
    INPUTS: "Inputs that cannot be read or believed; what is published stays.",
    STOPPED: "A table or test failed, or a file is not whole; what is published stays.",
    LOCKED: "Another program has the file: the same again once that has ended.",
    MACHINE: "Disk, memory or a permission is short.",
    INTERRUPTED: "Interrupted (Ctrl-C).",
}
# The test by which the checks of the inputs stop a build (docs/health.md).
_STOPPED_CHECKS = "stopped_checks_stop_the_build"
# Of models that read inputs.
_STAGING = "model.precision_marketing.stg_"


def explain(error: Exception) -> tuple[int, str | None]:
    """Return the exit code of what a command has raised, and its sentence.

    Parameters
    ----------
    error : Exception
        What was raised; what it was raised from says more of the kind.

    Returns
    -------
    code : int
        One of `EXIT_CODES`.
    sentence : str or None
        What is wrong and what to do; None if that is not known.
    """
    from precision_marketing.publishing.machine_faults import fault_in_words

    kinds = _kinds()
    chain = list(_chain(error))
    code = next((kinds[type(link)] for link in chain if type(link) in kinds), None)
    own = code is not None and type(error) in kinds
    for link in chain:
        words = None if type(link) in kinds else fault_in_words(str(link))
        if words is not None:
            code = LOCKED if "another program" in words else MACHINE
            return code, str(error) if own else f"{words[0].upper()}{words[1:]}."
    return (code, str(error)) if own else (FAULT, None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield what an error was raised from, that first and the error last."""
    if error is not None:
        yield from _chain(error.__cause__)
        yield error


def _kinds() -> dict[type, int]:
    """Return the exit code of each kind of error that has a sentence."""
    from precision_marketing.dashboard.dashboard import DashboardError
    from precision_marketing.exports.faults import ContactsError, ExportError
    from precision_marketing.inputs.csv_text import UnreadableFileError
    from precision_marketing.inputs.mapping import MappingError
    from precision_marketing.inputs.staging import CheckError
    from precision_marketing.privacy.profiles import PrivacyError
    from precision_marketing.publishing import build_record, publication, publishing
    from precision_marketing.publishing.history_tables import BackupError
    from precision_marketing.publishing.marts_copy import CopyError
    from precision_marketing.publishing.marts_schema import SchemaError
    from precision_marketing.publishing.published_files import LockedError
    from precision_marketing.publishing.run import RunError
    from precision_marketing.publishing.summary import SummaryError
    from precision_marketing.service.store import StoreError
    from precision_marketing.spark.machine import SparkError

    wrong = (
        *(RunError, CheckError, MappingError, PrivacyError, CopyError, SchemaError),
        *(publishing.PublishingError, SummaryError, DashboardError, StoreError),
        *(ExportError, SparkError),
    )
    return dict.fromkeys(wrong, WRONG) | {
        ContactsError: INPUTS,
        UnreadableFileError: INPUTS,
        build_record.InputsError: INPUTS,
        build_record.BuildError: STOPPED,
        publication.PublicationError: STOPPED,
        BackupError: STOPPED,
        LockedError: LOCKED,
    }


def build_outcome(status: int, results: Path, started: float) -> int:
    """Return the exit code of a build by what dbt has written of its nodes.

    Parameters
    ----------
    status : int
        dbt's exit status: 1 if a node failed, 2 if it could not begin.
    results : Path
        Its `run_results.json`, which need not be there.
    started : float
        When the build began, in seconds of the epoch: an earlier file says nothing.

    Returns
    -------
    int
        One of `EXIT_CODES`; `WRONG` for a build that could not begin.
    """
    from precision_marketing.publishing.machine_faults import fault_in_words

    if status < 0 or status > 2:
        return FAULT if status > 0 else INTERRUPTED if status == -2 else MACHINE
    try:
        if status == 0 or results.stat().st_mtime < started:
            raise FileNotFoundError
        nodes = json.loads(results.read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError):
        return {0: DONE, 1: STOPPED, 2: WRONG}[status]
    failed = [node for node in nodes if node["status"] in {"error", "fail"}]
    words = [fault_in_words(node.get("message") or "") for node in failed]
    names = [node["unique_id"] for node in failed]
    if any(words):
        return LOCKED if any("another program" in (w or "") for w in words) else MACHINE
    if any(name.startswith("operation.") and "on-run-start" in name for name in names):
        return WRONG
    if any(_STOPPED_CHECKS in name or _STAGING in name for name in names):
        return INPUTS
    return {1: STOPPED, 2: WRONG}[status]
