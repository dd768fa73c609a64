"""Write kernels.txt, the compiled functions that a build of the example calls.

Run it after `NUMBA_CACHE_DIR=folder dbt build` into a folder that was empty, as
`python .ci/record_kernels.py folder`. It reads numba's index files (numba 0.6x,
core/caching.py: a pickled version, then a pickle of the overloads by signature).
"""

import pickle
import sys
from pathlib import Path

from precision_marketing.algorithms.kernels.warm import KERNELS

SOURCE = KERNELS.parents[2]


def recorded(cache: Path) -> list[str]:
    """Return the lines of kernels.txt of a cache."""
    lines = []
    for index in cache.rglob("*.nbi"):
        with index.open("rb") as file:
            pickle.load(file)
            _, overloads = pickle.load(file)
        module, name = index.name.rsplit("-", 1)[0].split(".")
        # numba keeps a folder's kernels in `folder_hash`.
        folder = index.parent.name.rsplit("_", 1)[0]
        path = next(SOURCE.rglob(f"{folder}/{module}.py")).relative_to(SOURCE)
        path = path.with_suffix("")
        lines += [
            f"{'.'.join(path.parts)} {name} {signature}"
            for signature, *_ in overloads
            # A literal is what a kernel passes to another, compiled with the first.
            if "Literal" not in str(signature)
        ]
    return sorted(lines)


if __name__ == "__main__":
    KERNELS.write_text("\n".join(recorded(Path(sys.argv[1]))) + "\n", encoding="utf-8")
