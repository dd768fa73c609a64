"""The library's log in dbt's: on the console of `dbt build` and in logs/dbt.log."""

import logging

# The parent of every logger of this library.
_LOGGER = "precision_marketing"


class _DbtHandler(logging.Handler):
    """Hands each record to dbt as a note, which `--quiet` and log formats apply to."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            from dbt_common.events.base_types import EventLevel
            from dbt_common.events.functions import fire_event
            from dbt_common.events.types import Note

            is_warning = record.levelno >= logging.WARNING
            fire_event(
                Note(msg=self.format(record)),
                level=EventLevel.WARN if is_warning else EventLevel.INFO,
            )
        except Exception:
            self.handleError(record)


def show_log_in_dbt() -> None:
    """Let dbt show what this library logs, from level INFO, such as progress.

    dbt leaves the logging module of Python alone, which drops everything below a
    warning. From now on dbt has the library's records to itself: handlers of the root
    logger, which dbt's own libraries make, would print them a second time. Called
    twice, it changes nothing the second time; a level that was set stays.

    Examples
    --------
    >>> show_log_in_dbt()
    >>> logging.getLogger("precision_marketing.build").isEnabledFor(logging.INFO)
    True
    """
    logger = logging.getLogger(_LOGGER)
    if not any(isinstance(handler, _DbtHandler) for handler in logger.handlers):
        logger.addHandler(_DbtHandler())
        logger.propagate = False
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
