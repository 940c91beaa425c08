"""Compiled Python modules that environments share: compiled once per package and interpreter, linked into each.

``CACHE/bytecode/<interpreter>/<package>/`` holds the `.pyc` files of one package, and `index.json` says where each
belongs in a prefix and of which source it is. Both names are SHA-256 sums of archives, of the ``python`` package (for a
virtual environment: of what its interpreter's file is) and of the package itself, so that neither another build nor
another version can be meant. A source is compiled only if its
own hash is the one that the package's metadata names, so what somebody edited in an environment is never shared.

Python accepts a `.pyc` whose recorded time and size are those of the source; the sources are hard links to the same
file, so they are. The paths in tracebacks are not those at compile time: the import system replaces them on loading.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_envs.engine import current, shared
from jupyter_envs.engine.compiler import Compiler, CompilerDied
from jupyter_envs.engine.wheel_record import recorded, site_packages
from jupyter_envs.models import Package
from jupyter_envs.prefix import virtual_python

INDEX = "index.json"


@dataclass(frozen=True)
class Source:
    """A module's source: where it is, where it is in a prefix (POSIX), and the SHA-256 (hex) that it must have."""

    path: Path
    target: str
    sha256: str


@dataclass(frozen=True)
class Compiled:
    """One line of an index: file ``number`` belongs to ``target``, the compiled form of ``source`` as it was then.

    ``written`` is the time (ns) and the size of the compiled file itself: an edit of it shows.
    """

    target: str
    source: str
    time: int
    size: int
    written: tuple[int, int]


def interpreter_of(packages: Sequence[Package], prefix: Path) -> Package | None:
    """The package with the interpreter; for a virtual environment, what stands for the one that it is of."""
    found = (package for package in packages if package.manager == "conda" and package.name == "python")
    return next(found, None) or virtual_interpreter(prefix)


def virtual_interpreter(prefix: Path) -> Package | None:
    """The Python of a virtual environment: another file, or the same one changed, is another interpreter."""
    try:
        program = (prefix / "bin" / "python").resolve(strict=True)
        status = program.stat()
    except OSError:
        return None
    version = virtual_python(prefix)
    if version is None:
        return None
    identity = json.dumps([str(program), status.st_size, status.st_mtime_ns, version])
    return Package("python", version, sha256=hashlib.sha256(identity.encode()).hexdigest())


def entry_of(package: Package, interpreter: Package, cache_dir: Path) -> Path:
    """Where the compiled files of a package are kept."""
    return cache_dir / "bytecode" / interpreter.sha256 / package.sha256


def link(packages: Sequence[Package], prefix: Path, cache_dir: Path) -> int:
    """Link what is compiled already into a prefix and return how many files that are; never an error."""
    interpreter = interpreter_of(packages, prefix)
    if interpreter is None:
        return 0
    hashed = [package for package in packages if package.sha256]
    return sum(link_first(entries_of(package, interpreter, cache_dir), prefix) for package in hashed)


def entries_of(package: Package, interpreter: Package, cache_dir: Path) -> list[Path]:
    """Where the compiled files of a package may be: in the shared caches first, then in our own."""
    used = [folder for folder in current.shared_caches() if shared.trouble(folder) is None]
    return [entry_of(package, interpreter, folder) for folder in (*used, cache_dir)]


def link_first(entries: Sequence[Path], prefix: Path) -> int:
    """Link the files of the first entry that has any for this prefix."""
    return next(filter(None, (link_entry(entry, prefix) for entry in entries)), 0)


def link_entry(entry: Path, prefix: Path) -> int:
    """Link the files of one package whose sources are, in this prefix, what they were when they were compiled."""
    linked, folders = 0, set[str]()
    for number, compiled in enumerate(read_index(entry)):
        place, own = f"{prefix}/{compiled.target}", f"{entry}/{number}"
        try:
            if not unchanged(f"{prefix}/{compiled.source}", own, compiled):
                continue
            folder = place.rpartition("/")[0]
            if folder not in folders:
                make_folder(folder)
                folders.add(folder)
            os.link(own, place)
            linked += 1
        except OSError:
            # there already, gone meanwhile, or on another file system: Python compiles it by itself
            continue
    return linked


def make_folder(folder: str) -> None:
    """A `__pycache__` beside its sources; not a whole tree where an environment was just removed."""
    if not os.path.isdir(folder):  # noqa: PTH112 (thousands of them)
        os.mkdir(folder)  # noqa: PTH102


def unchanged(source: str, own: str, compiled: Compiled) -> bool:
    """Whether the source in the prefix and our compiled file are those of the index."""
    status, mine = os.lstat(source), os.lstat(own)
    return (int(status.st_mtime), status.st_size) == (compiled.time, compiled.size) and (
        mine.st_mtime_ns,
        mine.st_size,
    ) == compiled.written


