"""What the service says of itself: readiness, its description, a page to read."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from precision_marketing.service.reader import Current

_STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: auto; padding: 1rem }
pre { overflow: auto; padding: .7rem; border: 1px solid #8888; border-radius: 4px }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0 }
"""
_DIGEST = b64encode(sha256(_STYLE.encode()).digest()).decode()
# Of the page: its own style, and nothing else.
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'"


def readiness(current: Current) -> bytes:
    """Return which build the answers are of, and what was refused since the start."""
    store = current.store
    return json.dumps(
        {
            "is_ready": True,
            "build_id": store.build_id,
            "built_at": store.built_at or None,
            "as_of_date": store.as_of_date,
            "refused_stores": current.refused_count,
        }
    ).encode()


@cache
def openapi() -> bytes:
    """Return the description of the service in OpenAPI 3.1."""
    return (files(__package__) / "openapi.json").read_bytes()


@cache
def docs() -> bytes:
    """Return the same for people: one page, without scripts or outside requests."""
    described = json.loads(openapi())
    info = described["info"]
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}',
        '</title><meta name="viewport" content="width=device-width">',
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>",
        '<p><a href="openapi.json">openapi.json</a> is the same for programs.</p>',
    ]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            parts += _operation(described, path, method, operation)
    return ("\n".join(parts) + "\n</main></body></html>\n").encode()


def _operation(described: dict, path: str, method: str, operation: dict) -> list[str]:
    title = escape(f"{method.upper()} {path}")
    parts = [f"<h2><code>{title}</code></h2>", f"<p>{escape(operation['summary'])}</p>"]
    rows = []
    for parameter in operation.get("parameters", []):
        if "$ref" in parameter:
            parameter = _found(described, parameter["$ref"])
        name, meaning = parameter["name"], parameter["description"]
        rows.append(
            f"<tr><td><code>{escape(name)}</code><td>{escape(parameter['in'])}"
            f"<td>{escape(meaning)}"
        )
    if rows:
        parts.append(
            f"<table><tr><th>Parameter<th>In<th>Meaning{''.join(rows)}</table>"
        )
    asked = operation.get("requestBody")
    if asked:
        parts.append(_example("Body", asked["content"]))
    for status, response in operation["responses"].items():
        if "$ref" in response:
            response = _found(described, response["$ref"])
        parts.append(f"<p>{status}: {escape(response['description'])}</p>")
        parts.append(_example("Answer", response.get("content", {})))
    return parts


def _example(title: str, content: dict) -> str:
    for form in content.values():
        if "example" in form:
            text = json.dumps(form["example"], indent=2, ensure_ascii=False)
            return f"<p>{title}, such as</p><pre>{escape(text)}</pre>"
    return ""


def _found(described: dict, reference: str) -> dict:
    found = described
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found
