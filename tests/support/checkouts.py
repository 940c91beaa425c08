"""A git repository with a pinned notebook, as a user would have it before going to Binder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from jupyter_envs import envfile, lockfile, pin, requirements_file
from jupyter_envs.models import Lock, Pin, Spec

from ..pure_values import CHANNEL, IDNA, OPENSSL, PYTHON
from .managing import notebook

SPEC = Spec(name="penguins", channels=(CHANNEL,), conda=("python=3.12", "openssl"), pip=("idna",))
REMOTE = "https://github.com/owner/repo.git"


def git(folder: Path, *arguments: str) -> str:
    """What git says; it reads no configuration but the repository's."""
    who = {"GIT_AUTHOR_NAME": "a", "GIT_COMMITTER_NAME": "a"}
    who |= {"GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_EMAIL": "a@example.org"}
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", **who}
    done = subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def pinned(
    folder: Path,
    name: str = "analysis.ipynb",
    kernel: str = "penguins",
    spec: Spec = SPEC,
    environment: str = "penguins",
) -> Lock:
    """A notebook with its files, as pinning writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = Lock(
        (PYTHON, OPENSSL, IDNA), (CHANNEL,), ("linux-64",), {"linux-64": envfile.content_hash(spec, "linux-64")}
    )
    (folder / "environment.yml").write_text(envfile.write(spec))
    (folder / "environment.conda-lock.yml").write_text(lockfile.write(lock))
    digest = lockfile.parse(lockfile.write(lock)).digest()
    made = Pin(environment, "environment.yml", "environment.conda-lock.yml", digest)
    metadata: dict[str, Any] = {"kernelspec": {"name": kernel, "display_name": kernel}} if kernel else {}
    (folder / name).write_text(notebook(**pin.write(metadata, made)))
    return lock


def pinned_to_wheels(folder: Path) -> Lock:
    """The same with an environment of PyPI packages alone, for Python 3.13."""
    folder.mkdir(parents=True, exist_ok=True)
    spec = Spec(pip=("idna",))
    lock = Lock((IDNA,), (), ("linux-64",), {"linux-64": spec.content_hash()}, python={"linux-64": "3.13.1"})
    text = lockfile.write_as("pylock.toml", lock, sources=("requirements.txt",))
    (folder / "requirements.txt").write_text(requirements_file.write(spec))
    (folder / "pylock.toml").write_text(text)
    made = Pin("wheels", "requirements.txt", "pylock.toml", lockfile.parse(text).digest())
    metadata: dict[str, Any] = {"kernelspec": {"name": "wheels", "display_name": "wheels"}}
    (folder / "analysis.ipynb").write_text(notebook(**pin.write(metadata, made)))
    return lock


def commit(folder: Path, *, push: bool = True) -> None:
    """Commit everything; ``push`` leaves what a push leaves here."""
    git(folder, "add", "--all")
    git(folder, "commit", "--allow-empty", "-m", "state")
    if push:
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")


def new_checkout(folder: Path, *, wheels: bool = False) -> Path:
    """A repository with a pinned notebook, pushed; with ``wheels`` the environment is of PyPI packages alone."""
    if wheels:
        pinned_to_wheels(folder)
    else:
        pinned(folder)
    git(folder, "init", "--initial-branch=main")
    git(folder, "remote", "add", "origin", REMOTE)
    commit(folder)
    return folder
