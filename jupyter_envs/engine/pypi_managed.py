"""Downloading a Python through uv, into a store's folder of Pythons. Runs in the worker process.

uv downloads the archive, compares its SHA-256 and unpacks it beside its place. It is looked at once more, and counts
when our mark is in it; see `pythons`. One process at a time downloads, others wait and then find what they need.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from jupyter_envs import pythons
from jupyter_envs.engine.progress import Tracker
from jupyter_envs.engine.pypi_offers import ask_uv
from jupyter_envs.engine.pypi_uv import run_uv, write_lines
from jupyter_envs.errors import Conflict, EngineFailed, EnvsError, PackageRefused, Unreachable
from jupyter_envs.files import disk, require_room
from jupyter_envs.models import Download, Interpreter, Package
from jupyter_envs.redact import clean_url
from jupyter_envs.usage import Tally
from jupyter_envs.writerlock import Held

SECONDS_TO_WAIT = 900.0
SECONDS_BETWEEN = 0.2
NO_ARCHIVE = "Failed to extract archive"  # uv's words
TELLS_ITS_VERSION = "import platform; print(platform.python_version())"
HINTS: dict[type[EnvsError], str] = {
    PackageRefused: "The server has another file than its list says; do not trust it. "
    "The list is named by Manager.python_downloads.",
    Unreachable: "Check the network, then try again. From where Pythons come is set by Manager.python_downloads.",
}


async def fetch(wanted: Interpreter, folder: Path, cache_dir: Path, headroom: int, tracker: Tracker) -> Interpreter:
    """Have a Python here that was offered, and say where.

    Raises `PackageRefused` for another archive than the list says, `Unreachable`, `DiskTrouble`, `Conflict` where
    somebody else downloads for ever; then nothing of it is left.
    """
    download = wanted.download
    assert download is not None
    place = folder / download.key
    async with only_one(folder, tracker):
        here = [one for one in pythons.whole(folder) if Path(one.path).is_relative_to(place)]
        if here:
            return here[0]
        require_room(folder, download.size or 0, headroom)
        try:
            with disk("Downloading a Python", folder):
                pythons.clear(folder)
                await install(wanted.version, download, folder, cache_dir, tracker)
                await require_version(wanted.version, place, download)
                pythons.mark(place, wanted.version, clean_url(download.url)[0], download.sha256)
        finally:
            with contextlib.suppress(OSError):
                pythons.clear(folder)
    return Interpreter(wanted.version, str(pythons.executable(place, wanted.version)))


@asynccontextmanager
async def only_one(folder: Path, tracker: Tracker) -> AsyncIterator[None]:
    """The right to download, when nobody else has it any more. Raises `Conflict`."""
    end = asyncio.get_running_loop().time() + SECONDS_TO_WAIT
    with contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(pythons.writing(folder))
                break
            except Held as other:
                if asyncio.get_running_loop().time() >= end:
                    message = "Another process has been downloading a Python for a quarter of an hour."
                    raise Conflict(message, hints=("Wait until it is done, then try again.",)) from other
            tracker.start("waiting")
            await asyncio.sleep(SECONDS_BETWEEN)
        yield


async def install(version: str, download: Download, folder: Path, cache_dir: Path, tracker: Tracker) -> None:
    """Have uv download and unpack it; raises one of our errors with uv's words."""
    doing = f"Downloading Python {version} from {download.host}"
    archives = folder / pythons.ARCHIVES
    options = {"UV_PYTHON_DOWNLOADS": "manual", "UV_PYTHON_CACHE_DIR": str(archives)}
    options["UV_PYTHON_INSTALL_REGISTRY"] = "0"  # on Windows
    tracker.start("fetching", 1, download.size)
    tracker.say(f"{doing}.")
    command = ["python", "install", download.key, "--no-bin", "--install-dir", str(folder)]
    with tempfile.TemporaryDirectory() as scratch:
        if download.listed:
            listed = write_lines(Path(scratch, "pythons.json"), [download.listed])
            command += ["--python-downloads-json-url", str(listed)]
        command += await from_there_alone(download, cache_dir)
        async with counting(archives, Package("python", version), tracker):
            try:
                await run_uv(command, cache_dir, doing, options)
            except (PackageRefused, Unreachable) as error:
                raise type(error)(error.message, hints=(HINTS[type(error)],), **error.fields) from error
            except EngineFailed as error:
                if NO_ARCHIVE not in error.message:
                    raise
                raise PackageRefused(error.message, hints=(HINTS[PackageRefused],)) from error


async def from_there_alone(download: Download, cache_dir: Path) -> list[str]:
    """Options that keep uv from asking another host than the address names: for some it knows a second place.

    It does where it shows another host than there is, and for its own list.
    """
    if download.listed:
        # without secrets, which uv does not show
        plain = {**json.loads(download.listed)[download.key], "url": clean_url(download.url)[0]}
        shown = await ask_uv(cache_dir, json.dumps({download.key: plain}))
        if [urlsplit(str(item["url"])).netloc for item in shown] == [urlsplit(plain["url"]).netloc]:
            return []
    return ["--mirror", download.url.rsplit("/", 2)[0]]


@asynccontextmanager
async def counting(folder: Path, package: Package, tracker: Tracker) -> AsyncIterator[None]:
    """Tell how many bytes have come while the body runs, by what lies in a folder."""

    seen = 0

    def count() -> None:
        nonlocal seen
        before, seen = seen, max(seen, Tally(folder).total)
        tracker.advance(package, seen - before)

    async def repeat() -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN)
            count()

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        count()


async def require_version(version: str, place: Path, download: Download) -> None:
    """Raise `PackageRefused`, and remove it, unless a Python is what the list says that it is."""
    program = pythons.executable(place, version)
    try:
        child = await asyncio.create_subprocess_exec(
            str(program),
            "-I",
            "-S",
            "-c",
            TELLS_ITS_VERSION,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said = (await child.communicate())[0].decode(errors="replace").strip()
    except OSError as error:
        said = error.strerror or "nothing"
    if said != version:
        shutil.rmtree(place, ignore_errors=True)
        raise PackageRefused(
            f"What {download.host} has for Python {version} is not that: asked for its version it says “{said[:60]}”.",
            hints=(HINTS[PackageRefused],),
        )
