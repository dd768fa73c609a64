"""Requests made up from the description, with ids that exist, find no server error."""

import json

import pytest

pytest.importorskip("uvicorn", reason="the extra [service] is not installed")
pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from served_shop import KEY, make_build, make_published, serving

from precision_marketing.service import pages
from precision_marketing.service.store import write_store

IDS = {
    "user_id": ["u1", "u2", "erased", "refusing", "nobody"],
    "item_id": ["i1", "i11", "gone"],
    "campaign_id": ["may", "spring", "gone"],
}
CHECKS = (
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.response_schema_conformance,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    published = make_published(folder / "shop.duckdb")
    write_store(published, make_build(folder / "b.duckdb", "erased", "refusing", "no"))
    with serving(published, "--feedback", str(folder / "inputs")) as client:
        client.close()
        yield f"http://127.0.0.1:{client.port}"


@pytest.mark.parametrize("path", sorted(json.loads(pages.openapi())["paths"]), ids=str)
def test_no_request_is_a_server_error(path: str, url: str):
    described = schemathesis.openapi.from_dict(json.loads(pages.openapi()))
    described.config.update(base_url=url)
    (operation,) = (
        found.ok()
        for found in described.get_all_operations()
        if found.ok().path == path
    )
    asked = 0

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case) -> None:
        nonlocal asked
        # Every second request is about somebody or something that there is.
        if asked % 2 == 0:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = IDS[name][asked // 2 % len(IDS[name])]
        asked += 1
        headers = {"Authorization": f"Bearer {KEY}"}
        case.call_and_validate(checks=CHECKS, headers=headers)

    ask()
    assert asked >= 5
