"""Packages → verified, checked entries of the package cache.

The bytes that are hashed are the bytes that are checked, and the bytes that are checked are the ones that are
linked later: download to a file, compare the sha256 (for ``file://`` too), extract beside the cache, hold the
guard against it, rename into place. A package that is refused leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from rattler import Client
from rattler.package_streaming import download_to_writer

from jupyter_envs.engine import credentials, current
from jupyter_envs.engine.cache import entry_path, is_cached, packages_dir, publishing, set_aside, write_lock
from jupyter_envs.engine.conda import network
from jupyter_envs.engine.conda.extraction import counted, extract_within
from jupyter_envs.engine.conda.failures import mapped
from jupyter_envs.engine.conda.records import file_name
from jupyter_envs.engine.guard import check_package, refuse
from jupyter_envs.engine.shared import is_here
from jupyter_envs.errors import PackageRefused, Unreachable
from jupyter_envs.models import Package

AT_ONCE = 6
ATTEMPTS = 3
BLOCK = 1 << 20
GONE = "Lock again, or bring the channel back: it does not have this file any more."


class Watcher(Protocol):
    """Who is told of the downloads; called from any thread."""

    def advance(self, package: Package, size: int) -> None:
        """``size`` more bytes of the package arrived."""

    def fetched(self, package: Package) -> None:
        """The package is in the cache."""

    def say(self, line: str) -> None:
        """Something that the job's log should have."""


def pending(packages: Sequence[Package], cache_dir: Path) -> list[Package]:
    """The conda packages that are still to be downloaded."""
    return [package for package in packages if package.manager == "conda" and not is_here(package, cache_dir)]


async def fetch(packages: Sequence[Package], cache_dir: Path, watcher: Watcher) -> None:
    """Bring all ``packages`` into the cache.

    Raises `PackageRefused`, `Unreachable` or `DiskTrouble`; what was fetched until then stays in the cache.
    """
    packages_dir(cache_dir).mkdir(parents=True, exist_ok=True)
    if not packages:
        # reading all the certificates for a client takes longer than linking a small package
        return
    client = network.client()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(package: Package) -> None:
        async with gate:
            await fetch_one(client, package, cache_dir, watcher)
            watcher.fetched(package)

    tasks = [asyncio.create_task(one(package)) for package in packages]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def fetch_one(client: Client, package: Package, cache_dir: Path, watcher: Watcher) -> None:
    """Download, compare, extract, check and publish one package."""
    if not package.sha256:
        raise refuse(package.name, "the lock has no sha256 for it")
    with (
        mapped(f"Fetching {package.name}"),
        tempfile.TemporaryDirectory(
            prefix=".fetch-", dir=packages_dir(cache_dir), ignore_cleanup_errors=True
        ) as scratch,
    ):
        archive = Path(scratch, file_name(package))
        if not await asyncio.to_thread(copy_kept, package, archive, watcher):
            await download(client, package, archive, watcher)
        extracted = Path(scratch, "package")
        await extract_within(archive, extracted, current.limits(), package.name)
        await asyncio.to_thread(check_package, extracted, package.name)
        await asyncio.to_thread(publish, extracted, entry_path(package, cache_dir), package)


def kept_archives(package: Package) -> list[Path]:
    """Archives in conda's own package caches that may be this package: its name, and its size if known."""
    found = []
    for folder in current.settings().pkgs_dirs:
        archive = Path(folder, file_name(package))
        with contextlib.suppress(OSError):  # not there, or not for us
            if package.size in (None, archive.stat().st_size):
                found.append(archive)
    return found


def copy_kept(package: Package, archive: Path, watcher: Watcher) -> bool:
    """Take the archive from one of conda's own package caches, if one has exactly these bytes; they are not changed."""
    for kept in kept_archives(package):
        try:
            with kept.open("rb") as source, archive.open("wb") as file:
                writer = HashingWriter(file, lambda size: None)
                shutil.copyfileobj(source, writer, BLOCK)
        except OSError:
            continue  # not for us; the channel has it
        if writer.sha256.hexdigest() == package.sha256:
            watcher.advance(package, archive.stat().st_size)
            return True
    return False


