"""`Documents` on the disk: notebooks and their files, wherever the user may write."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_envs.errors import DiskTrouble, Forbidden
from jupyter_envs.files import disk, write_atomically


class DiskDocuments:
    """Files below one folder, the notebook's own; a pin's files lie beside the notebook or below it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @classmethod
    def beside(cls, notebook: str) -> tuple[DiskDocuments, str]:
        """The documents of a notebook's folder, and the notebook's path in it."""
        path = Path(notebook)
        return cls(path.parent), path.name

    async def read(self, path: str) -> str | None:
        """The text of a file, None if it is not there. Raises `Forbidden`, `DiskTrouble`."""
        return await asyncio.to_thread(self._read, self._inside(path))

    async def exists(self, path: str) -> bool:
        """Whether there is a file. Raises `Forbidden`."""
        return await asyncio.to_thread(self._inside(path).is_file)

    async def write(self, path: str, text: str) -> None:
        """Replace a file's text atomically. Raises `Forbidden`, `DiskTrouble`."""
        await asyncio.to_thread(self._write, self._inside(path), text)

    def place(self, path: str) -> Path | None:
        """Where a path is on the disk. Raises `Forbidden`."""
        return self._inside(path)

    async def make_folder(self, path: str) -> None:
        """Make a folder if it is not there. Raises `Forbidden`, `DiskTrouble`."""
        folder = self._inside(path)
        with disk("Making a folder"):
            await asyncio.to_thread(folder.mkdir, exist_ok=True)

    def _inside(self, path: str) -> Path:
        place = (self.root / path).resolve()
        if not place.is_relative_to(self.root):
            raise Forbidden(
                f"{path} is not in the notebook's folder.", hints=("Keep a notebook's files beside it.",), path=path
            )
        return place

    def _read(self, place: Path) -> str | None:
        try:
            return place.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise DiskTrouble(f"{place} cannot be read: {error}", path=str(place)) from error

    def _write(self, place: Path, text: str) -> None:
        try:
            write_atomically(place, text)
        except OSError as error:
            reason = error.strerror or str(error)
            hints = ("Check that the folder exists and that you may write to it.",)
            raise DiskTrouble(f"{place} cannot be written: {reason}.", hints=hints, path=str(place)) from error
