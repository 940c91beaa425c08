"""One archive of a prefix that works in another folder, written by conda-pack (an optional library).

What lies in the prefix is packed, with what pip or a hand changed there. Only binary files that hold the prefix's
path are taken from the package cache: there they have room for a longer path, and their hash is compared first.
Reads the prefix, never changes it; runs in a worker, since conda-pack cannot be cancelled.
"""

from __future__ import annotations

import importlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_envs import conda_records
from jupyter_envs.engine import shared
from jupyter_envs.engine.cache_check import sha256_of
from jupyter_envs.engine.progress import Tracker
from jupyter_envs.errors import Conflict, Damaged, NotFound
from jupyter_envs.files import disk
from jupyter_envs.prefix import conda_package
from jupyter_envs.redact import clean_text, redact

# files of the user that are about this machine, and may hold a password
PRIVATE = frozenset({"pip.conf", "pip.ini", ".condarc", "condarc", ".netrc", ".pypirc"})
RUNS_LATER = ("etc/conda/activate.d/", "etc/conda/deactivate.d/", "share/jupyter/kernels/")
STATE = "conda-meta/state"
FASTER_THAN_SMALL = 4


def library() -> Any:
    """conda-pack. Raises `NotFound` where it is not installed."""
    try:
        return importlib.import_module("conda_pack")
    except ImportError as error:
        raise NotFound(
            "Packing needs conda-pack, which is not installed.",
            hints=("pip install conda-pack (or jupyter-envs[pack]), then try again.",),
        ) from error


@dataclass
class Packing:
    """What goes into the archive of one prefix, and what has to be said about it."""

    prefix: Path
    cache_dir: Path
    scratch: Path
    notes: list[str] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def chosen(self, files: list[Any], make: Callable[..., Any]) -> Iterator[Any]:
        """conda-pack's files, each from where its bytes are right; ``make`` makes another one.

        Raises `Conflict` for a link that leads out of the prefix, `Damaged` for a binary file that cannot be moved.
        """
        binaries = self._binaries()
        self._tell_of_others({Path(file.target).parts[0] for file in files})
        for file in files:
            source = self.prefix / file.target
            if not self._belongs(source, file):
                continue
            if original := binaries.get(file.target):
                placeholder, source = original
                yield make(str(source), file.target, True, "binary", placeholder)
            elif cleaned := self._cleaned(source, file.target):
                yield make(str(cleaned), file.target, file.is_conda, file.file_mode, str(self.prefix))
            else:
                alone = self._alone(source)
                yield make(str(alone), file.target, file.is_conda, file.file_mode, str(self.prefix))

    def _alone(self, source: Path) -> Path:
        """The file, or a copy where it is another name of one that was chosen.

        conda-pack may write the second one at full length and marked as a link, and nobody can unpack that.
        """
        status = source.lstat()
        inode = (status.st_dev, status.st_ino)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink == 1 or inode not in self.seen:
            self.seen.add(inode)
            return source
        copy = self._new_file()
        shutil.copy2(source, copy)
        return copy

    def _new_file(self) -> Path:
        number, path = tempfile.mkstemp(dir=self.scratch)
        os.close(number)
        return Path(path)

    def _tell_of_others(self, known: set[str]) -> None:
        for name in sorted({entry.name for entry in self.prefix.iterdir()} - known):
            self.notes.append(f"{name} is left out: conda-pack does not take it for a part of the environment.")

    def _belongs(self, source: Path, file: Any) -> bool:
        """Whether a file goes into the archive; what is left out of it is said."""
        mode = source.lstat().st_mode
        if stat.S_ISLNK(mode):
            self._check_link(source, file.target)
        elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            self.notes.append(f"{file.target} is no ordinary file: it is left out.")
            return False
        elif source.name in PRIVATE and not file.is_conda:
            self.notes.append(f"{file.target} may hold a password: it is left out.")
            return False
        if file.target == STATE:
            self.notes.append(f"{STATE}, the variables that conda sets in this environment, is left out.")
        return file.target not in (STATE, f"conda-meta/{conda_records.INDEX}")

    def _check_link(self, link: Path, target: str) -> None:
        leads_to = os.readlink(link)  # noqa: PTH115  (a Path would drop what makes it leave)
        place = os.path.normpath(os.path.join(os.path.dirname(target), leads_to))  # noqa: PTH118, PTH120
        if Path(place).is_absolute() or Path(place).parts[:1] == (os.pardir,):
            raise Conflict(
                f"{target} is a link to {leads_to}: on another machine it would lead to something else, or nowhere.",
                hints=("Put the file itself in its place, or make the link relative and inside, or remove it.",),
                path=str(link),
            )

    def _cleaned(self, source: Path, target: str) -> Path | None:
        """A copy without the secrets in addresses, if the file is a record and has any; other files are only told."""
        record = target.startswith("conda-meta/") or target.endswith(".dist-info/direct_url.json")
        if not (record or target.startswith(RUNS_LATER)) or not source.is_file():
            return None
        text = source.read_text(encoding="utf-8", errors="replace")
        if not record:
            if redact(text) != text:
                self.notes.append(f"{target} may hold a secret: it is packed as it is.")
            return None
        if (clean := clean_text(text)) == text:
            return None
        copy = self._new_file()
        copy.write_text(clean, encoding="utf-8")
        copy.chmod(0o644)
        self.notes.append(f"{target} held a secret in an address: it is taken out.")
        return copy

    def _binaries(self) -> dict[str, tuple[str, Path]]:
        """Binary files with the prefix's path in them: their placeholder, and the original in the package cache."""
        found = {}
        for path in sorted((self.prefix / "conda-meta").glob("*.json")):
            record = conda_records.read_whole(path)
            listed = (record.get("paths_data") or {}).get("paths", ())
            held = [item for item in listed if item.get("prefix_placeholder") and item.get("file_mode") == "binary"]
            if held:
                entry = shared.place(conda_package(record, ""), self.cache_dir)
                found.update({item["_path"]: self._original(entry, item, record["name"]) for item in held})
        return found

    def _original(self, entry: Path, item: dict[str, Any], package: str) -> tuple[str, Path]:
        target, source, own = item["_path"], entry / item["_path"], self.prefix / item["_path"]
        expected = item.get("sha256_in_prefix")
        if expected and own.is_file() and sha256_of(own) != expected:
            raise damaged(package, target, "was changed by hand, and holds this folder's path")
        if not source.is_file() or sha256_of(source) != item.get("sha256"):
            raise damaged(package, target, "holds this folder's path, and the package cache has it no more as it was")
        return str(item["prefix_placeholder"]), source


