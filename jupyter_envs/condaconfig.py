"""Where conda keeps its configuration, and what stands there: the search path that conda documents, lowest first.

Reads files, changes nothing. No value's environment variables are expanded; the variables of the search path itself
(``CONDA_ROOT``, ``XDG_CONFIG_HOME``, ``CONDA_PREFIX``, ``CONDARC``) are the caller's, not a file's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_envs import condarc
from jupyter_envs.channels import CondaSettings, settings_of
from jupyter_envs.condarc import Condarc, Entry, Item
from jupyter_envs.yaml_guard import MAX_BYTES, Place

SYSTEM = ("/etc/conda", "/var/lib/conda")
NAMES = (".condarc", "condarc", "condarc.d")
MOST_FILES = 100
ADMIN = "the configuration of Jupyter Envs"


@dataclass(frozen=True)
class Reading:
    """The settings in force, the files that were read, lowest first, and what people should be told of them."""

    settings: CondaSettings
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def places(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Every place where conda looks, lowest first; folders named ``condarc.d`` hold any number of files."""
    folders = [*SYSTEM, environ.get("CONDA_ROOT", "")]
    xdg = environ.get("XDG_CONFIG_HOME", "")
    folders += [os.path.join(xdg, "conda") if xdg else "", str(home / ".config" / "conda"), str(home / ".conda")]  # noqa: PTH118
    for folder in filter(None, folders):
        yield from (Path(folder, name) for name in NAMES)
    yield home / ".condarc"
    if prefix := environ.get("CONDA_PREFIX"):
        yield from (Path(prefix, name) for name in NAMES)
    if named := environ.get("CONDARC"):
        yield Path(named).expanduser()


def files(environ: Mapping[str, str], home: Path) -> list[Path]:
    """The files that are there, lowest first, each once."""
    found: dict[Path, None] = {}
    for place in places(environ, home):
        if place.is_dir():
            inner = sorted(path for path in place.rglob("*") if path.suffix in (".yml", ".yaml") and path.is_file())
            found.update(dict.fromkeys(inner[:MOST_FILES]))
        elif place.is_file():
            found.setdefault(place)
    return list(found)


def load(environ: Mapping[str, str], home: Path, configured: Mapping[str, object] | None = None) -> Reading:
    """Read all files. What is ``configured`` for Jupyter Envs itself, by key, wins over them.

    Raises `InvalidFile` for a file that is not understood: without it, packages might come from elsewhere.
    """
    read: list[Condarc] = [admin(configured)] if configured else []
    notes: list[str] = []
    for path in files(environ, home):
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            notes.append(f"{path} cannot be read: {error.strerror or error}.")
            continue
        found = condarc.parse(data, source=str(path))
        read.append(found)
        notes += found.notes
    settings = settings_of(condarc.merge(read))
    names = tuple(file.source for file in read if file.source != ADMIN)
    return Reading(with_folders(settings, home), names, tuple(notes))


def alone(configured: Mapping[str, object]) -> Reading:
    """The configuration of Jupyter Envs without any file of conda's."""
    return Reading(settings_of(condarc.merge([admin(configured)])))


def admin(configured: Mapping[str, object]) -> Condarc:
    """Values of the administrator as a file that is final in each of its keys."""
    return Condarc(ADMIN, {key: replace(entry_of(key, value), final=True) for key, value in configured.items()})


def entry_of(key: str, value: object) -> Entry:
    """A text, a list or a mapping as an entry."""
    if isinstance(value, Mapping):
        return Entry(children={str(name): entry_of(key, child) for name, child in value.items()})
    texts: Sequence[object] = value if isinstance(value, list | tuple) else [value]
    return Entry(tuple(Item(condarc.checked(key, str(text), Place(ADMIN, key)), ADMIN) for text in texts))


def with_folders(settings: CondaSettings, home: Path) -> CondaSettings:
    """The same settings with ``~`` in folders written out."""

    def whole(folder: str) -> str:
        return str(home / folder[2:]) if folder.startswith("~/") else folder

    return replace(
        settings,
        pkgs_dirs=tuple(map(whole, settings.pkgs_dirs)),
        envs_dirs=tuple(map(whole, settings.envs_dirs)),
        ssl_verify=whole(settings.ssl_verify),
    )
