"""Packages the CPython that runs this, as the conda package ``python``.

Packaged are the executable, the standard library and, where the executable looks for it in its own installation,
libpython. Left out are test suites, Tk programs, headers and byte code. Libraries of the system (libssl, libffi,
libsqlite3 and so on) stay with the system: the package is for this machine only.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_envs.models import Reporter

from .archive import PLACEHOLDER, Metadata, PackagedFile
from .platforms import current_subdir
from .relocate import movable

BUILD = "local_0"

_LEFT_OUT_FOLDERS = {
    "__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip",
    "site-packages", "dist-packages",
}  # fmt: skip
_LEFT_OUT_FILES = re.compile(
    r"EXTERNALLY-MANAGED|(site|user)customize\.py|(_test|_ctypes_test|_tkinter|xx).*\.so|turtle\.py"
)
_NAMES_PREFIX = re.compile(r"_sysconfigdata.*\.py|build-details\.json")


@dataclass(frozen=True)
class Interpreter:
    """Where the CPython that runs this is installed, outside any virtual environment."""

    base: Path
    executable: Path
    stdlib: Path

    @property
    def inside(self) -> str:
        """The standard library's folder relative to the prefix, such as ``lib/python3.11``."""
        return self.stdlib.relative_to(self.base).as_posix()

    @property
    def identity(self) -> list[str]:
        """What changes when this interpreter is replaced by another one."""
        state = self.executable.stat()
        return [sys.version, str(self.base), str(self.executable), str(state.st_size), str(state.st_mtime_ns)]

    @property
    def metadata(self) -> Metadata:
        """The conda package's metadata."""
        return Metadata(
            name="python",
            version=platform.python_version(),
            subdir=current_subdir(),
            build=BUILD,
            license="PSF-2.0",
            site_packages=f"{self.inside}/site-packages",
        )


def running_interpreter() -> Interpreter:
    """The CPython that runs this; inside a virtual environment, the one that it was made from."""
    executable = getattr(sys, "_base_executable", None) or sys.executable
    return Interpreter(
        base=Path(sys.base_prefix),
        executable=Path(executable).resolve(),
        stdlib=Path(sysconfig.get_path("stdlib")),
    )


def interpreter_files(interpreter: Interpreter, reporter: Reporter) -> Iterator[PackagedFile]:
    """The files of the conda package ``python``; what could not be made movable goes to ``reporter``."""
    yield from _programs(interpreter, reporter)
    yield from _system_layout(interpreter)
    for folder, names, files in os.walk(interpreter.stdlib):
        names[:] = [name for name in names if name not in _LEFT_OUT_FOLDERS and not name.startswith("config-")]
        for name in files:
            if not _LEFT_OUT_FILES.fullmatch(name):
                yield _library_file(interpreter, Path(folder) / name)


def _programs(interpreter: Interpreter, reporter: Reporter) -> Iterator[PackagedFile]:
    major, minor = sys.version_info[:2]
    name = f"python{major}.{minor}"
    content, library = _linked(interpreter, reporter)
    yield PackagedFile(f"bin/{name}", content, executable=True)
    for alias in ("python", f"python{major}"):
        yield PackagedFile(f"bin/{alias}", target=name)
    if library is not None:
        yield PackagedFile(f"lib/{library.name}", library.read_bytes(), executable=True)


def _linked(interpreter: Interpreter, reporter: Reporter) -> tuple[bytes, Path | None]:
    """The executable's content and the libpython to package with it, None if it has none or the system has it."""
    content = interpreter.executable.read_bytes()
    library = _libpython(interpreter)
    if library is None or os.fsencode(library.name) not in content:
        return content, None
    if b"$ORIGIN" in content:
        return content, library
    if os.fsencode(library.parent) not in content:
        return content, None
    moved = movable(interpreter.executable)
    if moved is None:
        reporter.log(f"patchelf was not found: the packaged python goes on using {library}")
        return content, None
    return moved, library


def _libpython(interpreter: Interpreter) -> Path | None:
    """The shared libpython of the installation, which may have been moved since its build."""
    name = str(sysconfig.get_config_var("INSTSONAME") or "")
    folders = (Path(str(sysconfig.get_config_var("LIBDIR") or "")), interpreter.base / "lib")
    return next((folder / name for folder in folders if name and (folder / name).is_file()), None)


def _library_file(interpreter: Interpreter, path: Path) -> PackagedFile:
    content = path.read_bytes()
    target = f"{interpreter.inside}/{path.relative_to(interpreter.stdlib).as_posix()}"
    executable = os.access(path, os.X_OK)
    if _NAMES_PREFIX.fullmatch(path.name):
        content = _with_placeholder(content, interpreter.base)
        return PackagedFile(target, content, executable, "text" if PLACEHOLDER.encode() in content else None)
    return PackagedFile(target, _upstream_scheme(path, content), executable)


def _with_placeholder(content: bytes, base: Path) -> bytes:
    """Names the placeholder instead of ``base``; of a system's ``/usr`` only what is Python's own."""
    own = rb"(?=/(?:lib|include)/python|['\"])" if base == Path("/usr") else b""
    return re.sub(rb"(?<![\w/.-])" + re.escape(os.fsencode(base)) + own, PLACEHOLDER.encode(), content)


def _upstream_scheme(path: Path, content: bytes) -> bytes:
    """Undoes Debian's scheme for administrators, which would install into a ``local/`` folder of the prefix."""
    if "sysconfig" not in path.as_posix():
        return content
    return content.replace(b"prefix_scheme = 'posix_local'", b"prefix_scheme = 'posix_prefix'")


def _system_layout(interpreter: Interpreter) -> Iterator[PackagedFile]:
    """Debian's Python, whose ``site`` is compiled in, looks for packages in a folder of Debian's own."""
    if b'"dist-packages"' in (interpreter.stdlib / "site.py").read_bytes():
        yield PackagedFile("lib/python3/dist-packages", target=f"../../{interpreter.inside}/site-packages")
