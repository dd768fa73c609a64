"""The marts that each part builds, and what the part of campaigns needs, by tags."""

from parsed import manifest

PARTS = ("recommendations", "campaigns", "audiences")


def render() -> str:
    """Return what every build has, a row for each part, and the size of campaigns."""
    found = manifest()
    models = {
        key: node
        for key, node in found["nodes"].items()
        if node["resource_type"] == "model"
    }
    of_parts: dict[tuple[str, ...], list[str]] = {}
    for node in models.values():
        if node["fqn"][1] == "marts":
            named = tuple(part for part in PARTS if part in node["tags"]) or PARTS
            of_parts.setdefault(named, []).append(f"`{node['name']}`")
    lines = [
        f"Every build has {_listed(of_parts.pop(PARTS))}. The other marts:",
        "",
        "| part | marts |",
        "|---|---|",
    ]
    for parts in sorted(of_parts, key=lambda parts: PARTS.index(parts[0])):
        names = " or ".join(f"`{part}`" for part in parts)
        lines.append(f"| {names} | {', '.join(sorted(of_parts[parts]))} |")
    needed = {
        key
        for key, node in models.items()
        if "campaigns" in node["tags"] or node["fqn"][1:3] == ["marts", "operations"]
    }
    waiting = list(needed)
    while waiting:
        for parent in found["parent_map"][waiting.pop()]:
            if parent in models and parent not in needed:
                needed.add(parent)
                waiting.append(parent)
    return "\n".join(
        [*lines, "", f"Campaigns alone are {len(needed)} of {len(models)} models."]
    )


def _listed(names: list[str]) -> str:
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}"
