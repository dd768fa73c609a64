"""The first run says that it compiles; later ones find the machine code, and do not."""

import os
import subprocess
import sys

from whole_builds import PROJECT

CODE = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
from precision_marketing.algorithms.kernels.top import is_before, rounded_score
rounded_score(0.5)
is_before(0.5, 1, 0.5, 2)
"""


def test_compiling_is_said_once_and_only_where_the_cache_is_cold(tmp_path):
    said = [
        subprocess.run(
            [sys.executable, "-c", CODE],
            cwd=PROJECT,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stderr.count("Compiling the scoring kernels")
        for _ in range(2)
    ]
    assert said == [1, 0]
