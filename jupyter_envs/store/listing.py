"""What there is in the store, read only: names, records, where prefixes are, the file and the lock of a generation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs import envfile, lockfile
from jupyter_envs.environment_record import parse
from jupyter_envs.errors import DiskTrouble, EnvsError, NameTaken, NotFound
from jupyter_envs.models import Environment, Generation, Lock, Spec
from jupyter_envs.naming import NAME, check_name
from jupyter_envs.rights import Rights


def missing(name: str) -> NotFound:
    """The error for an environment that is not there."""
    hints = ("“jupyter envs list” shows what there is.",)
    return NotFound(f"There is no environment named {name}.", hints=hints, name=name)


@contextmanager
def readable(what: str, name: str, path: Path) -> Iterator[None]:
    """What cannot be read inside is damaged: `DiskTrouble`."""
    try:
        yield
    except (OSError, UnicodeDecodeError, EnvsError) as error:
        gone = isinstance(error, FileNotFoundError)
        raise DiskTrouble(
            f"The {what} of the environment {name} is {'gone' if gone else 'damaged'}: {path}.",
            hints=("“jupyter envs doctor --repair” writes it again from what is there.",),
            path=str(path),
        ) from error


class Listing:
    """All environments below one root, and what is written down of each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, tuple[tuple[int, int], Environment]] = {}
        self.rights = Rights(root / ".locks")

    def names(self) -> list[str]:
        """Names of all environments, sorted."""
        return [name for name in self._folders() if os.path.isfile(self._record(name))]  # noqa: PTH113

    def listing(self) -> list[tuple[str, Environment | DiskTrouble]]:
        """All environments by name; in place of one whose record is damaged, the error. Two system calls each."""
        found: list[tuple[str, Environment | DiskTrouble]] = []
        for name in self._folders():
            try:
                found.append((name, self._load(name)))
            except NotFound:
                continue
            except DiskTrouble as error:
                found.append((name, error))
        return found

    def _folders(self) -> list[str]:
        """Names of the folders that may be environments, sorted; a link is none."""
        try:
            with os.scandir(self.root) as found:
                return sorted(
                    entry.name for entry in found if NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
                )
        except FileNotFoundError:
            return []

    def _record(self, name: str) -> str:
        # a list of hundreds of environments spends its time here, and a Path costs more than its file
        return f"{self.root}{os.sep}{name}{os.sep}environment.json"

    def get(self, name: str) -> Environment:
        """One environment. Raises `NotFound`, or `DiskTrouble` when its `environment.json` is damaged."""
        if self._is_link(check_name(name)):
            raise missing(name)
        return self._load(name)

    def _load(self, name: str) -> Environment:
        """The record, read again only when the file is another one than before."""
        path = self._record(name)
        try:
            status = os.stat(path)  # noqa: PTH116
            stamp = (status.st_mtime_ns, status.st_ino)
            known = self._read.get(name)
            if known is None or known[0] != stamp:
                with open(path, "rb") as file:  # noqa: PTH123
                    known = (stamp, parse(json.load(file)))
                if known[1].name != name:
                    raise ValueError("another environment's record")
                self._read[name] = known
        except (FileNotFoundError, NotADirectoryError) as error:
            raise missing(name) from error
        except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
            raise DiskTrouble(
                f"The record of the environment {name} is damaged: {path}.",
                hints=("“jupyter envs doctor --repair” writes it again from what is there.",),
                path=path,
            ) from error
        return known[1]

    def exists(self, name: str) -> bool:
        """Whether there is an environment of just that name, be it damaged or whole; a link is none."""
        return os.path.isfile(self._record(name)) and not self._is_link(name)  # noqa: PTH113

    def _is_link(self, name: str) -> bool:
        return os.path.islink(f"{self.root}{os.sep}{name}")  # noqa: PTH114

    def require(self, name: str) -> None:
        """Raise `NotFound` unless there is such an environment, be it damaged or whole."""
        if not self.exists(check_name(name)):
            raise missing(name)

    def require_free(self, name: str) -> None:
        """Raise `InvalidName`, or `NameTaken` if an environment has the name, whatever the case of its letters."""
        if check_name(name).lower() in (other.lower() for other in self.names()):
            hints = ("Choose another name, or remove the environment first.",)
            raise NameTaken(f"There is an environment named {name} already.", hints=hints, name=name)
        self.require_inside(name)

    def require_inside(self, name: str) -> None:
        """Raise `NameTaken` where a link in the name's place would lead out of the store."""
        folder = self.root / name
        for place in (folder, folder / "g", folder / "records"):
            if place.is_symlink():
                hints = ("Choose another name, or take the link away.",)
                raise NameTaken(f"{place} is a link, and links are not followed.", hints=hints, name=name)

    def prefix(self, name: str, generation: str) -> Path:
        """Where a generation's prefix is; several generations may share one."""
        folder = next((known.folder for known in self.listed(name) if known.id == generation), "")
        return Path(self.root, name, "g", folder or generation)

    def records(self, name: str, generation: str) -> Path:
        """Where a generation's environment file and lock are."""
        return self.root / name / "records" / generation

    def spec(self, name: str, generation: str) -> Spec:
        """What was asked for. Raises `DiskTrouble` for a file that is gone or damaged."""
        path = self.records(name, generation) / "environment.yml"
        with readable("environment file", name, path):
            return envfile.parse(path.read_bytes())

    def lock(self, name: str, generation: str) -> Lock:
        """What it resolved to. Raises `DiskTrouble` for a file that is gone or damaged."""
        path = self.records(name, generation) / "conda-lock.yml"
        with readable("lock", name, path):
            return lockfile.parse_again(path.read_text(encoding="utf-8"))

    def prefixes(self, name: str) -> list[Path]:
        """The prefixes of all generations, the current one's first; none if the record is damaged."""
        try:
            environment = self.get(name)
        except EnvsError:
            return []
        ids = [environment.current, *(generation.id for generation in environment.generations)]
        return list(dict.fromkeys(self.prefix(name, identity) for identity in ids))

    def listed(self, name: str) -> tuple[Generation, ...]:
        """The generations of an environment; none of one that is damaged or not there."""
        try:
            return self.get(name).generations
        except (DiskTrouble, NotFound):
            return ()
