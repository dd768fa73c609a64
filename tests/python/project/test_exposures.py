"""What reads the marts is in the exposures, with the marts that its code reads."""

import re

import pytest
from parsed import PROJECT, manifest

LIBRARY = PROJECT / "src" / "precision_marketing"


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("dashboard", "dashboard/queries/*.sql"),
        ("service", "service/*.py"),
        ("printed", "publishing/summary*.py"),
        ("exported_audiences", "exports/*.py"),
    ],
)
def test_an_exposure_depends_on_the_marts_that_its_code_reads(name, files):
    texts = [path.read_text(encoding="utf-8") for path in LIBRARY.glob(files)]
    if not texts:
        pytest.skip(f"there is no {files}")
    nodes = manifest()["nodes"].values()
    marts = {node["name"] for node in nodes if node["fqn"][1:2] == ["marts"]}
    read = set(re.findall(r"\bmarts\.(\w+)", "\n".join(texts))) & marts
    exposed = {
        node.rpartition(".")[2]
        for exposure in manifest()["exposures"].values()
        if exposure["name"].startswith(name)
        for node in exposure["depends_on"]["nodes"]
    }
    assert read
    assert exposed == read
