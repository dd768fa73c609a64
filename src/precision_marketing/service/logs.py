"""The log: one JSON object a line, without ids, of the service and of its server."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any


class Log:
    """One JSON object a line, written out when `flush` is called."""

    def __init__(self) -> None:
        self._lines: list[tuple[float, str, dict]] = []

    def write(self, event: str, **facts: object) -> None:
        """Note an event; facts must not name users, items or what was asked for."""
        self._lines.append((time.time(), event, facts))

    def fault(self, error: Exception) -> None:
        """Note where a fault happened; its message might hold an id."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        self.write("fault", kind=kind, file=place.filename, line=place.lineno)

    def flush(self) -> None:
        """Write what was noted to the standard output."""
        if self._lines:
            lines, self._lines = self._lines, []
            for moment, event, facts in lines:
                at = datetime.fromtimestamp(moment, UTC).isoformat(
                    timespec="milliseconds"
                )
                sys.stdout.write(
                    json.dumps({"time": at, "event": event} | facts) + "\n"
                )
            sys.stdout.flush()


class ServerLines(logging.Formatter):
    """What the server says, as such lines; of a fault its kind alone."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        facts = {"level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            facts["kind"] = record.exc_info[0].__name__
        return _line(record.created, "server", facts)


# As `logging.config.dictConfig` reads it.
SERVER: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": ServerLines}},
    "handlers": {
        "output": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "stream": "ext://sys.stdout",
        }
    },
    "loggers": {"uvicorn": {"handlers": ["output"], "level": "INFO"}},
}


def _line(moment: float, event: str, facts: dict[str, object]) -> str:
    at = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": at, "event": event} | facts)
