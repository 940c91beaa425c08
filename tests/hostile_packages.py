"""Packages that are not what a package should be, to be refused or to do no harm. Built when the tests run."""

from __future__ import annotations

import bz2
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from .support.counts import rounds

MANY = rounds(20_000, 1_000_000)
LARGE = 64_000_000
"""Bytes; more than the tests allow a package to have."""


@dataclass(frozen=True)
class Member:
    """One member of a tar archive; ``kind`` is a type of `tarfile`."""

    name: str
    content: bytes = b"x\n"
    kind: bytes = tarfile.REGTYPE
    link: str = ""
    mode: int = 0o644


@dataclass(frozen=True)
class Crafted:
    """A package. ``accepted`` says that it may be installed as long as nothing happens outside of the environment."""

    name: str
    build: Callable[[str, Path], bytes]
    accepted: bool = False
    suffix: str = ".tar.bz2"


def tar(members: Sequence[Member]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.type, info.linkname, info.mode = member.kind, member.link, member.mode
            plain = member.kind == tarfile.REGTYPE
            info.size = len(member.content) if plain else 0
            archive.addfile(info, io.BytesIO(member.content) if plain else None)
    return buffer.getvalue()


def info(name: str, paths: Any = None, link: Any = None, **index: Any) -> list[Member]:
    """The metadata of a package; ``paths`` replaces the whole `paths.json`, bytes as they are."""
    described = {"name": name, "version": "1", "build": "0", "build_number": 0, "depends": [], "subdir": "noarch"}
    listed = {"paths": [entry("file")], "paths_version": 1} if paths is None else paths
    members = [
        Member("info/index.json", json.dumps({**described, **index}).encode()),
        Member("info/paths.json", listed if isinstance(listed, bytes) else json.dumps(listed).encode()),
    ]
    if link is not None:
        members.append(Member("info/link.json", json.dumps(link).encode()))
    return members


def entry(path: Any, **more: Any) -> dict[str, Any]:
    return {"_path": path, "path_type": "hardlink", **more}


def bzipped(*members: Member) -> Callable[[str, Path], bytes]:
    """A package with an ordinary file and these members."""
    return lambda name, _: bz2.compress(tar([*info(name), Member("file"), *members]))


def listing(*paths: Any, members: Sequence[Member] = ()) -> Callable[[str, Path], bytes]:
    """A package whose list of files says this."""
    told = {"paths": [entry("file"), *map(entry, paths)], "paths_version": 1}
    return lambda name, _: bz2.compress(tar([*info(name, told), Member("file"), *members]))


def metadata(**files: Any) -> Callable[[str, Path], bytes]:
    return lambda name, _: bz2.compress(tar([*info(name, **files), Member("file")]))


def outside(make: Callable[[Path], Sequence[Member]]) -> Callable[[str, Path], bytes]:
    """A package whose members know the folder that must not be touched."""
    return lambda name, folder: bz2.compress(tar([*info(name), Member("file"), *make(folder)]))


def conda(
    package: Callable[[str, Path], bytes] | None = None,
    described: bool = True,
    more: Sequence[tuple[str, bytes]] = (),
    method: int = zipfile.ZIP_STORED,
    after: bytes = b"",
) -> Callable[[str, Path], bytes]:
    """A package of the newer form; ``package`` gives the tar archive of its files."""

    def build(name: str, folder: Path) -> bytes:
        buffer = io.BytesIO()
        files = package(name, folder) if package is not None else tar([Member("file")])
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr("metadata.json", '{"conda_pkg_format_version": 2}')
            if files:
                archive.writestr(f"pkg-{name}-1-0.tar.zst", zstandard.compress(files))
            if described:
                archive.writestr(f"info-{name}-1-0.tar.zst", zstandard.compress(tar(info(name))))
            for path, content in more:
                archive.writestr(path.format(name=name), content)
        return buffer.getvalue() + after

    return build


def with_tar(*members: Member) -> Callable[[str, Path], bytes]:
    return lambda name, folder: tar([Member("file"), *members])


def renamed_inside(name: str, folder: Path) -> bytes:
    """A zip archive whose local headers name other members than its directory."""
    whole = conda()(name, folder)
    plain = f"pkg-{name}-1-0.tar.zst".encode()
    return whole.replace(plain, b"../" + plain[3:], 1)


def lying_size(name: str, folder: Path) -> bytes:
    """A zip archive whose directory says that a member is almost nothing."""
    buffer = io.BytesIO(conda(lambda *_: tar([Member("file", b"a" * 1_000_000)]))(name, folder))
    with zipfile.ZipFile(buffer) as archive:
        size = archive.getinfo(f"pkg-{name}-1-0.tar.zst").file_size
    return buffer.getvalue().replace(size.to_bytes(4, "little"), (1).to_bytes(4, "little"))


def cut(build: Callable[[str, Path], bytes]) -> Callable[[str, Path], bytes]:
    return lambda name, folder: build(name, folder)[:-40]


def large(*_: Any) -> bytes:
    return tar([Member("file", b"\0" * LARGE)])


SYMLINK, HARDLINK = tarfile.SYMTYPE, tarfile.LNKTYPE
ABSOLUTE = {"paths": [entry("/outside/file")], "paths_version": 1}
POINTS: list[Any] = ["../x = a:b", "x = os:system; evil", "x = a:b\nimport os", {"x": "y"}]

MEMBERS = [
    Crafted("dotdot", bzipped(Member("../escaped")), accepted=True),
    Crafted("deep-dotdot", bzipped(Member("a/b/../../../../escaped")), accepted=True),
    Crafted("absolute", outside(lambda folder: [Member(f"{folder}/escaped")]), accepted=True),
    Crafted("link-absolute", outside(lambda folder: [Member("link", kind=SYMLINK, link=str(folder))])),
    Crafted("link-relative", bzipped(Member("a/link", kind=SYMLINK, link="../../outside"))),
    Crafted(
        "through-absolute",
        outside(lambda folder: [Member("d", kind=SYMLINK, link=str(folder)), Member("d/target", b"changed")]),
    ),
    Crafted("through-relative", bzipped(Member("d", kind=SYMLINK, link=".."), Member("d/escaped"))),
    Crafted(
        "over-link",
        outside(lambda folder: [Member("t", kind=SYMLINK, link=f"{folder}/target"), Member("t", b"changed")]),
        accepted=True,
    ),
    Crafted("hard-absolute", outside(lambda folder: [Member("h", kind=HARDLINK, link=f"{folder}/target")])),
    Crafted("hard-relative", bzipped(Member("h", kind=HARDLINK, link="../../../../outside/target"))),
    Crafted("pipe", bzipped(Member("pipe", kind=tarfile.FIFOTYPE)), accepted=True),
    Crafted("device", bzipped(Member("device", kind=tarfile.CHRTYPE)), accepted=True),
    Crafted("setuid", bzipped(Member("bin/suid", mode=0o4755)), accepted=True),
    Crafted("twice", bzipped(Member("file", b"other")), accepted=True),
    Crafted("records", bzipped(Member("conda-meta/other-1-0.json", b"{}"))),
    Crafted("history", bzipped(Member("Conda-Meta/history"))),
    Crafted("case", bzipped(Member("lib/Name.py"), Member("lib/name.py"))),
    Crafted("long-name", bzipped(Member("n" * 64_000))),
    Crafted("many", lambda name, _: bz2.compress(tar([*info(name), *(Member(f"d/{n}", b"") for n in range(MANY))]))),
    Crafted("bomb", lambda name, _: bz2.compress(tar([*info(name), Member("file", b"\0" * LARGE)]))),
]
LISTS = [
    Crafted("lists-absolute", metadata(paths=ABSOLUTE)),
    Crafted("lists-dotdot", listing("../escaped")),
    Crafted("lists-empty", listing("")),
    Crafted("lists-backslash", listing("a\\b")),
    Crafted("lists-nul", listing("a\0b")),
    Crafted("lists-drive", listing("C:/x")),
    Crafted("lists-records", listing("conda-meta/x-1-0.json")),
    Crafted("lists-number", listing(3)),
    Crafted("lists-absent", listing("absent")),
    Crafted("lists-nothing", metadata(paths=b"")),
    Crafted("lists-deep", metadata(paths=b"[" * 200_000)),
    Crafted("lists-link", lambda name, folder: bz2.compress(tar([
        info(name)[0], Member("info/paths.json", kind=SYMLINK, link=f"{folder}/target"), Member("file")]))),
    Crafted("lists-hash", metadata(paths={"paths": [entry("file", sha256="0" * 64)], "paths_version": 1}), True),
    *(Crafted(f"point-{n}", metadata(link={"noarch": {"type": "python", "entry_points": [point]}}, noarch="python"))
      for n, point in enumerate(POINTS)),
    Crafted("no-archive", lambda *_: b"this is no archive"),
    Crafted("empty", lambda *_: b""),
    Crafted("cut", cut(bzipped(Member("more", b"0123456789" * 100)))),
]  # fmt: skip
CONDA = [
    Crafted("c-ordinary", conda(), accepted=True),
    Crafted("c-dotdot", conda(with_tar(Member("../escaped"))), accepted=True),
    Crafted("c-link", conda(with_tar(Member("link", kind=SYMLINK, link="../../outside")))),
    Crafted("c-through", conda(with_tar(Member("d", kind=SYMLINK, link="../.."), Member("d/escaped")))),
    Crafted("c-records", conda(with_tar(Member("conda-meta/other-1-0.json", b"{}")))),
    Crafted("c-bomb", conda(large)),
    Crafted("c-no-files", conda(lambda *_: b"")),
    Crafted("c-no-info", conda(described=False)),
    Crafted("c-zip-dotdot", conda(more=[("../escaped", b"x")]), accepted=True),
    Crafted(
        "c-twice", conda(more=[("pkg-{name}-1-0.tar.zst ", zstandard.compress(tar([Member("../escaped")])))]), True
    ),
    Crafted("c-second", conda(more=[("pkg-other-1-0.tar.zst", zstandard.compress(tar([Member("other")])))]), True),
    Crafted("c-deflated", conda(method=zipfile.ZIP_DEFLATED), accepted=True),
    Crafted("c-after", conda(after=b"more" * 100), accepted=True),
    Crafted("c-renamed", renamed_inside, accepted=True),
    Crafted("c-size", lying_size, accepted=True),
    Crafted("c-cut", cut(conda()), accepted=True),
    Crafted("c-no-zip", lambda *_: b"this is no archive"),
]
CRAFTED = [*MEMBERS, *LISTS, *(Crafted(one.name, one.build, one.accepted, ".conda") for one in CONDA)]
