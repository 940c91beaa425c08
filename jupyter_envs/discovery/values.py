"""What a search needs and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["conda", "pixi", "venv", "virtualenv", "pipenv", "uv"]

CONDA_ROOTS = (
    "~/miniconda3",
    "~/miniforge3",
    "~/anaconda3",
    "~/mambaforge",
    "~/micromamba",
    "~/.local/share/mamba",
    "/opt/conda",
    "/opt/miniconda3",
    "/opt/miniforge3",
    "/opt/anaconda3",
)


@dataclass(frozen=True)
class Places:
    """Where to look.

    ``conda_roots`` are installations of conda tools, ``envs_dirs`` folders of conda environments, ``virtualenv_dirs``
    folders of virtual environments, and ``projects`` folders that are searched ``depth`` levels deep for ``.venv``,
    ``.pixi/envs`` and the like. ``prefixes`` are environments that somebody named. ``own`` is our own store, which is
    left out. ``names`` are names that are settled: of environments whose kernel was registered, by their prefix.
    ``taken`` are names that nobody else gets.
    """

    home: Path
    conda_roots: tuple[Path, ...] = ()
    envs_dirs: tuple[Path, ...] = ()
    virtualenv_dirs: tuple[Path, ...] = ()
    projects: tuple[Path, ...] = ()
    own: Path | None = None
    depth: int = 2
    names: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    prefixes: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A folder that may be an environment, what it would be called, and who made it."""

    path: str
    name: str
    source: str


@dataclass(frozen=True)
class Foreign:
    """An environment of another tool.

    ``name`` is unique among all that a search found; ``source`` says where it is from (``miniconda3``, ``venv`` …).
    ``packages`` counts conda's records in a conda prefix, Python distributions elsewhere. ``kernel`` says whether it
    could be used as a kernel as it is.
    """

    name: str
    prefix: Path
    kind: Kind
    source: str
    python: str | None
    packages: int
    kernel: bool

    @property
    def is_conda(self) -> bool:
        """Whether its packages are conda's."""
        return self.kind in ("conda", "pixi")


@dataclass(frozen=True)
class Problem:
    """Something that looks like an environment and cannot be used."""

    path: str
    message: str


@dataclass(frozen=True)
class Discovery:
    """All that was found, by name, and all that could not be used."""

    found: tuple[Foreign, ...] = ()
    problems: tuple[Problem, ...] = ()
