"""Measure the parts that were asked for, one after another."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from benchmarks import days, growth, neural
from benchmarks.builds import Dbt
from benchmarks.campaigns.idle_campaigns import Trials
from benchmarks.campaigns.section import measure_coverage, measure_volume
from benchmarks.campaigns.simulations import (
    measure_calibration,
    measure_idle,
    measure_programme,
    measure_stamped,
    measure_value,
)
from benchmarks.cost import run_builds, summarize
from benchmarks.machine import PROJECT
from benchmarks.measuring import CommandFailedError
from benchmarks.parts import Parts
from benchmarks.pipeline.section import measure_pipeline
from benchmarks.quality import small_shops
from benchmarks.quality.section import measure_set
from benchmarks.service.section import (
    WrongAnswerError,
    measure_load,
    measure_store,
)
from benchmarks.sets import own_set, public_sets
from benchmarks.speed.processes import EngineFailedError
from benchmarks.speed.section import ENGINES, Plan, measure_matrix

# Of each campaign that does nothing.
IDLE_USERS = 1_000
# A public set, a retailer's year, and a generated shop of a million events.
PIPELINE_SETS = ("yelp2018", "complete-journey-new", "1m")


@dataclass
class Benchmark:
    """Measure parts into a folder; failures and skips are said, and go on.

    Parameters
    ----------
    options : SimpleNamespace
        What `benchmarks.options` lists, by name.
    """

    options: SimpleNamespace
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the folder of the parts."""
        self.parts = Parts(self.options.results / "parts")

    def quality(self) -> None:
        """Build every set and judge its rankings."""
        sets = public_sets(self.options.data)
        sets += [
            own_set(folder, self.options.vars) for folder in self.options.input_dir
        ]
        for data_set in sets:
            if not data_set.is_present:
                self._skip("quality", data_set.name, f"no events in {data_set.folder}")
                continue
            self._part(
                "quality",
                data_set.name,
                lambda scratch, chosen=data_set: measure_set(
                    chosen, self.options.dbt, scratch, self.options.threads
                ),
            )

    def gate(self) -> None:
        """Ask what small shops would publish, drawn from larger ones."""
        present = {found.name: found for found in public_sets(self.options.data)}
        for name in small_shops.SETS:
            if name in present and not present[name].is_present:
                self._skip("gate", name, f"no events in {present[name].folder}")
                continue

            def measured(scratch: Path, name=name) -> dict:
                if name in present:
                    folder, variables = present[name].folder, present[name].variables
                else:
                    folder, variables = scratch / name, {}
                    small_shops.generate(name, folder)
                dbt = self._dbt(
                    scratch, {**variables, "input_dir": str(folder.resolve())}
                )
                return small_shops.measure_set(name, dbt)

            self._part("gate", name, measured)

    def speed(self) -> None:
        """Time the engines on each matrix."""
        pythons = {}
        if self.options.lenskit_python:
            pythons["lenskit"] = self.options.lenskit_python
        plan = Plan(
            repeats=self.options.repeats,
            threads=self.options.threads,
            limit_seconds=self.options.limit,
            pythons=pythons,
        )
        present = {d.name: d.folder for d in public_sets(self.options.data)}
        for name in ENGINES:
            command = [sys.executable, "-m", "benchmarks.speed.interactions"]
            if name in present:
                command += ["--folder", str(present[name])]
                if not any(present[name].glob("events.*")):
                    self._skip("speed", name, f"no events in {present[name]}")
                    continue

            def measured(scratch: Path, name=name, command=command) -> dict:
                interactions = scratch / "interactions.npz"
                print(f"{name}: reading or drawing interactions", flush=True)
                subprocess.run(
                    [*command, "--out", str(interactions)], cwd=PROJECT, check=True
                )
                return measure_matrix(name, interactions, scratch, plan)

            self._part("speed", name, measured)

    def pipeline(self) -> None:
        """Build sets with the package's defaults and with public libraries."""
        present = {found.name: found for found in public_sets(self.options.data)}
        for name in PIPELINE_SETS:
            if name in present and not present[name].is_present:
                self._skip("pipeline", name, f"no events in {present[name].folder}")
                continue

            def measured(scratch: Path, name=name) -> dict:
                if name in present:
                    folder, variables = present[name].folder, present[name].variables
                else:
                    folder, variables = (self.options.shops or scratch) / name, {}
                    growth.generate(name, folder)
                dbt = self._dbt(
                    scratch, {**variables, "input_dir": str(folder.resolve())}
                )
                return measure_pipeline(name, dbt, scratch, self.options.repeats)

            self._part("pipeline", name, measured)

    def neural(self) -> None:
        """Train and score the learned scorers on generated candidates."""
        for name in neural.USERS:
            self._part(
                "neural",
                name,
                lambda scratch, name=name: neural.measure_size(
                    name, scratch, self.options.threads
                ),
            )

    def growth(self) -> None:
        """Build generated shops of growing size."""
        for name in growth.USERS:

            def measured(scratch: Path, name=name) -> dict:
                shop = (self.options.shops or scratch) / name
                dbt = self._dbt(scratch, {"input_dir": str(shop.resolve())})
                return growth.measure_size(name, dbt, shop)

            self._part("growth", name, measured)

    def days(self) -> None:
        """Build generated shops day by day, and all days at once."""
        for name in days.DAYS:

            def measured(scratch: Path, name=name) -> dict:
                shop = (self.options.shops or scratch) / name
                return days.measure_days(name, shop, scratch, self.options.threads)

            self._part("days", name, measured)

    def campaigns(self) -> None:
        """Hold the marts against campaigns of known truth; build a million users."""
        draws = self.options.draws
        tails, looks = (
            Trials(kind, draws // share, users=IDLE_USERS)
            for kind, share in (("tails", 1), ("looks", 4))
        )
        parts = {
            "coverage": measure_coverage,
            "value": measure_value,
            "tails": partial(measure_idle, trials=tails),
            "looks": partial(measure_idle, trials=looks),
            "stamped": partial(measure_stamped, campaigns=draws // 4),
            "programme": measure_programme,
            "calibration": measure_calibration,
            "1m-users": measure_volume,
        }
        with_audiences = {"parts": ["campaigns", "audiences"]}
        more_variables = {"value": with_audiences, "programme": with_audiences}
        for name, measure_part in parts.items():

            def measured(scratch: Path, name=name, measure_part=measure_part) -> dict:
                folder = (self.options.shops or scratch) / f"campaigns-{name}"
                variables = {"input_dir": str(folder.resolve())}
                dbt = self._dbt(scratch, variables | more_variables.get(name, {}))
                return measure_part(dbt, folder)

            self._part("campaigns", name, measured)

    def service(self) -> None:
        """Load the service and datasette in turn; write a large store."""
        repeats = self.options.repeats
        self._part("service", "load", partial(measure_load, repeats=repeats))
        self._part("service", "store-1m", measure_store)

    def cost(self) -> None:
        """Build full and empty in turn: the example, and every folder given."""
        inputs = {"example": {}}
        for folder in self.options.input_dir:
            own = own_set(folder, self.options.vars)
            inputs[own.name] = own.variables | {"input_dir": str(own.folder)}
        for name, variables in inputs.items():
            self._part(
                "cost",
                name,
                lambda scratch, name=name, variables=variables: summarize(
                    run_builds(self._dbt(scratch, variables), self.options.repeats),
                    name,
                ),
            )

    def _dbt(self, scratch: Path, variables: dict) -> Dbt:
        database = scratch / "build.duckdb"
        target, threads = scratch / "target", self.options.threads
        return Dbt(self.options.dbt, database, target, variables, threads)

    def _skip(self, section: str, name: str, reason: str) -> None:
        if not self.options.sets or name in self.options.sets:
            print(f"{section}-{name}: skipped, {reason}", flush=True)

    def _part(self, section: str, name: str, measured: Callable[[Path], dict]) -> None:
        """Measure a part in a scratch folder of its own and write it."""
        if self.options.sets and name not in self.options.sets:
            return
        if self.options.resume and self.parts.path(section, name).exists():
            self._skip(section, name, "measured before (--resume)")
            return
        print(f"== {section}-{name}", flush=True)
        with tempfile.TemporaryDirectory(
            prefix="benchmark_", dir=self.options.scratch
        ) as scratch:
            try:
                part = measured(Path(scratch))
            except (
                CommandFailedError,
                EngineFailedError,
                WrongAnswerError,
                subprocess.CalledProcessError,
            ) as error:
                print(f"{section}-{name}: failed: {error}", file=sys.stderr, flush=True)
                self.failed.append(f"{section}-{name}")
                return
        self.parts.write(section, name, part)
