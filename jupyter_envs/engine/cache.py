"""The package cache on disk: where a package's extracted folder is, and whether it is the one that a lock names.

Reads and writes files only; rattler, which links from these folders, is `engine.conda`'s business. Whoever installs
holds `in_use`; whoever takes entries away holds `exclusive`, so that nothing vanishes between check and link.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import Conflict
from jupyter_envs.flocks import try_flock
from jupyter_envs.models import Package
from jupyter_envs.writerlock import Held, WriterLock

FIRST_REVISION = 1
SECONDS_TO_WAIT = 60.0


def packages_dir(cache_dir: Path) -> Path:
    """Where extracted packages are kept."""
    return cache_dir / "packages"


def entry_name(package: Package) -> str:
    """The name of a package's folder in the package cache: ``name-version-build``."""
    return f"{package.name}-{package.version}-{package.build}"


def entry_path(package: Package, cache_dir: Path) -> Path:
    """The folder of one extracted package."""
    return packages_dir(cache_dir) / entry_name(package)


def lock_path(entry: Path) -> Path:
    """The file beside an entry that says which archive it came from."""
    return entry.with_name(entry.name + ".lock")


def is_cached(package: Package, cache_dir: Path) -> bool:
    """Whether the very archive that ``package`` names was fetched and checked before."""
    entry = entry_path(package, cache_dir)
    try:
        revision, sha256 = read_lock(entry)
    except OSError:
        return False
    # without its list of files nothing could be compared
    whole = (entry / "info" / "paths.json").is_file()
    return whole and revision == FIRST_REVISION and sha256 == package.sha256


def read_lock(entry: Path) -> tuple[int, str]:
    """``(revision, sha256)`` of an entry, as rattler's package cache writes them: 8 bytes big-endian, then 32 bytes."""
    data = lock_path(entry).read_bytes()
    return int.from_bytes(data[:8], "big"), data[8:40].hex()


def write_lock(entry: Path, sha256: str) -> None:
    """Say that ``entry`` came from the archive with this sha256."""
    lock = lock_path(entry)
    part = lock.with_name(f".{lock.name}.{os.getpid()}")
    part.write_bytes(FIRST_REVISION.to_bytes(8, "big") + bytes.fromhex(sha256))
    part.replace(lock)


def discard(entry: Path) -> None:
    """Take an entry out of the cache; environments keep their files, since those are links of their own."""
    aside = set_aside(entry)
    if aside is not None:
        shutil.rmtree(aside)


def set_aside(entry: Path) -> Path | None:
    """Take an entry out of the cache in one step; what is left of it is at the path that comes back."""
    with contextlib.suppress(FileNotFoundError):
        lock_path(entry).unlink()
    if not entry.exists():
        return None
    aside = Path(tempfile.mkdtemp(prefix=".gone-", dir=entry.parent))
    entry.rename(aside / entry.name)
    return aside


@contextmanager
def in_use(cache_dir: Path) -> Iterator[None]:
    """While the body runs, nobody takes entries out of the cache. Raises `Conflict` after a minute of waiting."""
    with locked(cache_dir, exclusive=False, seconds=SECONDS_TO_WAIT):
        yield


@contextmanager
def exclusive(cache_dir: Path) -> Iterator[None]:
    """While the body runs, nobody installs from the cache. Raises `Conflict` at once when somebody does."""
    with locked(cache_dir, exclusive=True, seconds=0.0):
        yield


@contextmanager
def publishing(cache_dir: Path) -> Iterator[None]:
    """While the body runs, which is short, nobody else puts an entry in its place. Raises `Conflict` after a minute."""
    end = time.monotonic() + SECONDS_TO_WAIT
    while True:
        lock = WriterLock(cache_dir / ".publishing")
        try:
            lock.acquire()
            break
        except Held as held:
            if time.monotonic() >= end:
                raise Conflict(
                    f"Another process has been writing to the package cache {cache_dir} for a minute.",
                    hints=("Wait until it is done, then try again.",),
                    path=str(cache_dir),
                ) from held
        time.sleep(0.005)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked(cache_dir: Path, *, exclusive: bool, seconds: float) -> Iterator[None]:
    """A lock of the operating system on the cache, which a dead holder loses; none where there are no such locks."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    file = os.open(cache_dir / ".in-use", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        end = time.monotonic() + seconds
        # a file system that cannot tell counts as free
        while try_flock(file, shared=not exclusive) is False:
            if time.monotonic() >= end:
                raise Conflict(
                    f"The package cache {cache_dir} is in use by another process.",
                    hints=("Wait until it is done, then try again.",),
                    path=str(cache_dir),
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(file)
