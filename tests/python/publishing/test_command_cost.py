"""What runs under the measuring command writes files that are its owner's alone."""

import os
import sys

from precision_marketing.publishing.command_cost import run_command

WRITES = "from pathlib import Path; Path('{}').write_text('rows')"


def test_new_files_are_their_owners_alone_and_a_mode_that_was_set_is_kept(tmp_path):
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_text("earlier rows")
    kept.chmod(0o640)
    mask = os.umask(0o022)
    try:
        for path in (kept, new):
            command = [sys.executable, "-c", WRITES.format(path)]
            assert run_command(tmp_path / "cost.json", command) == 0
    finally:
        os.umask(mask)
    modes = [path.stat().st_mode & 0o777 for path in (kept, new)]
    assert modes == [0o640, 0o600]
