"""The data sets that quality is measured on, and where they are."""

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import PROJECT
from benchmarks.quality import last_basket

# The day at which published numbers split these sets: events from it on are labels.
# The package must find it by itself; the judge says where it does not.
PUBLIC = {
    "yelp2018": "2020-01-01",
    "ml1m-ultragcn": "2020-01-01",
    "amazon-beauty": "2020-01-01",
    "amazon-toys": "2020-01-01",
    "movielens-100k": None,
}
# Published numbers are means over all users with a label, not over a sample.
EVERY_USER = {"windows": {"evaluated_users": 10_000_000}}
# One retailer's year, asked two questions: `make data/complete_journey/.complete`.
COMPLETE_JOURNEY = PROJECT / "data" / "complete_journey"
RECOMMENDATION_TARGETS = ("any", "new")


@dataclass(frozen=True)
class DataSet:
    """A folder of input files.

    Parameters
    ----------
    name : str
        Names its part of the report.
    folder : Path
        Holds at least `events` and `items`.
    split_on : str or None
        Day at which the published numbers split it, if there are any.
    variables : dict
        dbt vars: as given by the caller, or what a public set is asked.
    """

    name: str
    folder: Path
    split_on: str | None = None
    variables: dict = field(default_factory=dict)

    @property
    def is_present(self) -> bool:
        """Whether the folder has events."""
        return any(self.folder.glob("events.*"))

    @property
    def judged_variables(self) -> dict:
        """The vars of a build that is compared with published numbers, if any are."""
        return self.variables | (EVERY_USER if self.name in PUBLIC else {})


def public_sets(data: Path) -> list[DataSet]:
    """Return the public sets, below a folder or fetched, present or not."""
    shared = [DataSet(name, data / name, day) for name, day in PUBLIC.items()]
    asked = [
        DataSet(
            f"complete-journey-{target}",
            COMPLETE_JOURNEY,
            variables={"recommendations": {"target": target}},
        )
        for target in RECOMMENDATION_TARGETS
    ]
    asked.append(
        DataSet(
            last_basket.NAME,
            COMPLETE_JOURNEY,
            last_basket.TEST_DAY,
            last_basket.VARIABLES,
        )
    )
    return shared + asked


def own_set(folder: Path, variables: dict) -> DataSet:
    """Return a set of one's own, named after its folder."""
    folder = folder.resolve()
    return DataSet(folder.name, folder, variables=variables)
