"""Counts of a worker in the text format of Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from precision_marketing.service.reader import Current

# Seconds.
_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0)


class Metrics:
    """What one worker has answered since it began."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()
        self.feedback_rows: Counter[str] = Counter()

    def observe(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request of an endpoint that took so many seconds."""
        self.requests[endpoint, status] += 1
        buckets = self._buckets.setdefault(endpoint, [0] * (len(_BOUNDS) + 1))
        buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[endpoint] += seconds

    def text(self, worker: int, current: Current) -> str:
        """Return all counts.

        Parameters
        ----------
        worker : int
            Number of the process: each worker counts what it has answered.
        current : Current
            The store that answers.
        """
        w = f'worker="{worker}"'
        lines = [
            "# HELP service_requests_total Requests by endpoint and status.",
            "# TYPE service_requests_total counter",
        ]
        lines += [
            f'service_requests_total{{{w},endpoint="{e}",status="{s}"}} {count}'
            for (e, s), count in sorted(self.requests.items())
        ]
        lines += [
            "# HELP service_request_seconds Time to answer, by endpoint.",
            "# TYPE service_request_seconds histogram",
        ]
        for endpoint, buckets in sorted(self._buckets.items()):
            label = f'{w},endpoint="{endpoint}"'
            total = 0
            for bound, count in zip((*_BOUNDS, "+Inf"), buckets, strict=True):
                total += count
                lines.append(
                    f'service_request_seconds_bucket{{{label},le="{bound}"}} {total}'
                )
            seconds = self._seconds[endpoint]
            lines.append(f"service_request_seconds_sum{{{label}}} {seconds:.6f}")
            lines.append(f"service_request_seconds_count{{{label}}} {total}")
        lines += [
            "# HELP service_feedback_rows_total Rows kept for the next build.",
            "# TYPE service_feedback_rows_total counter",
        ]
        lines += [
            f'service_feedback_rows_total{{{w},input="{name}"}} {count}'
            for name, count in sorted(self.feedback_rows.items())
        ]
        lines += [
            "# HELP service_store_swaps_total Stores that were taken while running.",
            "# TYPE service_store_swaps_total counter",
            f"service_store_swaps_total{{{w}}} {current.swap_count}",
            "# HELP service_store_refused_total Stores that were not whole.",
            "# TYPE service_store_refused_total counter",
            f"service_store_refused_total{{{w}}} {current.refused_count}",
            "# HELP service_build The build whose answers are given.",
            "# TYPE service_build gauge",
            f'service_build{{{w},build_id="{current.store.build_id}"}} 1',
        ]
        return "\n".join(lines) + "\n"
