"""The nouns of Jupyter Envs as frozen values.

Nothing here touches a disk, a network or a clock, and nothing is imported but the standard library.
Text becomes one of these values once, at the edge (`envfile`, `lockfile`, `pin`); behind the edge no bare
dict is passed around.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

Manager = Literal["conda", "pip"]
KERNEL_PACKAGE = "ipykernel"  # makes a kernel of a Python, from conda and from PyPI
EngineName = Literal["conda", "pypi"]  # whose packages an environment is made of


@dataclass(frozen=True)
class Spec:
    """What the user asked for.

    ``conda`` holds match specs and ``pip`` holds requirement lines, both as the user wrote them and in the
    user's order; ``variables`` are environment variables for the kernel. ``python`` is a wish for an interpreter (PEP
    440, such as ``>=3.11,<3.13``) where no conda package brings one; empty for any.
    """

    name: str | None = None
    channels: tuple[str, ...] = ()
    conda: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    platforms: tuple[str, ...] = ()
    python: str = ""

    @property
    def engine(self) -> EngineName:
        """What makes it: PyPI's packages alone need no conda."""
        return "pypi" if self.pip and not self.conda else "conda"

    def content_hash(self) -> str:
        """SHA-256 (hex) of what decides a solve: everything but the name, the order of packages and white space."""
        content = {
            "channels": list(self.channels),
            "conda": sorted("".join(spec.split()) for spec in self.conda),
            "pip": [line.strip() for line in self.pip],
            "variables": dict(sorted(self.variables.items())),
            **({"python": "".join(self.python.split())} if self.python else {}),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Package:
    """One resolved or installed package, conda and PyPI alike.

    ``platform`` is the platform that it was resolved for (``linux-64``), also for noarch packages; ``subdir``
    is the channel folder that it comes from (conda only). ``size`` is the archive's size in bytes.
    """

    name: str
    version: str
    manager: Manager = "conda"
    platform: str = ""
    build: str = ""
    build_number: int = 0
    subdir: str = ""
    url: str = ""
    sha256: str = ""
    md5: str = ""
    size: int | None = None
    depends: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str, str, str]:
        """What makes two packages the same package: manager, name, version, build, sha256."""
        return (self.manager, self.name, self.version, self.build, self.sha256)


def packages_digest(packages: Iterable[Package]) -> str:
    """SHA-256 (hex) over the packages alone: neither order, formatting nor the address of a mirror changes it."""
    lines = sorted(" ".join((package.platform, *package.identity)) for package in packages)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Lock:
    """What a Spec resolved to, for one or several platforms.

    ``content_hash`` maps each platform to the `Spec.content_hash` that it was resolved from (of what the file
    asks for on that platform), ``as_of`` to the moment (ISO 8601, UTC) that it was resolved as of, if to one, and
    ``system`` to the virtual packages that it was resolved for on demand, such as ``__cuda=12.4 __glibc=2.28``.
    ``python`` is, by platform, the version of the interpreter that PyPI packages alone were resolved for.
    """

    packages: tuple[Package, ...]
    channels: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    content_hash: Mapping[str, str] = field(default_factory=dict)
    as_of: Mapping[str, str] = field(default_factory=dict)
    system: Mapping[str, str] = field(default_factory=dict)
    python: Mapping[str, str] = field(default_factory=dict)

    def for_platform(self, platform: str) -> tuple[Package, ...]:
        """The packages for one platform, conda before pip, each sorted by name; empty if it is not locked."""
        chosen = (package for package in self.packages if package.platform == platform)
        return tuple(sorted(chosen, key=lambda package: (package.manager, package.name)))

    def digest(self, platform: str | None = None) -> str:
        """Digest over the packages of one platform, or of all of them."""
        return packages_digest(self.packages if platform is None else self.for_platform(platform))


@dataclass(frozen=True)
class Download:
    """An archive with a Python in it: its address, uv's name for it, its bytes where they are known.

    ``listed`` is a list that names nothing else, as uv reads it. It and ``sha256`` are empty for what is in uv's own.
    """

    url: str
    key: str
    sha256: str = ""
    size: int | None = None
    listed: str = ""

    @property
    def host(self) -> str:
        """Whom it comes from; for a file, where that is."""
        parts = urlsplit(self.url)
        return parts.netloc.rpartition("@")[2] or parts.path.rpartition("/")[0]


