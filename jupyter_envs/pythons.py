"""The Pythons that were downloaded for environments of PyPI packages alone, in a folder of their store.

Each lies in a folder with uv's name for it and counts once our mark is in it, which is written last. Everything else
below is left by a download that was broken off. Nothing is fetched here.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import EnvsError
from jupyter_envs.files import disk, write_atomically
from jupyter_envs.models import Interpreter
from jupyter_envs.running import running_from
from jupyter_envs.versions import minor
from jupyter_envs.writerlock import Held, WriterLock, look

FOLDER = ".pythons"
MARK = ".jupyter-envs.json"
ARCHIVES = ".archives"  # where an archive is while it is being downloaded
UNPACKED = ".temp"  # where uv unpacks it
WRITER = ".writer"
# beside these, what begins with a dot is uv's own or the lock, and stays; the last is what `gc` has moved aside
_HALF = (f"{ARCHIVES}/*", f"{UNPACKED}/*", ".gone-*")
_PREFIXES = ("*/g/*", ".trash/*", ".trash/*/*", ".trash/*/g/*", ".trash/*/*/g/*")


def home(root: Path) -> Path:
    """The folder of the Pythons of a store; in the store, because only there somebody knows who stands on them."""
    return root / FOLDER


def executable(place: Path, version: str) -> Path:
    """The program of a Python in its folder."""
    return place / ("python.exe" if os.name == "nt" else f"bin/python{minor(version)}")


def whole(folder: Path) -> list[Interpreter]:
    """Those that can be used."""
    found = ((place, _version(place)) for place in _places(folder))
    return [Interpreter(version, str(executable(place, version))) for place, version in found if version]


def mark(place: Path, version: str, url: str, sha256: str) -> None:
    """Say that a Python is whole, and where it came from."""
    write_atomically(place / MARK, json.dumps({"version": version, "url": url, "sha256": sha256}))


def leftovers(folder: Path) -> list[Path]:
    """What downloads left that were broken off; one that is running now looks the same."""
    half = [path for pattern in _HALF for path in sorted(folder.glob(pattern))]
    return [*half, *(place for place in _places(folder) if not _version(place))]


def unused(root: Path) -> list[Path]:
    """The whole ones on which no prefix stands, be it an earlier one or one that is being removed, and nothing runs."""
    used = set(_grounds(root))
    free = [place for place in _places(home(root)) if _version(place) and place.resolve() not in used]
    busy = running_from(free)
    return [place for place in free if place not in busy]


def ground(prefix: Path) -> Path | None:
    """Where the Python of a virtual environment is, as it says itself; None for any other prefix."""
    try:
        lines = (prefix / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    pairs = (line.partition("=") for line in lines)
    return next((Path(value.strip()) for key, _, value in pairs if key.strip() == "home" and value.strip()), None)


def has_lost_its_ground(prefix: Path) -> bool:
    """Whether a prefix is a virtual environment of a Python that is not there any more."""
    links = (prefix / "bin" / "python", prefix / "Scripts" / "python.exe")
    return ground(prefix) is not None and not any(link.exists() for link in links)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """The right to download into the folder. Raises `Held` while somebody else has it."""
    lock = WriterLock(folder / WRITER)
    with disk("Locking the folder of Pythons", folder):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def is_busy(folder: Path) -> bool:
    """Whether somebody downloads right now, as far as is known."""
    seen = look(folder / WRITER)
    return seen is not None and not seen.dead


def clear(folder: Path) -> None:
    """Take away what is not whole, and uv's links. Called by who has the right to write."""
    for path in leftovers(folder):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    for path in folder.glob("*"):
        if path.is_symlink():
            path.unlink(missing_ok=True)


def tidy(root: Path) -> None:
    """`clear`, unless somebody downloads right now: then it is theirs. Never raises."""
    folder = home(root)
    if leftovers(folder):
        with contextlib.suppress(Held, EnvsError, OSError), writing(folder):
            clear(folder)


def _places(folder: Path) -> list[Path]:
    """The folders of Pythons, whole or not; uv's links are none."""
    return [path for path in sorted(folder.glob("*")) if not path.name.startswith(".") and not path.is_symlink()]


def _version(place: Path) -> str:
    """The version of a whole one, else nothing."""
    try:
        version = str(json.loads((place / MARK).read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return version if executable(place, version).exists() else ""


def _grounds(root: Path) -> Iterator[Path]:
    """The folders of the Pythons that the prefixes of a store stand on."""
    for pattern in _PREFIXES:
        for prefix in root.glob(pattern):
            found = ground(prefix)
            if found is not None:
                yield (found if os.name == "nt" else found.parent).resolve()
