"""Every endpoint answers what the published marts hold, and nothing of whom may not."""

import hashlib
import json
import time
from pathlib import Path

import duckdb
import pytest

pytest.importorskip("uvicorn", reason="the extra [service] is not installed")
pytest.importorskip("starlette", reason="the extra [service] is not installed")

from click.testing import CliRunner
from served_shop import Client, make_build, make_published, serving

from precision_marketing.command_line.main import main
from precision_marketing.publishing.publishing import published_of
from precision_marketing.service import reader
from precision_marketing.service.reader import open_store
from precision_marketing.service.store import store_of, withheld_hash, write_store


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    path = make_published(folder / "shop.duckdb")
    build = make_build(folder / "build.duckdb", "Erased", "refusing", "back")
    write_store(path, build)
    return path


@pytest.fixture(scope="module")
def client(published):
    with serving(published) as found:
        yield found


def ids(answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [item["item_id"] for item in answer.json["items"]]


def test_a_users_items_are_those_of_the_mart_with_reasons_and_ids(
    client: Client, published: Path
):
    answer = client.ask("/v1/users/u3/recommendations?n=4").json
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            "select item_id, item_title, recommendation_rank, score, reason_code, "
            "because_item_id, reason_text, recommendation_id "
            "from marts.recommendations where user_id = 'u3' "
            "and recommendation_rank <= 4 order by recommendation_rank"
        ).fetchall()
    assert answer["build_id"] == "build-1"
    assert answer["is_known"] is True
    names = ["item_id", "title", "rank", "score", "reason_code", "because_item_id"]
    names += ["reason", "recommendation_id"]
    assert [tuple(item[name] for name in names) for item in answer["items"]] == rows


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("n=2", ["i1", "i2"]),
        ("category=c1", ["i1", "i4"]),
        ("category=c1,c2", ["i1", "i2", "i4", "i5"]),
        ("category=c1&category=c2&brand=b0", ["i2", "i4"]),
        ("exclude=i1,i2,i3&n=2", ["i4", "i5"]),
        # i5 has i6 and i4 has i5, i6 beside it: near ones come first, the rest stays.
        ("context=i4&n=3", ["i5", "i6", "i1"]),
        ("category=none", []),
    ],
)
def test_filters_and_context_choose_and_order_a_users_own_items(
    client: Client, query: str, expected: list[str]
):
    assert ids(client.ask(f"/v1/users/u0/recommendations?{query}")) == expected


def test_reasons_are_left_out_where_nobody_wants_them(client: Client):
    for user in ("u0", "nobody"):
        path = f"/v1/users/{user}/recommendations?reasons=false"
        item = client.ask(path).json["items"][0]
        assert "reason" not in item
        assert item["recommendation_id"]


def test_an_unknown_user_gets_what_is_popular_in_the_country_and_why(client: Client):
    answer = client.ask("/v1/users/nobody/recommendations?country=FR&n=3")
    assert answer.json["is_known"] is False
    assert ids(answer) == ["i7", "i0", "i1"]
    codes = [item["reason_code"] for item in answer.json["items"]]
    assert codes == ["popular_in_your_segment", "popular", "popular"]
    assert answer.json["items"][0]["reason"].startswith("Popular with customers in")


@pytest.mark.parametrize("user", ["erased", "ERASED", "refusing"])
def test_who_is_erased_or_refuses_is_answered_alike(client: Client, user: str):
    first = client.ask(f"/v1/users/{user}/recommendations")
    assert first.status == 404
    for page in ("offers", "audiences"):
        assert client.ask(f"/v1/users/{user}/{page}").body == first.body
    assert client.ask("/v1/users/nobody/offers").body == first.body
    asked = {"session_id": user, "items": ["i1"]}
    assert client.ask("/v1/sessions", asked).body == first.body
    batch = client.ask("/v1/batch", {"user_ids": [user, "u1"], "n": 1}).json["answers"]
    assert batch[0] is None
    assert batch[1]["is_known"] is True


def test_an_erasure_counts_from_the_next_publication_on(tmp_path):
    build = make_build(tmp_path / "shop.duckdb", "gone", "refusing", "back")
    published = make_published(published_of(build), "build-1")

    def store() -> None:
        # As `make run` does.
        arguments = ["store", "--database", str(build)]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output

    store()
    # As `make serve` does.
    with serving(build, named="--database") as client:
        refused = client.ask("/v1/users/refusing/recommendations")
        assert client.ask("/v1/users/u1/recommendations").json["is_known"] is True
        make_published(published, "build-2")
        with duckdb.connect(str(published)) as connection:
            for mart in ("recommendations", "audience_members"):
                connection.execute(f"delete from marts.{mart} where user_id = 'u1'")
        build.unlink()
        make_build(build, "U1", "refusing", "back")
        store()
        until = time.monotonic() + 30
        while client.ask("/v1/popular").json["build_id"] != "build-2":
            assert time.monotonic() < until
            time.sleep(0.05)
        for page in ("recommendations", "offers", "audiences"):
            erased = client.ask(f"/v1/users/u1/{page}")
            assert (erased.status, erased.body) == (404, refused.body)
            same = {"content-type", "content-length", "cache-control"}
            assert {n: erased.headers[n] for n in same} == {
                n: refused.headers[n] for n in same
            }


