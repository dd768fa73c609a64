"""Keep feedback: acknowledged once it is on disk, then Parquet for the next build."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import time
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from precision_marketing.build.files import synchronize
from precision_marketing.service.feedback import COLUMNS, NUMBER, TEXT, TIME, WHOLE

_ARROW = {
    TEXT: pa.string(),
    NUMBER: pa.float64(),
    WHOLE: pa.int32(),
    TIME: pa.timestamp("us", tz="UTC"),
}
# A build passes over names that begin with a point.
_JOURNALS = ".journals"


class Journal:
    """An append-only log that becomes Parquet files in an input folder.

    A row is on disk, in a journal of JSON lines, before it is acknowledged. Journals
    turn into files `feedback-*.parquet` in the folders `events` and `campaign_touches`
    when they are long or old, when the service ends, and after a kill when it starts
    again. A journal's files bear its name, so that turning one twice writes the same
    files.

    Parameters
    ----------
    folder : Path
        Input folder, or one whose files are moved into it.
    rows : int, default 50000
        Rows of a journal at most.
    seconds : float, default 60
        Age of a journal at most.
    """

    def __init__(self, folder: Path, rows: int = 50_000, seconds: float = 60) -> None:
        self.folder = folder
        self.rows, self.seconds = rows, seconds
        self._journals = folder / _JOURNALS
        self._journals.mkdir(parents=True, exist_ok=True)
        self._descriptor: int | None = None
        self._path: Path | None = None
        self._row_count = 0
        self._opened_at = 0.0
        self._pending: list[tuple[list[tuple[str, dict]], asyncio.Future]] = []
        self._tasks: set[asyncio.Task] = set()
        self._busy = asyncio.Lock()
        self.turn_left_over()

    async def add(self, rows: list[tuple[str, dict]]) -> None:
        """Return once the rows are on disk; rows of one moment share one write."""
        done = asyncio.get_running_loop().create_future()
        self._pending.append((rows, done))
        # Of its own, so that a request that is given up does not break off a write.
        task = asyncio.create_task(self._write_pending())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await done

    async def _write_pending(self) -> None:
        async with self._busy:
            taken, self._pending = self._pending, []
            fault = None
            try:
                added = [row for rows, _ in taken for row in rows]
                if added:
                    await asyncio.to_thread(self._append, added)
            except OSError as error:
                fault = error
            for _, waiting in taken:
                if not waiting.done():
                    if fault is None:
                        waiting.set_result(None)
                    else:
                        waiting.set_exception(fault)

    async def turn_if_due(self) -> None:
        """Turn the journal into Parquet files if it is long or old enough."""
        age = time.monotonic() - self._opened_at
        if self._row_count and (self._row_count >= self.rows or age >= self.seconds):
            await self.turn()

    async def turn(self) -> None:
        """Turn the journal into Parquet files, after what is being written."""
        async with self._busy:
            await asyncio.to_thread(self.close)

    def _append(self, rows: list[tuple[str, dict]]) -> None:
        if self._descriptor is None:
            self._open()
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        content = memoryview(lines.encode())
        start = os.fstat(self._descriptor).st_size
        try:
            while content:
                content = content[os.write(self._descriptor, content) :]
            os.fsync(self._descriptor)
        except OSError:
            # What was not acknowledged is not kept either, and no line is half a line.
            os.ftruncate(self._descriptor, start)
            raise
        self._row_count += len(rows)

    def _open(self) -> None:
        while True:
            path = self._journals / f"{uuid.uuid4().hex}.jsonl"
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            descriptor = os.open(path, flags, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # A worker that starts may have taken it for one that is left over.
            if path.exists():
                break
            os.close(descriptor)
        synchronize(self._journals)
        self._path, self._descriptor = path, descriptor
        self._opened_at = time.monotonic()

    def close(self) -> None:
        """Turn the journal into Parquet files; the next row opens another."""
        if self._descriptor is not None:
            self._turn(self._path)
            os.close(self._descriptor)
            self._descriptor, self._row_count = None, 0

    def turn_left_over(self) -> None:
        """Turn the journals of services that were killed."""
        for path in sorted(self._journals.glob("*.jsonl")):
            with suppress(FileNotFoundError, BlockingIOError):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._turn(path)
                finally:
                    os.close(descriptor)

    def _turn(self, path: Path) -> None:
        rows: dict[str, list[dict]] = {}
        for line in path.read_bytes().split(b"\n")[:-1]:
            # A line that a kill has cut off was not acknowledged.
            with suppress(ValueError):
                input_name, row = json.loads(line)
                rows.setdefault(input_name, []).append(row)
        for input_name, found in rows.items():
            _write(self.folder / input_name / f"feedback-{path.stem}.parquet", found)
        path.unlink()
        synchronize(self._journals)


def _write(path: Path, rows: list[dict]) -> None:
    columns = COLUMNS[path.parent.name]
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])
    for name, kind in columns.items():
        if kind == TIME:
            for row in rows:
                row[name] = datetime.fromisoformat(row[name])
    path.parent.mkdir(exist_ok=True)
    copy = path.with_name(f".{path.name}")
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), copy)
    copy.chmod(0o600)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(copy, path)
    synchronize(path.parent)
