"""What the manager is asked for, and the documents that it reads and writes then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from jupyter_envs.models import EngineName


class Documents(Protocol):
    """The world that notebooks live in: the contents root of a server, or the disk of the command line.

    Paths are POSIX paths relative to its root. Both calls raise `Forbidden` for what lies outside.
    """

    async def read(self, path: str) -> str | None:
        """The text of a file, None if it is not there."""

    async def write(self, path: str, text: str) -> None:
        """Replace the text of a file, or make it."""


@dataclass(frozen=True)
class CreateRequest:
    """What to make an environment from: exactly one of ``packages``, ``file``, ``lock``, ``clone`` and ``pin``.

    ``file`` and ``lock`` are texts; ``filename`` is the file's path in the documents, which says what it is and where
    the files lie that its pip section names; ``environment`` chooses one of a pixi.lock. ``pin`` is a notebook's path:
    its environment is built from its lock, or with ``update`` solved again from its file, after which lock and pin are
    written anew (the notebook itself only if ``write_notebook``). ``channels`` go with ``packages``. ``as_of`` is a
    date or a time (ISO 8601) whose packages are wanted; it says nothing where a lock decides. ``engine`` says whose
    ``packages`` are meant, conda's (match specs) or PyPI's (requirements); empty for the configured one. ``clone`` is
    the name or the folder of an environment to copy.
    """

    name: str | None = None
    packages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    file: str | None = None
    filename: str | None = None
    environment: str | None = None
    lock: str | None = None
    pin: str | None = None
    update: bool = False
    write_notebook: bool = True
    as_of: str = ""
    clone: str | None = None
    engine: EngineName | Literal[""] = ""


@dataclass(frozen=True)
class ChangeRequest:
    """How to change an environment: an edited ``file`` (its text), or any of the others.

    ``filename`` is that file's, as in `CreateRequest`.
    ``install`` holds match specs and ``pip`` requirement lines, each in place of what asked for the same package;
    ``update`` and ``remove`` hold names. Without ``update`` or ``update_all`` a package keeps its locked version
    where the rest allows it. ``as_of`` is a date as in `CreateRequest`; without one, the date stays that the
    environment was made as of, and ``none`` ends that.
    """

    environment: str
    install: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    update_all: bool = False
    remove: tuple[str, ...] = ()
    file: str | None = None
    filename: str | None = None
    as_of: str = ""