def test_the_time_to_answer_tells_no_reason(published: Path, monkeypatch):
    hashed = []

    def counted(salt: str, user: str) -> str:
        hashed.append(user)
        return withheld_hash(salt, user)

    monkeypatch.setattr(reader, "withheld_hash", counted)
    found = open_store(store_of(published))
    for user in ("erased", "refusing", "nobody"):
        found.is_withheld(user)
    assert {user: hashed.count(user) for user in hashed} == {
        "erased": 2,
        "refusing": 2,
        "nobody": 2,
    }


def test_who_came_back_is_a_user_like_others(client: Client):
    assert client.ask("/v1/users/back/recommendations").status == 200


def test_a_session_gets_neighbors_of_its_items_then_popular_ones(client: Client):
    answer = client.ask("/v1/sessions", {"items": ["i3", "i4"], "n": 6})
    # i4 was looked at last: i5 (rank 1 there, 2 beside i3), i6, i7, then i8.
    assert ids(answer) == ["i5", "i6", "i7", "i8", "i0", "i1"]
    first = answer.json["items"][0]
    assert first["reason"] == "Because you looked at “build-1 item 4”."
    assert first["because_item_id"] == "i4"
    assert first["recommendation_id"].startswith("r1.session.because_you_chose.1.2026")
    assert len(first["recommendation_id"].split(".")[5]) == 16
    assert ids(client.ask("/v1/sessions", {"items": ["gone"], "n": 1.0})) == ["i0"]


def test_batch_answers_in_the_order_asked(client: Client):
    asked = {"user_ids": ["u2", "u1", "u2"], "n": 2, "reasons": False}
    found = client.ask("/v1/batch", asked).json["answers"]
    expected = [["i3", "i4"], ["i2", "i3"], ["i3", "i4"]]
    assert [[i["item_id"] for i in one["items"]] for one in found] == expected


def test_similar_and_popular_items(client: Client):
    answer = client.ask("/v1/items/i10/similar?n=3")
    assert ids(answer) == ["i11", "i0", "i1"]
    assert answer.json["items"][2]["similarity_kind"] == "similar_content"
    assert client.ask("/v1/items/gone/similar").status == 404
    assert ids(client.ask("/v1/popular?n=2&brand=b1")) == ["i1", "i3"]
    for page in ("/v1/items/i10/similar", "/v1/popular"):
        for item in client.ask(page).json["items"]:
            assert len(item["recommendation_id"].split(".")[5]) == 16


def test_offers_are_the_campaigns_a_user_may_get_the_dearest_first(client: Client):
    offers = client.ask("/v1/users/u2/offers").json["offers"]
    assert [(o["campaign_id"], o["rank"]) for o in offers] == [
        ("may", 1),
        ("spring", 2),
    ]
    # md5 of u2, a separator and the campaign.
    digest = hashlib.md5(b"u2\x1fmay", usedforsecurity=False).hexdigest()[:16]
    expected = f"r1.audience.offer.1.2026-04-30.{digest}"
    assert offers[0]["recommendation_id"] == expected
    assert client.ask("/v1/users/u1/offers").json["offers"] == []
    kept_out = client.ask("/v1/users/u1/audiences").json["audiences"]
    assert {row["suppression_reason"] for row in kept_out} == {"cap_reached"}
    assert [row["is_eligible"] for row in kept_out] == [False, False]


def test_campaigns_and_the_model_card_are_rows_of_the_marts(client: Client):
    assert client.ask("/v1/campaigns").json["campaign_ids"] == ["may", "spring"]
    found = client.ask("/v1/campaigns/may").json
    assert found["campaign"]["spend_amount"] == 9.5
    assert found["performance"][0]["roas"] is None
    assert found["lift"][0]["absolute_lift"] == 0.02
    assert client.ask("/v1/campaigns/gone").status == 404
    card = client.ask("/v1/model").json
    assert card["published_ranking"] == "blend"
    assert card["as_of_date"] == "2026-04-30"
    assert card["quality"][0]["metric_value"] == 0.3


def test_ids_with_any_character_are_found_as_they_are(client: Client):
    for odd in ("a%2Fb", "%E7%BB%BF", "a%20b", "%22%27%3B--", "..%2F..", "u0%00"):
        assert client.ask(f"/v1/users/{odd}/recommendations").status == 200


def test_whoever_has_the_builds_answer_is_told_so(client: Client):
    first = client.ask("/v1/popular")
    assert first.headers["etag"] == '"build-1"'
    again = client.ask("/v1/popular", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert client.ask("/v1/popular", If_None_Match='"build-0"').status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/popular?n=0",
        "/v1/popular?n=101",
        "/v1/popular?n=1.5",
        "/v1/popular?m=1",
        "/v1/popular?reasons=perhaps",
        "/v1/users/u1/recommendations?n=",
        f"/v1/popular?country={'x' * 501}",
    ],
)
def test_questions_that_cannot_be_meant_are_refused(client: Client, path: str):
    answer = client.ask(path)
    assert answer.status == 400
    assert answer.json["error"] == "wrong_question"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100000,
        b"\xff",
        b'{"items": "i1"}',
        b'{"items": [1]}',
        b'{"items": ["\\ud800"]}',
        b'{"n": true}',
        b'{"n": 1e400}',
        b'{"other": 1}',
    ],
)
def test_bodies_that_are_no_question_are_refused(client: Client, body: bytes):
    answer = client.ask("/v1/sessions", body)
    assert answer.status == 400, answer.body
    json.loads(answer.body)


def test_what_is_no_endpoint_is_said(client: Client):
    assert client.ask("/v1/nothing").json["error"] == "no_endpoint"
    assert client.ask("/v1/popular", method="DELETE").json["error"] == "wrong_method"
    assert client.ask("/v1/feedback", {"feedback": []}).status == 503
