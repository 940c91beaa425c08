"""pipenv itself, in projects whose packages come from one index of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SOURCE = '[[source]]\nname = "local"\nurl = "{index}"\nverify_ssl = true\n\n'


def pipenv(project: Path, *arguments: str, env: Mapping[str, str] = os.environ) -> str:
    """What pipenv says; it keeps its environment in the project."""
    environ = {**env, "PIPENV_VENV_IN_PROJECT": "1", "PIPENV_NOSPIN": "1", "PIPENV_IGNORE_VIRTUALENVS": "1"}
    argv = [sys.executable, "-m", "pipenv", *arguments]
    done = subprocess.run(argv, cwd=project, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lock(project: Path, index: str, tables: str, *, env: Mapping[str, str] = os.environ) -> None:
    """A Pipfile of these tables, and pipenv's lock of it."""
    (project / "Pipfile").write_text(SOURCE.format(index=index) + tables)
    pipenv(project, "--python", sys.executable, "lock", env=env)
