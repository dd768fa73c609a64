"""Times and peak memory are those of the command that was measured."""

import subprocess
import sys

import pytest
from whole_builds import PROJECT

from benchmarks.measuring import CommandFailedError, measure


def test_peak_memory_and_times_are_those_of_each_command():
    # Measured from a fresh small process: a test session's own memory would be a floor.
    code = (
        "import sys, time\n"
        "from benchmarks.measuring import measure\n"
        "for child in (\"import time; x = b'x' * 400_000_000; time.sleep(0.3)\",\n"
        "              'pass'):\n"
        "    cost = measure([sys.executable, '-c', child])\n"
        "    print(cost.wall_seconds, cost.cpu_seconds, cost.peak_megabytes)\n"
    )
    command = [sys.executable, "-c", code]
    output = subprocess.check_output(command, text=True, cwd=PROJECT)
    large, small = ([*map(float, line.split())] for line in output.splitlines())
    assert large[0] > 0.3
    assert 0 < large[1] < large[0]
    assert 400 < large[2] < 500
    # getrusage(RUSAGE_CHILDREN) would repeat the larger one here.
    assert small[2] < 100


def test_cpu_seconds_include_children():
    spin = "import time\nwhile time.process_time() < 0.4: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spin!r}])"
    assert measure([sys.executable, "-c", code]).cpu_seconds > 0.4


def test_failed_command_is_an_error_with_its_output():
    code = "import sys; print('the reason'); sys.exit(3)"
    with pytest.raises(CommandFailedError, match=r"status 3:\nthe reason"):
        measure([sys.executable, "-c", code])


def test_progress_is_the_latest_line_now_and_then(capsys):
    code = (
        "import time\n"
        "for step in range(6):\n"
        "    print('step', step, flush=True)\n"
        "    time.sleep(0.2)\n"
    )
    measure([sys.executable, "-c", code])
    assert capsys.readouterr().out == ""
    measure([sys.executable, "-c", code], progress_seconds=0.5)
    shown = capsys.readouterr().out.splitlines()
    assert 1 <= len(shown) <= 3
    assert all(line.startswith("step ") for line in shown)
