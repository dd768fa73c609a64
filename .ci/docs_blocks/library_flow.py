"""The folders of the library and who imports whom, read from the import statements."""

import ast
from collections import defaultdict
from pathlib import Path

from parsed import PROJECT

SOURCE = PROJECT / "src"
PACKAGE = "precision_marketing"


def folder_of(parts: tuple[str, ...]) -> str:
    """Return a module's folder: two levels for algorithms, one elsewhere."""
    return "/".join(parts[: 2 if parts[0] == "algorithms" else 1])


def render() -> str:
    """Return a table: folder, what it is for, what it imports."""
    imports, purposes = defaultdict(set), {}
    for file in sorted((SOURCE / PACKAGE).rglob("*.py")):
        parts = file.relative_to(SOURCE / PACKAGE).with_suffix("").parts
        if len(parts) < 2:
            continue
        folder = folder_of(parts[:-1])
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if parts[-1] == "__init__" and folder == "/".join(parts[:-1]):
            purposes[folder] = (ast.get_docstring(tree) or "").split("\n")[0]
        for node in ast.walk(tree):
            module = getattr(node, "module", None) or ""
            other = Path(module.replace(".", "/")).parts
            if isinstance(node, ast.ImportFrom) and other[:1] == (PACKAGE,):
                imports[folder].add(folder_of(other[1:]) if other[1:] else folder)
    rows = [
        f"| `{folder}` | {purpose} |"
        f" {', '.join(f'`{o}`' for o in sorted(imports[folder] - {folder})) or '-'} |"
        for folder, purpose in sorted(purposes.items())
        if folder != "algorithms"
    ]
    return "| folder | what it is for | imports |\n|---|---|---|\n" + "\n".join(rows)
