"""Environments as other tools make them: real ones, and a conda environment that our own engine links elsewhere."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from jupyter_envs import prefix as prefixes
from jupyter_envs.engine.client import Engine
from jupyter_envs.execution import execute
from jupyter_envs.machine import current_platform

from .managing import Recorder, notebook, output_text

HERE = f"python{sys.version_info[0]}.{sys.version_info[1]}"


def run(*argv: str | Path, cwd: Path | None = None) -> None:
    subprocess.run([str(word) for word in argv], cwd=cwd, check=True, capture_output=True)


def make_venv(home: Path) -> Path:
    folder = home / "work" / "plain" / ".venv"
    venv.create(folder, with_pip=False, symlinks=True)
    return folder


def make_virtualenv(home: Path) -> Path:
    folder = home / ".virtualenvs" / "older"
    run(sys.executable, "-m", "virtualenv", "--no-download", "--without-pip", folder)
    return folder


def make_uv(home: Path) -> Path:
    folder = home / "work" / "fast" / ".venv"
    run(sys.executable, "-m", "uv", "venv", "--python", sys.executable, folder)
    return folder


def make_pipenv(home: Path) -> Path:
    """A project with a Pipfile; pipenv chooses where its environment is."""
    project = home / "work" / "pipes"
    project.mkdir(parents=True)
    (project / "Pipfile").write_text("[packages]\n")
    run(sys.executable, "-m", "pipenv", "--python", sys.executable, "run", "python", "-c", "", cwd=project)
    return next((home / ".local" / "share" / "virtualenvs").iterdir())


MAKERS = {"venv": make_venv, "virtualenv": make_virtualenv, "uv": make_uv, "pipenv": make_pipenv}


def give_kernel(folder: Path) -> None:
    """ipykernel, from where this test has it: its packages by a path file, its kernelspec as the wheel would."""
    site = folder / "lib" / HERE / "site-packages"
    (site / "test-packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    shutil.copytree(Path(sys.prefix, "share/jupyter/kernels/python3"), folder / "share/jupyter/kernels/python3")


async def make_conda(folder: Path, channel: str, cache: Path, *specs: str) -> Path:
    """A conda environment that is not ours: its packages are linked outside of any store."""
    async with Engine(cache).session(Recorder()) as session:
        solution = await session.solve([channel], specs, current_platform())
        await session.install(solution.packages, folder)
    (folder / "conda-meta" / "history").write_text("")
    assert prefixes.installed(folder, current_platform())
    return folder


def fingerprint(folder: Path) -> str:
    """SHA-256 over every path, link and file below a folder, but what Python compiled for itself."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if "__pycache__" in path.parts:
            continue
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found.update(f"{path.relative_to(folder)}\0{path.lstat().st_mode}\0".encode() + content + b"\0")
    return found.hexdigest()


async def ask(name: str, code: str, folder: Path) -> str:
    """What a real kernel of this name prints; ``folder`` is for the notebook."""
    path = folder / "ask.ipynb"
    path.write_text(notebook(code))
    await execute(path, name, Recorder())
    return output_text(path)
