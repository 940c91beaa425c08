"""How uv is run: without any configuration of the user's, and with its messages turned into our errors."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import uv

from jupyter_envs.engine import credentials, current
from jupyter_envs.errors import DiskTrouble, EngineFailed, EnvsError, PackageRefused, Unreachable, Unsolvable

_ONLY_WHEELS = (
    "Only wheels are installed: take another version, or the package from conda; "
    "or have an administrator set Manager.allow_source_builds, which lets its build run code."
)
_NO_KERNEL = (
    "A notebook's kernel needs ipykernel, and the index does not have it: "
    "name an index that does (--extra-index-url in the file, or Manager.pypi_index)."
)
_UNKNOWN = "Check the package's name, and the index that is asked (--index-url in the file, or Manager.pypi_index)."
# What uv's message says about the cause, most telling first.
TELLING: tuple[tuple[str, type[EnvsError], str], ...] = (
    ("No space left", DiskTrouble, "Free some space, then try again."),
    ("Disk quota exceeded", DiskTrouble, "Your disk quota is used up; remove something, then try again."),
    ("Read-only file system", DiskTrouble, "Set Manager.root_dir and Manager.cache_dir to places that can be written."),
    ("Input/output error", DiskTrouble, "The disk is failing: the system's log says more."),
    ("Hash mismatch", PackageRefused, "The index serves another file than the one that was locked; do not trust it."),
    ("no usable wheels", Unsolvable, _ONLY_WHEELS),
    ("Building source distributions", Unsolvable, _ONLY_WHEELS),
    ("Failed to build", EngineFailed, "These are the build's own words; a wheel needs no build."),
    (" ipykernel was not found in ", Unsolvable, _NO_KERNEL),
    ("was not found in the ", Unsolvable, _UNKNOWN),
    ("No solution found", Unsolvable, "Loosen the pip section, or take the package from conda."),
    ("error sending request", Unreachable, "Check the index's address and the network, then try again."),
    ("Failed to fetch", Unreachable, "Check the index's address and the network, then try again."),
    ("Failed to download", Unreachable, "Check the network, then try again."),
)


_LAYOUT = re.compile(r"[\s│╰├─▶]+")  # lines may break anywhere, and have a tree drawn beside them


async def run_uv(arguments: Sequence[str], cache_dir: Path, doing: str, more: Mapping[str, str] | None = None) -> str:
    """What uv says, run without any configuration of the user's; raises one of our errors with uv's own words."""
    return (await run_and_hear(arguments, cache_dir, doing, more))[0]


async def run_and_hear(
    arguments: Sequence[str], cache_dir: Path, doing: str, more: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """As `run_uv`, with what it says beside its result: warnings are there."""
    env = {**os.environ, "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(cache_dir / "uv"), "UV_PYTHON_DOWNLOADS": "never"}
    arguments, secrets = credentials.hidden(credentials.as_configured(arguments, current.indexes()))
    env |= {**certificates(), **secrets, **(more or {})}
    child = await asyncio.create_subprocess_exec(
        uv.find_uv_bin(),
        *arguments,
        "--no-progress",
        "--color",
        "never",
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, output = await child.communicate()
    if child.returncode:
        raise failure(output.decode(errors="replace"), doing)
    return said.decode(errors="replace"), output.decode(errors="replace")


def certificates() -> dict[str, str]:
    """Have uv trust whom this machine trusts, as pip does, where the machine has certificates at all.

    A company's proxy or mirror is in its machines' store, not in the list that uv brings. uv has two names for this.
    """
    known = ssl.get_default_verify_paths()
    there = known.cafile is not None or (known.capath is not None and any(os.scandir(known.capath)))
    return {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"} if there else {}


async def own_index(cache_dir: Path) -> str:
    """The index that uv asks where none is configured, in its own words. Nothing is sent. Raises `EngineFailed`."""
    with tempfile.TemporaryDirectory() as scratch:
        nothing, output = write_lines(Path(scratch, "requirements.in"), []), Path(scratch, "requirements.txt")
        # any Python does, but one has to be there
        command = ["pip", "compile", str(nothing), "--python", sys.executable, "--emit-index-url"]
        command += ["--no-header", "--offline"]
        await run_uv([*command, "--output-file", str(output)], cache_dir, "Asking uv for its index")
        text = await asyncio.to_thread(output.read_text, encoding="utf-8")
    found = re.search(r"^--index-url (\S+)$", text, re.MULTILINE)
    if found is None:
        raise EngineFailed("uv does not say which package index it asks.", hints=("Set Manager.pypi_index.",))
    return found[1]


def write_lines(path: Path, lines: Sequence[str]) -> Path:
    """A text file."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def failure(output: str, doing: str) -> EnvsError:
    """uv's message as one of our errors."""
    refused = credentials.wanted(output, doing, credentials.INDEX)
    if refused is not None:
        return refused
    words = re.sub(r"^\s*(error: |× )", "", output.strip())
    heard = _LAYOUT.sub(" ", output).lower()
    for telling, kind, hint in TELLING:
        if telling.lower() in heard:
            return kind(f"{doing} failed: {words}", hints=(hint,))
    return EngineFailed(f"{doing} failed: {words}", hints=("The job's log has the details.",))
