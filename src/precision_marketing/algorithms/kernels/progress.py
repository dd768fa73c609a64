"""Progress of long work in Python's log: what, how much, how long, how long still.

Not rich's progress: that redraws one line of a terminal it owns, while this becomes
lines of dbt's log (`build_log`), between those of other models on other threads.
"""

import logging
import time

_SECONDS_BETWEEN_REPORTS = 10.0

_logger = logging.getLogger("precision_marketing")


class Progress:
    """Counts what is done and logs it, at level INFO, at most every 10 seconds.

    Work that ends sooner logs nothing; work that logged also logs its end.

    Parameters
    ----------
    task : str
        What the log says is being done, such as "item neighbors".
    total : int or None
        How much there is to do, in any unit; None if that is not known.
    unit : str
        Plural name of what is counted.

    Examples
    --------
    >>> progress = Progress("item neighbors", 50_000)
    >>> progress.add(1_000)
    >>> progress.text(seconds=3.0)
    'item neighbors: 1,000 of 50,000 rows (2 %), 3 s, about 147 s left'
    """

    def __init__(self, task: str, total: int | None, unit: str = "rows") -> None:
        self._task, self._total, self._unit = task, total, unit
        self._done = 0
        self._started = self._reported = time.monotonic()

    def add(self, count: int) -> None:
        """Count `count` more as done, and log if the last report is long ago."""
        self._done += count
        now = time.monotonic()
        is_end = self._done == self._total and self._reported > self._started
        if is_end or now - self._reported >= _SECONDS_BETWEEN_REPORTS:
            self._reported = now
            _logger.info("%s", self.text(now - self._started))

    def text(self, seconds: float) -> str:
        """Return the line for the log; what is left is taken to cost what was done."""
        done = f"{self._task}: {self._done:,}"
        if not self._total:
            return f"{done} {self._unit}, {seconds:.0f} s"
        share = 100 * self._done / self._total
        line = (
            f"{done} of {self._total:,} {self._unit} ({share:.0f} %), {seconds:.0f} s"
        )
        left = self._total - self._done
        if left <= 0 or self._done == 0:
            return line
        return f"{line}, about {seconds * left / self._done:.0f} s left"
