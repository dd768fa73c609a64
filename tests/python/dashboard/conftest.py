"""The example as a published file and as a page, and a Chromium to look at it with."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from many_campaigns import many_campaigns
from whole_builds import PROJECT

from precision_marketing.dashboard.dashboard import write_dashboard
from precision_marketing.publishing.publishing import publish

DRIVER = PROJECT / ".ci" / "dashboard"
CHROMIUMS = ("chromium", "chromium-headless-shell", "google-chrome")


@pytest.fixture(scope="session")
def published_example(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the example's published file; one that is there may be named instead."""
    if given := os.environ.get("PRECISION_MARKETING_PUBLISHED_EXAMPLE"):
        return Path(given)
    published = tmp_path_factory.mktemp("published") / "example_shop.duckdb"
    publish(request.getfixturevalue("example_database"), published)
    return published


@pytest.fixture(scope="session")
def example_page(
    published_example: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    page = tmp_path_factory.mktemp("page") / "example.html"
    write_dashboard(published_example, page)
    return page


@pytest.fixture(scope="session")
def published_many(
    published_example: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    target = tmp_path_factory.mktemp("many") / "many.duckdb"
    many_campaigns(published_example, target)
    return target


@pytest.fixture(scope="session")
def look() -> Callable[[Path, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """Give what visits of a page's addresses have seen, by name of the visit."""
    chromium = os.environ.get("PRECISION_MARKETING_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUMS)), None
    )
    if chromium is None or shutil.which("node") is None:
        pytest.skip("needs Chromium and Node.js")
    if not (DRIVER / "node_modules").is_dir():
        pytest.skip("needs `npm ci` in .ci/dashboard")

    def visits(page: Path, wanted: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        folder = os.environ.get("PRECISION_MARKETING_SCREENSHOTS")
        asked = {
            "chromium": chromium,
            "file": str(page),
            "screenshots": folder,
            "visits": wanted,
        }
        finished = subprocess.run(
            ["node", "look.mjs"],
            cwd=DRIVER,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert finished.returncode == 0, finished.stderr
        return {seen["name"]: seen for seen in json.loads(finished.stdout)}

    return visits
