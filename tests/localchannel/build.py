"""Builds a whole channel folder, once for each content.

A channel appears under its name only when it is complete: it is written beside its place and renamed. A second call
with the same content finds it by its key; a call in another process waits for the first one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_envs.errors import DiskTrouble, EnvironmentBusy, FileExists
from jupyter_envs.models import Reporter, SilentReporter

from .archive import write_package, write_repodata
from .distribution import closure, distribution_files, distribution_metadata
from .interpreter import Interpreter, interpreter_files, running_interpreter
from .platforms import current_subdir
from .samples import Package, sample_packages

_BUILDER_VERSION = 1
"""To be raised with every change of what is written into a package."""

_STAMP = "local-channel.json"
_LOCK_TIMEOUT = 600.0
"""Seconds to wait for another process that builds the same channel."""


@dataclass(frozen=True)
class LocalChannel:
    """A channel folder: ``noarch/`` and one folder for this machine's platform (``subdir``)."""

    path: Path
    subdir: str

    @property
    def file_url(self) -> str:
        """The channel's ``file://`` address."""
        return self.path.as_uri()


@dataclass(frozen=True)
class _Content:
    """What a channel is made of."""

    interpreter: Interpreter
    distributions: dict[str, Distribution]
    samples: bool

    @property
    def key(self) -> str:
        parts = {
            "builder": _BUILDER_VERSION,
            "platform": current_subdir(),
            "python": self.interpreter.identity,
            "distributions": {name: found.version for name, found in self.distributions.items()},
            "samples": self.samples,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def build_channel(
    folder: Path, distributions: Sequence[str], *, samples: bool, reporter: Reporter | None = None
) -> LocalChannel:
    """A conda channel in ``folder`` with this Python, the named installed distributions and all that they need.

    ``samples`` adds the packages of `samples.sample_packages`. ``reporter`` gets one log line a package.
    Raises NotFound for a distribution that is not installed, FileExists when ``folder`` holds something else,
    EnvironmentBusy when another process builds there for too long, and DiskTrouble when it cannot be written.
    """
    content = _Content(running_interpreter(), closure(distributions), samples)
    folder = folder.absolute()
    channel = LocalChannel(folder, current_subdir())
    try:
        if _stamp(folder) != content.key:
            _build_alone(folder, content, reporter or SilentReporter())
    except OSError as error:
        raise DiskTrouble(f"The channel could not be written: {error}", path=str(folder)) from error
    return channel


def _stamp(folder: Path) -> str | None:
    """The key of the channel in ``folder``; None when there is none."""
    try:
        return str(json.loads((folder / _STAMP).read_text(encoding="utf-8"))["key"])
    except (OSError, ValueError, KeyError):
        return None


def _build_alone(folder: Path, content: _Content, reporter: Reporter) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder.parent / f".{folder.name}.lock", timeout=_LOCK_TIMEOUT):
            if _stamp(folder) != content.key:
                _replace(folder, content, reporter)
    except Timeout:
        raise EnvironmentBusy(f"Another process has been building {folder} for too long.", path=str(folder)) from None


def _replace(folder: Path, content: _Content, reporter: Reporter) -> None:
    if folder.exists() and _stamp(folder) is None and any(folder.iterdir()):
        raise FileExists(f"{folder} holds something that is not a local channel.", path=str(folder))
    beside = f".{folder.name}.new-"
    for left_over in folder.parent.glob(f"{beside}*"):
        shutil.rmtree(left_over)
    work = Path(tempfile.mkdtemp(prefix=beside, dir=folder.parent))
    try:
        _write(work / "channel", content, reporter)
        if folder.exists():
            folder.rename(work / "old")
        (work / "channel").rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(folder: Path, content: _Content, reporter: Reporter) -> None:
    """Everything below ``folder``; the stamp comes last."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done in [pool.submit(_write_one, folder, package) for package in _packages(content, reporter)]:
            reporter.log(f"packaged {done.result()}")
    for subdir in (current_subdir(), "noarch"):
        write_repodata(folder, subdir)
    (folder / _STAMP).write_text(json.dumps({"key": content.key}), encoding="utf-8")


def _write_one(folder: Path, package: Callable[[], Package]) -> str:
    metadata, files = package()
    return write_package(folder, metadata, files).name


def _packages(content: _Content, reporter: Reporter) -> list[Callable[[], Package]]:
    """What reads each package's files; the interpreter, which takes longest, first."""
    python = content.interpreter

    def interpreter() -> Package:
        return python.metadata, tuple(interpreter_files(python, reporter))

    def installed(distribution: Distribution) -> Package:
        site_packages = f"{python.inside}/site-packages"
        return distribution_metadata(distribution), tuple(distribution_files(distribution, site_packages))

    packages: list[Callable[[], Package]] = [interpreter]
    packages += [lambda found=found: installed(found) for found in content.distributions.values()]  # type: ignore[misc]
    if content.samples:
        packages += [lambda sample=sample: sample for sample in sample_packages()]  # type: ignore[misc]
    return packages
