"""The measured parts as JSON files, one per section and set.

A long benchmark is measured part by part: each is written as soon as it is known, so
that an interrupted run goes on where it stopped, and the report is rendered from them.
"""

import json
from pathlib import Path

SECTIONS = (
    *("quality", "gate", "speed", "pipeline", "neural", "growth"),
    "days",
    *("campaigns", "service", "cost"),
)


class Parts:
    """The parts of a folder.

    Parameters
    ----------
    folder : Path
        Where `<section>-<name>.json` lie; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, section: str, name: str) -> Path:
        """Return the file of a part."""
        return self.folder / f"{section}-{name}.json"

    def write(self, section: str, name: str, part: dict) -> None:
        """Write a part; a reader sees the old one or the new one, never half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(section, name)
        unfinished = path.with_suffix(".json.unfinished")
        unfinished.write_text(json.dumps(part, indent=1, allow_nan=False) + "\n")
        unfinished.replace(path)

    def read(self) -> dict[str, dict[str, dict]]:
        """Return all parts by section and name.

        Returns
        -------
        dict
            Of every section, in the order of `SECTIONS`; names sorted.
        """
        found: dict[str, dict[str, dict]] = {section: {} for section in SECTIONS}
        for path in sorted(self.folder.glob("*.json")):
            section, _, name = path.stem.partition("-")
            if section in found:
                found[section][name] = json.loads(path.read_text())
        return found
