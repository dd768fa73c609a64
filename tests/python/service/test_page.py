"""The commands of docs/service.md, run against a service as they stand there."""

import json
import re
import subprocess

import pytest

pytest.importorskip("uvicorn", reason="the extra [service] is not installed")
pytest.importorskip("starlette", reason="the extra [service] is not installed")

from served_shop import make_published, serving
from whole_builds import PROJECT

from precision_marketing.service.store import write_store

PAGE = (PROJECT / "docs" / "service.md").read_text(encoding="utf-8")
# A command, up to the blank line below it, and the answer that may follow.
COMMANDS = re.findall(
    r"^    (curl .+?)\n\n(?:    (\{.+?\})\n\n)?", PAGE, re.DOTALL | re.MULTILINE
)


def test_the_pages_commands_are_answered_as_it_shows(tmp_path):
    published = make_published(tmp_path / "shop.duckdb")
    write_store(published)
    with serving(published, "--feedback", str(tmp_path / "inputs"), keys="") as client:
        answers = []
        for command, shown in COMMANDS:
            finished = subprocess.run(
                [
                    "sh",
                    "-ec",
                    command.replace("curl ", "curl -sS --fail-with-body ", 1).replace(
                        ":8000", f":{client.port}"
                    ),
                ],
                capture_output=True,
                check=False,
                text=True,
            )
            assert finished.returncode == 0, finished.stdout + finished.stderr
            answer = json.loads(finished.stdout)
            answers.append(answer)
            if shown:
                example = json.loads(shown)
                assert answer.keys() == example.keys()
                assert answer["items"][0].keys() == example["items"][0].keys()
    assert len(answers) == PAGE.count("    curl ") >= 2
    assert answers[-1] == {"accepted": 1}