async def download(client: Client, package: Package, archive: Path, watcher: Watcher) -> None:
    """Write the archive and compare its sha256 with the lock's."""
    if urlsplit(package.url).scheme == "file":
        with archive.open("wb") as file:
            writer = limited(package, file, watcher)
            await asyncio.to_thread(copy_local, package, writer)
    else:
        writer = await download_remote(client, package, archive, watcher)
    if writer.sha256.hexdigest() != package.sha256:
        raise PackageRefused(
            f"The archive of {package.name} {package.version} is not the one that was locked:"
            f" its sha256 begins with {writer.sha256.hexdigest()[:12]}, not {package.sha256[:12]} (hash mismatch).",
            hints=("Lock again if the channel replaced the file; otherwise do not trust the channel.",),
            package=package.name,
            sha256=writer.sha256.hexdigest(),
            expected=package.sha256,
        )


def limited(package: Package, file: BinaryIO, watcher: Watcher) -> HashingWriter:
    """Writes to a file, and not more than the package may have."""
    most = package.size or current.limits().size
    return HashingWriter(file, counted(lambda size: watcher.advance(package, size), most, package.name))


async def download_remote(client: Client, package: Package, archive: Path, watcher: Watcher) -> HashingWriter:
    """Stream from a server, again from the start when the connection breaks in the middle.

    rattler itself tries again what fails before the first byte.
    """
    attempt = 0
    while True:
        attempt += 1
        with archive.open("wb") as file:
            writer = limited(package, file, watcher)
            try:
                await download_to_writer(client, current.settings().with_secrets(package.url), writer)
            except (OSError, RuntimeError) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise  # our own disk's, not the network's
                if not writer.written or attempt == ATTEMPTS:
                    raise unreachable(package, error) from error
                watcher.say(f"{package.name}: the connection broke after {writer.written} bytes; fetched again.")
                watcher.advance(package, -writer.written)
            else:
                return writer


def unreachable(package: Package, error: Exception) -> Unreachable:
    """The error for a package that a server did not give."""
    doing = f"Downloading {package.name}"
    gone = re.search(r"\((?:404|410)\b", str(error)) is not None
    hints = (GONE,) if gone else ("Check the network, then try again; what was downloaded already is kept.",)
    wanted = credentials.wanted(str(error), doing, credentials.CHANNEL)
    return wanted or Unreachable(f"{doing} failed: {error}", hints=hints, package=package.name)


def copy_local(package: Package, writer: HashingWriter) -> None:
    """Read from a channel on this machine's disk; ``file:///~/…`` is how an export writes one of the home folder."""
    path = Path(unquote(urlsplit(package.url).path))
    if path.parts[1:2] == ("~",):
        path = Path.home().joinpath(*path.parts[2:])
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                writer.write(block)
    except FileNotFoundError as error:
        raise Unreachable(
            f"The channel does not have {package.name} {package.version} any more: {path} is not there.",
            hints=(GONE,),
            package=package.name,
        ) from error


class HashingWriter:
    """A file that hashes and counts what is written to it."""

    def __init__(self, file: BinaryIO, advance: Callable[[int], None]) -> None:
        self._write = file.write
        self._advance = advance
        self.sha256 = hashlib.sha256()
        self.written = 0

    def write(self, data: bytes) -> int:
        """Write, hash and count one block."""
        self._write(data)
        self.sha256.update(data)
        self.written += len(data)
        self._advance(len(data))
        return len(data)


def publish(extracted: Path, entry: Path, package: Package) -> None:
    """Move a checked folder to its place in the cache; another process may have been quicker with the same bytes.

    Looking, moving and marking are one step for all processes, or one would take away what another is linking.
    """
    cache_dir = entry.parent.parent
    with publishing(cache_dir):
        if is_cached(package, cache_dir):
            return
        aside = set_aside(entry)
        extracted.rename(entry)
        write_lock(entry, package.sha256)
    if aside is not None:
        shutil.rmtree(aside)
