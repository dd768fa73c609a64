"""Which package of the library a folder of Python models calls."""

from check_manifest import LIBRARY


def render() -> str:
    """Return a table: folder of models, packages."""
    rows = [
        f"| `python_models/{folder}` | {', '.join(sorted(packages))} |"
        for folder, packages in LIBRARY.items()
    ]
    return "| models | package |\n|---|---|\n" + "\n".join(rows)
