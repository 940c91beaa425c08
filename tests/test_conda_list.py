"""The list of prefixes that conda tools read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_envs.conda_list import conda_lines, list_for_conda

PROCESSES, LINES = 8, 25
ADDING = """
import sys
from pathlib import Path
from jupyter_envs.conda_list import list_for_conda
for number in range(int(sys.argv[2])):
    list_for_conda(Path(f"/envs/{sys.argv[1]}/{number}"), present=True)
"""


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / ".conda" / "environments.txt"


def test_a_prefix_comes_and_goes(listed: Path) -> None:
    assert conda_lines() == []
    list_for_conda(Path("/envs/a"), present=True)
    list_for_conda(Path("/envs/a"), present=True)
    list_for_conda(Path("/envs/Bücher"), present=True)
    assert listed.read_text(encoding="utf-8") == "/envs/a\n/envs/Bücher\n"
    list_for_conda(Path("/envs/a"), present=False)
    list_for_conda(Path("/envs/never"), present=False)
    assert conda_lines() == ["/envs/Bücher"]


def test_a_last_line_without_an_end_stays_a_line(listed: Path) -> None:
    listed.parent.mkdir()
    listed.write_text("/opt/conda")
    list_for_conda(Path("/envs/a"), present=True)
    assert conda_lines() == ["/opt/conda", "/envs/a"]


def test_processes_that_add_at_once_lose_no_line(listed: Path, tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ADDING, str(number), str(LINES)], env={**os.environ, "HOME": str(tmp_path)}
        )
        for number in range(PROCESSES)
    ]
    assert [process.wait() for process in running] == [0] * PROCESSES
    assert sorted(conda_lines()) == sorted(f"/envs/{one}/{line}" for one in range(PROCESSES) for line in range(LINES))
