"""The files below ``binder/``.

What repo2docker does with them (repo2docker.readthedocs.io, "Configuration files"): ``environment.yml`` chooses the
Python of Jupyter's own server and nothing else here; ``postBuild`` runs once in the finished image, and builds the
locked environments beside the server's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .. import envfile, matchspec
from ..errors import InvalidInput
from ..models import Package
from ..redact import clean_text, clean_url
from ..versions import minor
from .marker import marked
from .scripts import post_build
from .targets import MAIN_PLATFORM, Target, has_python, is_usable

Mode = Literal["locked", "merge"]
MODES: tuple[Mode, ...] = ("locked", "merge")
FOLDER = "binder"
SERVER_PYTHON = "3.12"


@dataclass(frozen=True)
class File:
    """A file to write, its path relative to the repository's top."""

    path: str
    text: str


@dataclass(frozen=True)
class Wish:
    """``python`` is the version of Jupyter's own server, ``puller`` adds nbgitpuller to it."""

    python: str = SERVER_PYTHON
    puller: bool = False

    def __post_init__(self) -> None:
        if not has_python(self.python):
            raise InvalidInput(f"“{self.python}” is no Python that repo2docker has.", hints=("Use 3.8 to 3.14.",))


def write_files(targets: Sequence[Target], wish: Wish) -> tuple[File, ...]:
    """The files that build every target with each package by its hash.

    Packages that cannot be named in a list (see `targets.problems`) raise `InvalidInput`.
    """
    places = lock_places(targets)
    files = [File(f"{FOLDER}/environment.yml", marked(_server(server_wish(targets, wish))))]
    for target in targets:
        for platform in target.platforms:
            if target.of(platform, "conda"):
                files.append(File(f"{FOLDER}/{places[target].conda(platform)}", _explicit(target, platform)))
            if target.of(platform, "pip"):
                files.append(File(f"{FOLDER}/{places[target].pip(platform)}", _requirements(target, platform)))
    files.append(File(f"{FOLDER}/postBuild", marked(post_build(targets, places))))
    return tuple(files)


def server_wish(targets: Sequence[Target], wish: Wish) -> Wish:
    """The server's Python is the one that environments of PyPI packages alone stand on, if there are any."""
    wanted = [target.python for target in targets if target.is_alone and has_python(target.python)]
    return replace(wish, python=wanted[0]) if wanted else wish


@dataclass(frozen=True)
class Places:
    """The names of a target's lists; ``prefix`` tells several targets apart."""

    prefix: str

    def conda(self, platform: str) -> str:
        """The list for mamba."""
        return f"{self.prefix}conda-{platform}.lock"

    def pip(self, platform: str) -> str:
        """The list for pip: plain for Binder's usual platform."""
        return f"{self.prefix}requirements{'' if platform == MAIN_PLATFORM else f'-{platform}'}.lock"


def lock_places(targets: Sequence[Target]) -> Mapping[Target, Places]:
    """Where each target's lists are."""
    several = len(targets) > 1
    return {target: Places(f"{target.environment}." if several else "") for target in targets}


def merge_files(target: Target, wish: Wish) -> tuple[File, ...]:
    """What was asked for as one plain file, for repo2docker to merge into the server's environment.

    Not the locked packages: see the notes that `LIMITS` holds.
    """
    spec = envfile.select(target.spec, MAIN_PLATFORM)
    packages = target.of(MAIN_PLATFORM, "conda")
    python = next((minor(one.version) for one in packages if one.name == "python"), target.python)
    version = python if has_python(python) else wish.python
    names = [(matchspec.parse(text).name, text) for text in spec.conda]
    rest = [clean_text(text) for name, text in names if name not in ("python", "pip")]
    pip = tuple(clean_text(line) for line in spec.pip)
    more = [*(["nbgitpuller"] if wish.puller else []), *(["pip"] if pip else [])]
    channels = tuple(clean_text(channel) for channel in spec.channels)
    merged = replace(spec, name=None, channels=channels, conda=(f"python={version}", *rest, *more), pip=pip)
    text = envfile.write(replace(merged, variables={}, platforms=(), python=""))
    return (File(f"{FOLDER}/environment.yml", marked(text.rstrip("\n").split("\n"))),)


LIMITS = (
    "Merge mode does not use the lock: Binder chooses versions anew, beside the packages of its own server.",
    "Merge mode has one environment: notebooks run in the server's own kernel, whatever kernel they name.",
    "Variables and the name of the environment file are ignored by repo2docker.",
)


def _server(wish: Wish) -> list[str]:
    more = ["  - nbgitpuller"] if wish.puller else []
    return [
        "# Only the Python of Jupyter's own server. The notebooks' environments are built by postBuild.",
        "dependencies:",
        f"  - python={wish.python}",
        *more,
    ]


def _explicit(target: Target, platform: str) -> str:
    packages = target.of(platform, "conda")
    lines = [f"{clean_url(package.url)[0]}#sha256:{_usable(package).sha256}" for package in packages]
    return marked([f"# platform: {platform}", f"# digest: {target.lock.digest(platform)}", "@EXPLICIT", *lines])


def _requirements(target: Target, platform: str) -> str:
    packages = target.of(platform, "pip")
    lines = [
        f"{package.name} @ {clean_url(_usable(package).url)[0]} --hash=sha256:{package.sha256}" for package in packages
    ]
    return marked([f"# For {platform}; installed with --no-deps --require-hashes.", *lines])


def _usable(package: Package) -> Package:
    if not is_usable(package):
        raise InvalidInput(
            f"{package.name} {package.version} cannot be written into a list: its address or hash is not plain.",
            hints=("Lock the environment again from a channel with an https address.",),
            package=package.name,
        )
    return package