@dataclass(frozen=True)
class Interpreter:
    """A Python that PyPI packages alone are installed for.

    ``path`` is empty where only its version is known yet, and for one that is still a ``download``.
    """

    version: str
    path: str = ""
    download: Download | None = None

    def __str__(self) -> str:
        """In words: ``Python 3.12.1 (/usr/bin/python3.12)``, ``Python 3.12.1, downloaded by uv from example.org``."""
        if self.download:
            return f"Python {self.version}, downloaded by uv from {self.download.host}"
        return f"Python {self.version} ({self.path})" if self.path else f"Python {self.version}"


@dataclass(frozen=True)
class Generation:
    """One prefix on disk: when it was made (ISO 8601, UTC), why, and the digest of the lock that made it.

    ``own`` and ``shared`` are bytes on disk when it was published: files that only this prefix has, and files
    that are hard links into the package cache. ``folder`` names the prefix's folder where it is not ``id``: a
    generation may share the prefix of an earlier one, since going back to that one changes no file.
    """

    id: str
    created: str
    reason: str
    digest: str
    packages: int
    python: str | None = None
    own: int = 0
    shared: int = 0
    kernels: tuple[str, ...] = ()
    folder: str = ""
    engine: EngineName = "conda"


@dataclass(frozen=True)
class Intent:
    """A generation that is about to be: its id, under which its spec and lock are written down, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class Environment:
    """A name and the history of its generations; ``current`` is the id of the one that kernels start from.

    ``note`` and ``tags`` are the user's own words about it. ``pending`` is the generation for which packages are being
    linked into the current one's prefix; after a crash it says what has to be finished or undone.
    """

    name: str
    current: str
    generations: tuple[Generation, ...]
    note: str = ""
    tags: tuple[str, ...] = ()
    pending: Intent | None = None

    @property
    def generation(self) -> Generation:
        """The current generation."""
        return next(generation for generation in self.generations if generation.id == self.current)


@dataclass(frozen=True)
class Pin:
    """What a notebook's metadata says (``metadata.jupyter_envs``); paths are relative to the notebook, POSIX style."""

    environment: str
    file: str
    lock: str
    digest: str
    version: int = 1


@dataclass(frozen=True)
class Difference:
    """One package that is not as it should be: ``before`` and ``after`` are versions, None where it is absent."""

    name: str
    before: str | None
    after: str | None
    manager: Manager = "conda"


@dataclass(frozen=True)
class Plan:
    """What an install would do; ``hash`` is what the user confirms.

    ``download`` is the number of bytes still to be fetched, ``to_fetch`` the number of packages;
    ``runs_code`` names each thing that would execute something (activation scripts, source builds). ``rebuilt``
    packages keep their version and get another build. An ``additive`` change goes into the prefix that is there, so
    that running kernels can import what is new; any other one makes a new prefix. ``python`` names the interpreter of
    an environment without conda packages, in words, and ``archive`` is what it is downloaded from, if it is.
    """

    environment: str
    added: tuple[Package, ...]
    channels: tuple[str, ...]
    pip: tuple[str, ...]
    variables: Mapping[str, str]
    removed: tuple[Package, ...] = ()
    changed: tuple[Difference, ...] = ()
    rebuilt: tuple[Difference, ...] = ()
    additive: bool = False
    to_fetch: int = 0
    download: int = 0
    runs_code: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""
    python: str = ""
    archive: Download | None = None

    @property
    def hash(self) -> str:
        """SHA-256 (hex) over what will be on disk and what was shown of it, not over what happens to be cached."""
        content: list[Any] = [
            self.environment,
            sorted(package.identity for package in self.added),
            sorted(package.identity for package in self.removed),
            list(self.channels),
            list(self.pip),
            sorted(self.variables.items()),
            self.digest,
            self.python,
            *([self.archive.url, self.archive.sha256] if self.archive else []),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


Phase = Literal["solving", "fetching", "linking", "pip", "publishing", "removing", "executing", "verifying",
    "waiting", "building", "pushing", "packing",
]  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """Where a long operation is. Totals are None while they are unknown; bytes are those to download, read or pack."""

    phase: Phase
    packages_done: int = 0
    packages_total: int | None = None
    bytes_done: int = 0
    bytes_total: int | None = None
    package: str | None = None


class Reporter(Protocol):
    """Who is told how a long operation goes. Implementations must be quick and must not raise."""

    def progress(self, progress: Progress) -> None:
        """A new state; each call replaces the one before."""

    def log(self, line: str) -> None:
        """One line of log, without its line end."""


class SilentReporter:
    """Tells nobody."""

    def progress(self, progress: Progress) -> None:
        """Drop it."""

    def log(self, line: str) -> None:
        """Drop it."""
