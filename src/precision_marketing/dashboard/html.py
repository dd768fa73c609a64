"""One HTML file of data, style sheet and scripts, under a strict security policy."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from importlib.resources import files
from typing import Any

# Larger data is compressed, which the browser undoes before the first page is drawn.
LARGEST_PLAIN_BYTES = 400_000

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>precision_marketing</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<noscript>This page draws its figures with JavaScript.</noscript>
<script type="application/json" id="data" data-coding="{coding}">{data}</script>
<script>{charts}</script>
<script>{script}</script>
</body>
</html>
"""


def page(data: dict[str, Any]) -> bytes:
    """Return the dashboard of these data.

    Parameters
    ----------
    data : dict
        `sets` by name, as `DataSet.packed` gives them, and `earlier`, a list of such.

    Returns
    -------
    bytes
        An HTML file in UTF-8. Its policy allows the scripts and the style sheet in it
        by their hashes, and no request to anywhere.

    Raises
    ------
    ValueError
        If the data hold a number that JSON has not.
    """
    style = _read("page", "style.css")
    charts = _read("page", "echarts.js").replace("</script", "<\\/script")
    script = _script()
    coding, text = _coded(data)
    return _PAGE.format(
        policy=_policy(style, charts, script),
        style=style,
        coding=coding,
        data=text,
        charts=charts,
        script=script,
    ).encode()


def _read(*path: str) -> str:
    return files(__package__).joinpath(*path).read_text("utf-8")


def _script() -> str:
    """Return the page's own scripts as one, in the order of their names."""
    names = sorted(
        path.name
        for path in files(__package__).joinpath("page").iterdir()
        if path.name.endswith(".js") and path.name != "echarts.js"
    )
    parts = "\n".join(_read("page", name) for name in names)
    return f'(() => {{\n"use strict";\n{parts}\nstart();\n}})();'


def _policy(style: str, *scripts: str) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _coded(data: dict[str, Any]) -> tuple[str, str]:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if len(text) > LARGEST_PLAIN_BYTES:
        packed = gzip.compress(text.encode(), compresslevel=6, mtime=0)
        return "gzip", base64.b64encode(packed).decode()
    # No text in the data may end the element or begin a comment in it.
    return "json", text.replace("<", "\\u003c")
