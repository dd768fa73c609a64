"""The folders of the models and who reads whom, drawn from the manifest."""

from collections import defaultdict
from pathlib import Path

import networkx
from check_manifest import LONGEST_WAY, WAY_TO, longest_way, read_models
from parsed import PROJECT, manifest

LAYERS = ("staging", "intermediate", "scorers", "candidates", "marts")


def folder_of(path: str) -> str:
    """Return a model file's folder below models/ or python_models/."""
    return "/".join(Path(path).parts[1:-1])


def place_of(folder: str) -> str:
    """Return a folder's name in the drawing, unlike any layer's."""
    return f"in_{folder.replace('/', '_')}"


def read_folders() -> tuple[dict[str, list[str]], networkx.DiGraph]:
    """Return the models of each folder, and the graph of folders."""
    nodes = {
        key: node
        for key, node in manifest()["nodes"].items()
        if node["resource_type"] == "model"
    }
    models, graph = defaultdict(list), networkx.DiGraph()
    for node in nodes.values():
        folder = folder_of(node["original_file_path"])
        models[folder].append(node["name"])
        graph.add_node(folder)
        for parent in node["depends_on"]["nodes"]:
            if parent in nodes:
                other = folder_of(nodes[parent]["original_file_path"])
                if other != folder:
                    graph.add_edge(other, folder)
    return models, graph


def render() -> str:
    """Return the drawing and a table of the folders."""
    models, graph = read_folders()
    lines = ["```mermaid", "flowchart LR"]
    for layer in LAYERS:
        lines.append(f"  subgraph {layer}")
        for folder in sorted(models):
            if folder.split("/")[0] == layer:
                name = folder.split("/")[-1]
                lines.append(f'    {place_of(folder)}["{name}"]')
        lines.append("  end")
    # Only what no other way says: the drawing stays readable, the table has all.
    for one, other in sorted(networkx.transitive_reduction(graph).edges):
        lines.append(f"  {place_of(one)} --> {place_of(other)}")
    lines += ["```", "", "| folder | models | reads from |", "|---|---|---|"]
    order = {layer: place for place, layer in enumerate(LAYERS)}
    for folder in sorted(models, key=lambda f: (order[f.split("/")[0]], f)):
        sources = sorted(graph.predecessors(folder))
        if (PROJECT / "python_models" / folder).is_dir():
            kinds = f"{len(models[folder])}, Python among them"
        else:
            kinds = str(len(models[folder]))
        read = ", ".join(f"`{source}`" for source in sources) or "inputs, seeds"
        lines.append(f"| `{folder}` | {kinds} | {read} |")
    total = sum(len(names) for names in models.values())
    way = longest_way(read_models(manifest(), PROJECT), WAY_TO)
    lines += [
        "",
        f"{total} models in {len(models)} folders, no two of which read each other. The"
        f" longest way to `{WAY_TO}` passes {len(way)} models; at most {LONGEST_WAY}"
        " may.",
    ]
    return "\n".join(lines)
