"""Keys, limits, logs and counts of the service; what it says of itself."""

import http.client
import json
import re
import socket
import time

import pytest

pytest.importorskip("uvicorn", reason="the extra [service] is not installed")
pytest.importorskip("starlette", reason="the extra [service] is not installed")

from click.testing import CliRunner
from served_shop import KEY, Client, make_published, serving

from precision_marketing.command_line.main import main
from precision_marketing.service import guard, pages
from precision_marketing.service.store import write_store


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    path = make_published(tmp_path_factory.mktemp("served") / "shop.duckdb")
    write_store(path)
    return path


@pytest.fixture(scope="module")
def client(published):
    with serving(published) as found:
        yield found


def test_without_a_key_only_health_and_the_pages_about_it_answer(client: Client):
    for key in ("", "0123456789abcdeF"):
        stranger = Client(client.port, key)
        for page in ("/v1/popular", "/v1/users/u1/offers", "/metrics", "/v1/nothing"):
            assert stranger.ask(page).status == 401
        assert stranger.ask("/v1/feedback", {"feedback": []}).status == 401
        for page in guard.PUBLIC:
            assert stranger.ask(page).status == 200
    assert Client(client.port, "").ask("/v1/popular", X_API_Key=KEY).status == 200


def test_each_key_has_its_own_rate(published):
    with serving(published, "--rate", "5") as client:
        statuses = [client.ask("/v1/popular").status for _ in range(12)]
        assert statuses[:5] == [200] * 5
        assert statuses[-1] == 429
        refused = client.ask("/v1/popular")
        assert refused.headers["retry-after"] == "1"
        assert Client(client.port, "f" * 16).ask("/v1/popular").status == 200
        time.sleep(1)
        assert client.ask("/v1/popular").status == 200


def test_large_bodies_are_refused_before_and_while_they_come(client: Client):
    assert client.ask("/v1/sessions", b" " * 1_000_001).status == 413
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=20)
    parts = (b" " * 100_000 for _ in range(11))
    headers = {"Authorization": f"Bearer {KEY}"}
    connection.request("POST", "/v1/sessions", parts, headers, encode_chunked=True)
    assert connection.getresponse().status == 413


def test_a_body_that_does_not_come_ends_the_request(client: Client):
    with socket.create_connection(("127.0.0.1", client.port), timeout=60) as line:
        head = f"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}"
        line.sendall(f"{head}\r\nContent-Length: 10\r\n\r\n".encode())
        began = time.monotonic()
        assert b" 408 " in line.recv(200)
    assert 8 < time.monotonic() - began < 40


def test_logs_are_objects_without_ids_and_counts_say_the_same(published):
    with serving(published) as client:
        for _ in range(3):
            client.ask("/v1/users/u7secret/recommendations?exclude=i9secret")
        client.ask("/v1/sessions", {"items": ["i9secret"], "session_id": "s7secret"})
        client.ask("/v1/items/i9secret/similar")
        client.ask("/v1/users/%ZZsecret/nothing")
        with socket.create_connection(("127.0.0.1", client.port), timeout=20) as line:
            line.sendall(b"secret\r\n\r\n")
            assert b" 400 " in line.recv(200)
        counts = client.ask("/metrics").body.decode()
        log = client.stop()
    assert "secret" not in log
    lines = [json.loads(line) for line in log.splitlines()]
    asked = [line for line in lines if line["event"] == "request"]
    # Whether it is ready is asked without a key until it is.
    found = [line["endpoint"] for line in asked if line["key"] == "shop"]
    assert found == ["recommendations"] * 3 + ["session", "similar", "none", "counts"]
    assert "stopped" in [line["event"] for line in lines]
    assert 'endpoint="recommendations",status="200"} 3' in counts
    assert 'endpoint="similar",status="404"} 1' in counts
    assert "service_request_seconds_count{" in counts
    for line in counts.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) .+|\w+\{[^}]+\} [\d.]+", line), line


def test_a_request_under_way_is_answered_when_the_service_ends(published):
    with serving(published) as client:
        with socket.create_connection(("127.0.0.1", client.port), timeout=20) as line:
            body = b'{"items": ["i1"]}'
            head = (
                f"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}"
            )
            line.sendall(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            time.sleep(0.3)
            client.process.terminate()
            time.sleep(0.5)
            line.sendall(body)
            assert b" 200 " in line.recv(200)
        client.process.wait(20)


def test_the_description_names_every_endpoint_and_holds_its_examples():
    described = json.loads(pages.openapi())
    assert described["openapi"] == "3.1.0"
    for path, methods in described["paths"].items():
        for operation in methods.values():
            forms = [*operation["responses"].values(), operation.get("requestBody", {})]
            for form in forms:
                for content in form.get("content", {}).values():
                    assert "example" in content, path
    page = pages.docs().decode()
    for path in described["paths"]:
        assert path in page
    # Nothing is fetched from elsewhere, so that the page works without a network.
    assert "http" not in page
    assert "<script" not in page
    assert "src=" not in page
    assert "unsafe" not in pages.POLICY


def test_the_description_is_of_the_endpoints_that_there_are(client: Client):
    from precision_marketing.service.app import Service, _routes

    described = json.loads(client.ask("/openapi.json").body)
    routes = {route.path.replace(":path", "") for route in _routes(Service(None, None))}
    others = {"/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"}
    assert routes - others == set(described["paths"])
    for path, methods in described["paths"].items():
        body = methods.get("post", {}).get("requestBody")
        if body and path != "/v1/feedback":
            example = body["content"]["application/json"]["example"]
            assert client.ask(path, example).status == 200


@pytest.mark.parametrize("keys", ["a", "a=short", f"={KEY}", f"a={KEY},a={KEY[::-1]}"])
def test_keys_that_are_none_stop_the_service_before_it_starts(
    published, keys: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PRECISION_MARKETING_SERVICE_KEYS", keys)
    result = CliRunner().invoke(main, ["serve", "--published", str(published)])
    assert result.exit_code == 2
    assert KEY not in result.output


def test_nobody_serves_others_without_keys(published, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PRECISION_MARKETING_SERVICE_KEYS", raising=False)
    arguments = ["serve", "--published", str(published), "--host", "0.0.0.0"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "everybody could read" in result.output


def test_a_missing_store_says_what_makes_it(tmp_path):
    result = CliRunner().invoke(main, ["serve", "--published", str(tmp_path / "no")])
    assert result.exit_code == 2
    assert "precision-marketing store" in result.output