def damaged(package: str, target: str, why: str) -> Damaged:
    """The error for a binary file that cannot be given another path."""
    hint = "“jupyter envs clone NAME COPY” makes it again from its lock; pack the copy."
    return Damaged(f"{target} of {package} {why}: it cannot be packed.", hints=(hint,), package=package, path=target)


class Counted(list[Any]):
    """Files, of which it is told how large each was once the next one is asked for."""

    tell: Callable[[int], None]

    def __iter__(self) -> Iterator[Any]:
        """One file after the other."""
        for file in super().__iter__():
            yield file
            self.tell(size_of(file))


def size_of(file: Any) -> int:
    """The bytes of a file; a link has none."""
    status = os.lstat(file.source)
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def pack(prefix: Path, output: Path, cache_dir: Path, tracker: Tracker) -> list[str]:
    """Write the archive to a new file, in a format by its ending, and return what has to be said about it.

    Temporary files are made in the output's folder, which must be the caller's own. Raises `NotFound` without
    conda-pack, `Conflict` for what conda-pack refuses, and as `Packing.chosen` does.
    """
    conda_pack = library()
    tempfile.tempdir = str(output.parent)
    packing = Packing(prefix, cache_dir, output.parent)
    try:
        listed = conda_pack.CondaEnv.from_prefix(str(prefix), on_missing_cache="ignore")
        made = conda_pack.CondaEnv(str(prefix), list(packing.chosen(listed.files, conda_pack.core.File)))
        made.files = Counted(made.files)
        made.files.tell = tracker.count
        tracker.start("packing", size=sum(map(size_of, list(made.files))))
        with disk("Packing", output.parent.parent):
            made.pack(output=str(output), compress_level=FASTER_THAN_SMALL)
    except conda_pack.CondaPackException as error:
        raise Conflict(f"conda-pack refuses: {str(error).strip()}", hints=()) from error
    return packing.notes
