"""Shell commands on a documentation page, and what is shown of their output.

A block fenced as `sh` is run as it stands; a block fenced as `text` right below shows
lines of its output, in their order. A line `…` stands for any lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCED = re.compile(
    r"^```sh\n(?P<commands>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Commands:
    """A block of commands and the lines of their output that the page shows."""

    text: str
    shown: list[str]

    def differences(self, output: str) -> list[str]:
        """Return the shown lines that the output lacks, in their order.

        Examples
        --------
        >>> Commands("seq 3", ["1", "…", "3"]).differences("1\\n2\\n3\\n")
        []
        >>> Commands("seq 3", ["1", "3"]).differences("1\\n2\\n3\\n")
        ['3']
        """
        lines = output.splitlines()
        position, may_skip, missing = 0, True, []
        for line in self.shown:
            if line == "…":
                may_skip = True
                continue
            reach = lines[position:] if may_skip else lines[position : position + 1]
            if line in reach:
                position += reach.index(line) + 1
                may_skip = False
            else:
                missing.append(line)
        return missing


def commands(page: str) -> list[Commands]:
    """Return the blocks of a page.

    Examples
    --------
    >>> commands("Text.\\n\\n```sh\\nseq 1\\n```\\n\\n```text\\n1\\n```\\n")
    [Commands(text='seq 1\\n', shown=['1'])]
    """
    return [
        Commands(block["commands"], (block["output"] or "").splitlines())
        for block in _FENCED.finditer(page)
    ]
