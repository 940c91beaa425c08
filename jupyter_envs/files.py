"""Writing to the disk so that a crash loses nothing, and saying what is wrong with the disk when it cannot be done."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import DiskTrouble

ALMOST_NOTHING = 64 * 1024


@contextmanager
def disk(doing: str, folder: Path | None = None) -> Iterator[None]:
    """Errors of the disk inside become `DiskTrouble` that names the file, or the ``folder`` that is worked in."""
    try:
        yield
    except OSError as error:
        hints = {
            errno.ENOSPC: "Free some space on this disk, then try again.",
            errno.EDQUOT: "Your disk quota is used up; remove something, then try again.",
            errno.EIO: "The disk is failing: the system's log says more.",
            errno.EROFS: "The disk is read-only; set Manager.root_dir to a place that can be written.",
        }
        hint = hints.get(error.errno or 0, "Check that the folder exists and that you may write to it.")
        place = error.filename or folder or "the disk"
        trouble = DiskTrouble(f"{doing} failed: {place}: {error.strerror or error}.", hints=(hint,), path=str(place))
        raise with_disk(trouble, ()) from error


def with_disk(error: DiskTrouble, places: Sequence[Path]) -> DiskTrouble:
    """The same error, which also says which disk it is about: its path's, or that one of ``places`` in trouble."""
    if "disk" in error.fields:
        return error
    own = Path(str(error.fields.get("path") or ""))
    candidates = [own] if own.is_absolute() else sorted(places, key=lambda place: not disk_state(place)[1])
    if not candidates:
        return error
    mount, state = disk_state(candidates[0])
    message = f"{error.message} Disk: {mount} ({state or free_text(mount)})."
    return DiskTrouble(message, hints=error.hints, **{**error.fields, "disk": str(mount)})


def disk_state(path: Path) -> tuple[Path, str]:
    """Where the disk of a path is mounted, and what is wrong with it, if that can be seen."""
    mount = path
    while mount != mount.parent and not (mount.exists() and mount.is_mount()):
        mount = mount.parent
    try:
        found = os.statvfs(mount)
    except OSError as error:
        return mount, error.strerror or "not readable"
    if found.f_flag & getattr(os, "ST_RDONLY", 1):
        return mount, "read-only"
    if found.f_files and not found.f_favail:
        return mount, "no room for another file"
    return mount, "full" if found.f_bavail * found.f_frsize < ALMOST_NOTHING else ""


def free_text(mount: Path) -> str:
    """How much room there is, for people."""
    return f"{shutil.disk_usage(mount).free / 1e6:.0f} MB free"


def require_room(folder: Path, needed: int, headroom: int) -> None:
    """Raise `DiskTrouble` unless ``needed`` bytes can be written below ``folder`` and ``headroom`` stays free."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < needed + headroom:
        mount, _ = disk_state(place)
        raise DiskTrouble(
            f"There is not enough room on the disk {mount}: {needed / 1e6:.0f} MB are to be downloaded,"
            f" {headroom / 1e6:.0f} MB have to stay free, and {free / 1e6:.0f} MB are.",
            hints=("Free some space, or set Manager.cache_dir to another disk.", "jupyter envs gc shows what can go."),
            path=str(folder),
            disk=str(mount),
            free=free,
            needed=needed + headroom,
        )


def write_atomically(path: Path, text: str, *, lasting: bool = True) -> None:
    """Replace a file by temporary file, fsync and rename: at any moment it is the old one or the new one.

    What need not outlive a crash of the machine, because it can be made again, is not ``lasting``: no fsync.
    """
    write_together({path: text}, lasting=lasting)


def write_together(texts: Mapping[Path, str], *, lasting: bool = True) -> None:
    """`write_atomically` for several files of one folder, one after the other."""
    for path, text in texts.items():
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with part.open("w", encoding="utf-8") as file:
                file.write(text)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    if lasting:
        for folder in {path.parent for path in texts}:
            fsync_folder(folder)


def fsync_folder(folder: Path) -> None:
    """Have the names in a folder outlive a crash of the machine."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
