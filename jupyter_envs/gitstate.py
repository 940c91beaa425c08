"""A git checkout, read by git itself: the only module that runs it.

git is only asked what it knows, never to change anything, and runs nothing of the repository's: no hooks, no filters
(files are compared with their blobs here), no file system monitor, no fetching. The environment that it gets is a list.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from jupyter_envs.errors import GitProblem

TIMEOUT_SECONDS = 20
_MTIME = re.compile(r"^  mtime: (\d+):(\d+)$", re.MULTILINE)
_SIZE = re.compile(r"^  size: (\d+)\t", re.MULTILINE)
_PASSED = ("PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "TMPDIR")
_FIXED = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
_OPTIONS = (
    "--no-optional-locks",
    "--no-pager",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.sshCommand=false",
    "-c", "core.quotePath=false",
    "-c", "log.showSignature=false",
)  # fmt: skip


class FileState(str, Enum):
    """A file, compared with a commit."""

    COMMITTED = "committed"
    MODIFIED = "modified"
    UNTRACKED = "untracked"
    IGNORED = "ignored"
    MISSING = "missing"


@dataclass(frozen=True)
class Checkout:
    """A working tree: its top folder, the full id of its commit (empty before the first), branch and remote.

    ``branch`` is empty on a detached head; ``remote`` is a name and ``address`` what git has for it, secrets included.
    """

    top: Path
    commit: str
    branch: str
    remote: str = ""
    address: str = ""


def find(folder: Path) -> Checkout | None:
    """The checkout that a folder is in; None if it is in none. Raises `GitProblem`."""
    found = _git(folder, "rev-parse", "--show-toplevel")
    if found is None:
        return None
    top = Path(found.removesuffix("\n"))
    branch = _line(top, "symbolic-ref", "--quiet", "--short", "HEAD")
    remote = _remote(top, branch)
    address = _line(top, "config", "--local", "--get", f"remote.{remote}.url") if remote else ""
    return Checkout(top, commit_of(top, "HEAD"), branch, remote, address)


def commit_of(top: Path, ref: str) -> str:
    """The full id of a commit; empty if there is no such ref here. Raises `GitProblem`."""
    return _line(top, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{ref}^{{commit}}")


def is_pushed(checkout: Checkout, commit: str) -> bool:
    """Whether a branch of the remote had the commit when git last heard of it; the network is not asked."""
    names = f"refs/remotes/{checkout.remote}/"
    found = _git(checkout.top, "for-each-ref", "--count=1", "--format=%(refname)", f"--contains={commit}", names)
    return bool(found)


def states(top: Path, commit: str, paths: Iterable[str]) -> dict[str, FileState]:
    """How files (POSIX paths below ``top``) compare with a commit. Raises `GitProblem`."""
    return {path: _state(top, commit, path) for path in paths}


def _state(top: Path, commit: str, path: str) -> FileState:
    blob = _blob(top, commit, path)
    try:
        here = (top / path).read_bytes()
    except OSError:
        return FileState.MISSING
    if blob is None:
        # check-ignore knows no literal paths; a path that begins with ./ is none of git's patterns
        ignored = _run(top, "check-ignore", "--quiet", "--", f"./{path}", literal=False).returncode == 0
        return FileState.IGNORED if ignored else FileState.UNTRACKED
    same = blob.replace(b"\r\n", b"\n") == here.replace(b"\r\n", b"\n")
    return FileState.COMMITTED if same or _is_filtered(top, commit, path) else FileState.MODIFIED


def _is_filtered(top: Path, commit: str, path: str) -> bool:
    """Whether git itself takes a file for unchanged whose bytes differ: a filter (LFS, nbstripout) changed them.

    git remembers size and time of what it last compared; running the filter again would run what a repository names.
    """
    listed = _git(top, "ls-files", "--stage", "--debug", "--", path) or ""
    times, sizes = _MTIME.findall(listed), _SIZE.findall(listed)
    if not times or not sizes or listed.split(" ")[1:2] != [_object(top, commit, path)]:
        return False
    found = (top / path).lstat()
    seconds, nanoseconds = divmod(found.st_mtime_ns, 1_000_000_000)
    here = (str(seconds), str(nanoseconds), str(found.st_size & 0xFFFFFFFF))
    return here == (*times[-1], sizes[-1])


def committed(top: Path, commit: str, path: str) -> bytes | None:
    """A file's content in a commit, as it is stored there; None if it is not in it. Raises `GitProblem`."""
    return _blob(top, commit, path)


def _blob(top: Path, commit: str, path: str) -> bytes | None:
    id = _object(top, commit, path)
    return _run(top, "cat-file", "blob", id).stdout if id else None


def _object(top: Path, commit: str, path: str) -> str:
    """The id of a file's content in a commit; empty if it is not in it."""
    listed = _git(top, "ls-tree", "-z", "--full-tree", commit, "--", path) if commit else None
    about, _, name = (listed or "").removesuffix("\0").partition("\t")
    words = about.split(" ")
    return words[2] if name == path and words[1:2] == ["blob"] else ""


def _remote(top: Path, branch: str) -> str:
    """The remote of the branch, else ``origin``, else the only one."""
    names = (_git(top, "remote") or "").split()
    own = _line(top, "config", "--local", "--get", f"branch.{branch}.remote") if branch else ""
    for name in (own, "origin"):
        if name in names:
            return name
    return names[0] if len(names) == 1 else ""


def _line(top: Path, *arguments: str) -> str:
    return (_git(top, *arguments) or "").removesuffix("\n")


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where it says no. Raises `GitProblem` for a folder that it does not trust."""
    done = _run(folder, *arguments)
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")
    if b"dubious ownership" in done.stderr:
        raise GitProblem(
            f"git does not read {folder}: it belongs to somebody else.",
            hints=(f"git config --global --add safe.directory {folder}",),
        )
    return None


def _run(folder: Path, *arguments: str, literal: bool = True) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if program is None:
        raise GitProblem("git is not installed here, so nobody can say what of this is committed.")
    env = {name: os.environ[name] for name in _PASSED if name in os.environ} | _FIXED
    env["GIT_LITERAL_PATHSPECS"] = "1" if literal else "0"
    try:
        return subprocess.run(
            [program, *_OPTIONS, *arguments],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitProblem(f"git did not answer within {TIMEOUT_SECONDS} seconds.") from error
    except OSError as error:
        raise GitProblem(f"git cannot be started in {folder}: {error.strerror}.") from error
