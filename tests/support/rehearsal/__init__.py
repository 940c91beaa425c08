"""A Binder build on this machine, without a container engine: the real end of repo2docker's Dockerfile, run for real.

What is real: the Dockerfile is repo2docker's own, its variables and every ``RUN`` after the repository is copied run as
they stand, in order, by bash; ``postBuild`` and the lists are those of the repository; packages are downloaded and
linked, the kernel is registered, Jupyter Server starts with repo2docker's ``PATH``, and the notebook runs by the name
of its own kernel.

What is shimmed: there is no base image, so the layers before the copy do not run; a mount namespace puts new folders in
place of ``/srv`` and ``/home``; the server's environment is a virtual environment that sees the packages of the tests'
own Python; ``mamba`` is `mamba.py`, which only knows how to create an environment from an explicit list; the user is
root; there is no network but 127.0.0.1.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def reading(repository: Path) -> str:
    """What repo2docker says of a repository, which it does not build: how it understands it, and the Dockerfile."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
    command += ["--user-id", "1000", "--user-name", "jovyan", str(repository)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=repository.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def dockerfile(repository: Path) -> str:
    """The Dockerfile that repo2docker makes of a repository."""
    text = reading(repository)
    return text[text.index("FROM ") :]


def why_not() -> str:
    """Why no rehearsal is possible here; empty if one is."""
    if os.name != "posix" or shutil.which("unshare") is None:
        return "there is no unshare"
    done = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True)
    return "" if done.returncode == 0 else "mount namespaces need root"


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its lines joined as Docker joins them."""

    word: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    """The instructions in order, without comments and blank lines."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", "", "\n".join(f"{line.rstrip()}" for line in lines))
    found: list[Instruction] = []
    for block in re.split(r"\n(?=[A-Z]+ )", joined):
        word, _, rest = block.partition(" ")
        found.append(Instruction(word, rest.strip()))
    return found


def variables(found: list[Instruction]) -> list[tuple[str, str]]:
    """The name and value of every ``ENV`` and of an ``ARG`` with a default, in order; values may name earlier ones."""
    words = [word for one in found if one.word in ("ENV", "ARG") for word in shlex.split(one.rest)]
    return [(name, value) for name, equals, value in (word.partition("=") for word in words) if equals]


def tail(found: list[Instruction]) -> list[str]:
    """The commands that run when the repository is in the image."""
    copied = max(
        number for number, one in enumerate(found) if one.word == "COPY" and one.rest.endswith(" ${REPO_DIR}/")
    )
    return [one.rest for one in found[copied:] if one.word == "RUN"]


@dataclass(frozen=True)
class Rehearsal:
    """What came of it: everything that was printed, and what `inside.py` found."""

    output: str
    found: dict[str, Any]
    prefixes: Path


def rehearse(repository: Path, work: Path, notebooks: list[str]) -> Rehearsal:
    """Build and run; ``work`` becomes ``/srv`` and ``/home``."""
    found = instructions(dockerfile(repository))
    home = work / "home" / "jovyan"
    (work / "srv" / "conda" / "bin").mkdir(parents=True)
    home.mkdir(parents=True)
    shutil.copytree(repository, home, dirs_exist_ok=True)
    python = sys.executable
    mamba = work / "srv" / "conda" / "bin" / "mamba"
    mamba.write_text(f'#!/bin/sh\nexec {shlex.quote(python)} {shlex.quote(str(HERE / "mamba.py"))} "$@"\n')
    mamba.chmod(0o755)
    settings = work / "settings.json"
    settings.write_text(json.dumps({"env": variables(found), "run": tail(found), "notebooks": notebooks}))
    answer = work / "answer.json"
    script = 'mount --bind "$1/srv" /srv && mount --bind "$1/home" /home && exec "$2" "$3" "$4" "$5"'
    command = ["unshare", "-m", "bash", "-c", script, "rehearsal", str(work), python]
    command += [str(HERE / "inside.py"), str(settings), str(answer)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=500)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-6000:]
    return Rehearsal(output, json.loads(answer.read_text()), work / "srv" / "conda" / "envs")