def read_index(entry: Path) -> list[Compiled]:
    """What an entry holds; nothing if it is not there or damaged."""
    try:
        lines = json.loads((entry / INDEX).read_bytes())
        return [Compiled(target, source, time, size, (a, b)) for target, source, time, size, a, b in lines]
    except (OSError, ValueError, TypeError):
        return []


def compile_missing(packages: Sequence[Package], prefix: Path, cache_dir: Path) -> int:
    """Compile what no earlier environment did, with the prefix's own interpreter; returns how many packages.

    An entry appears whole or not at all. A package that cannot be compiled is left out.
    """
    interpreter = interpreter_of(packages, prefix)
    if interpreter is None:
        return 0
    compiler = Compiler(prefix)
    made = 0
    try:
        for package in packages:
            entry = entry_of(package, interpreter, cache_dir)
            if package.sha256 and not any(usable(one, prefix) for one in entries_of(package, interpreter, cache_dir)):
                sources = list(sources_of(package, prefix, cache_dir))
                made += make_entry(entry, sources, compiler)
    finally:
        compiler.end()
    return made


def usable(entry: Path, prefix: Path) -> bool:
    """Whether an entry is there and of the very sources that this prefix has."""
    if not (entry / INDEX).is_file():
        return False
    for number, compiled in enumerate(read_index(entry)):
        try:
            return unchanged(f"{prefix}/{compiled.source}", f"{entry}/{number}", compiled)
        except OSError:
            return False
    return True


def sources_of(package: Package, prefix: Path, cache_dir: Path) -> Iterator[Source]:
    """The modules of a package that may be compiled: below the interpreter's library, with a known hash."""
    site = site_packages(prefix)
    if site is None:
        return
    library = site.parent.relative_to(prefix).as_posix()
    found = conda_sources(package, library, cache_dir) if package.manager == "conda" else wheel_sources(package, prefix)
    for source in found:
        if source.target.endswith(".py") and source.target.startswith(f"{library}/"):
            yield source


def conda_sources(package: Package, library: str, cache_dir: Path) -> Iterator[Source]:
    """From the package cache. What differs from prefix to prefix, or comes compiled, is left out."""
    entry = shared.place(package, cache_dir)
    if not shared.is_here(package, cache_dir):
        return
    paths = read_paths(entry)
    shipped = {module_of(str(item.get("_path"))) for item in paths}
    for item in paths:
        path, sha256 = item.get("_path"), item.get("sha256")
        if not isinstance(path, str) or not isinstance(sha256, str) or path in shipped:
            continue
        if not (item.get("prefix_placeholder") or item.get("no_link")):
            target = f"{library}/{path}" if path.startswith("site-packages/") else path
            yield Source(entry / path, target, sha256)


def read_paths(entry: Path) -> list[dict[str, Any]]:
    """`info/paths.json` of an extracted package, which the guard has checked."""
    try:
        found = json.loads((entry / "info" / "paths.json").read_bytes())["paths"]
        return [item for item in found if isinstance(item, dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def module_of(path: str) -> str:
    """The source of a file in a `__pycache__`; empty for any other file."""
    file = PurePosixPath(path)
    if file.suffix != ".pyc" or file.parent.name != "__pycache__":
        return ""
    return str(file.parent.parent / f"{file.name.split('.')[0]}.py")


def wheel_sources(package: Package, prefix: Path) -> Iterator[Source]:
    """From the prefix, by the hashes of the wheel's RECORD."""
    for path, sha256 in recorded(package, prefix):
        yield Source(path, path.relative_to(prefix).as_posix(), sha256)


def make_entry(entry: Path, sources: Sequence[Source], compiler: Compiler) -> int:
    """Compile the sources into an entry; 1 if there is a new one."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=entry.parent, ignore_cleanup_errors=True) as scratch:
        part = Path(scratch, "entry")
        part.mkdir()
        index: list[Compiled] = []
        try:
            for source in sources:
                compiled = compile_one(source, compiler, part / str(len(index)))
                index += [compiled] if compiled else []
        except CompilerDied:
            return 0
        lines = [[line.target, line.source, line.time, line.size, *line.written] for line in index]
        (part / INDEX).write_text(json.dumps(lines), encoding="utf-8")
        shutil.rmtree(entry, ignore_errors=True)
        part.rename(entry)
    return 1


def compile_one(source: Source, compiler: Compiler, file: Path) -> Compiled | None:
    """Write one compiled module; nothing for a source that is not what the package says, or no module."""
    try:
        status = source.path.lstat()
        text = source.path.read_bytes()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or hashlib.sha256(text).hexdigest() != source.sha256:
        return None
    code = compiler.compile(source.target, text, int(status.st_mtime))
    if not code:
        return None
    file.write_bytes(code)
    written = file.stat()
    module = PurePosixPath(source.target)
    target = str(module.parent / "__pycache__" / f"{module.stem}.{compiler.tag}.pyc")
    size = status.st_size
    return Compiled(target, source.target, int(status.st_mtime), size, (written.st_mtime_ns, written.st_size))
