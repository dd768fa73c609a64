"""`python -m precision_marketing`, which is the command `precision-marketing`."""

from __future__ import annotations

from precision_marketing.command_line.main import main

if __name__ == "__main__":
    main(prog_name="precision-marketing")
