"""The table of scorers: what each record says of lists, blend and reasons."""

from macro_values import MacroValues

NEIGHBORS = {
    "item_cosine_neighbors": "item cosine",
    "next_basket_neighbors": "next basket",
    "own": "its own parts",
    "itself": "the item itself",
    "": "none",
}
HISTORY = {
    "whole": "whole",
    "recent": "older days by `decay`",
    "last_day": "last day",
}


def render() -> str:
    """Return one row per scorer."""
    lines = [
        "| scorer | knows | starts in the blend at | `reason_code`"
        " | history item by | history | searched |",
        "|---|---|---:|---|---|---|---|",
    ]
    for scorer in MacroValues("scorers").scorers():
        tried = [name for name, each in scorer["settings"].items() if "tried" in each]
        neighbors = scorer["neighbors"]
        cells = [
            f"[`{scorer['name']}`]({scorer['page']})",
            "content" if scorer["is_content"] else "choices",
            f"{scorer['blend_weight']:g}",
            f"`{scorer['reason_code']}`",
            NEIGHBORS.get(neighbors, f"`{neighbors}`"),
            HISTORY[scorer["history_view"]] if neighbors else "",
            "yes" if tried else "no",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
