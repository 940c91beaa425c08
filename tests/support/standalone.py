"""A Python as uv downloads one, made of a Python of this machine, and a server with it and the list that names it."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import sys
import tarfile
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_envs.models import SilentReporter

from ..localchannel.archive import PLACEHOLDER, PackagedFile
from ..localchannel.interpreter import interpreter_files, running_interpreter
from .http_server import LocalServer, Request, Response
from .private import REFUSED, knows

LIST, ARCHIVE = "/pythons.json", "/files/cpython.tar.gz"
# the program of an engine process that takes the Python that runs it for an old one: so none of this machine fits
START = """
import json, sys; sys.path[:] = json.loads(sys.argv[1])
from jupyter_envs.engine import pypi_interpreters, worker
from jupyter_envs.models import Interpreter
pypi_interpreters.this_one = lambda: Interpreter("3.3.7", sys.executable)
worker.main()
"""


def own_archive() -> bytes:
    """An archive of the Python that runs the tests."""
    return packed(interpreter_files(running_interpreter(), SilentReporter()))


def archive_of(home: Path, minor: str) -> bytes:
    """An archive of another Python, by its installation; what makes it large is left out."""
    left_out = {"__pycache__", "test", "site-packages", "idlelib", "tkinter", "ensurepip"}
    library = home / "lib" / f"python{minor}"
    files = [
        PackagedFile(path.relative_to(home).as_posix(), path.read_bytes())
        for path in sorted(library.rglob("*"))
        if path.is_file() and not left_out & set(path.relative_to(library).parts) and "config-" not in str(path)
    ]
    program = home / "bin" / f"python{minor}"
    return packed([PackagedFile(f"bin/{program.name}", program.read_bytes(), executable=True), *files])


def packed(files: Iterable[PackagedFile]) -> bytes:
    """The files below ``python/``, compressed."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz", compresslevel=1) as archive:
        for file in files:
            member = tarfile.TarInfo(f"python/{file.path}")
            member.mode = 0o755 if file.executable else 0o644
            content = file.content.replace(PLACEHOLDER.encode(), b"/install")
            if file.target is None:
                member.size = len(content)
            else:
                member.type, member.linkname = tarfile.SYMTYPE, file.target
            archive.addfile(member, io.BytesIO(content))
    return written.getvalue()


class PythonServer(LocalServer):
    """Has an archive with a Python of a version, and a list in uv's format with one entry and ``more``.

    ``changes`` are made to that entry. A ``private`` one wants credentials; one that ``leads_to`` has nothing itself.
    """

    def __init__(self, archive: bytes, version: str = platform.python_version()) -> None:
        super().__init__()
        self.archive = archive
        self.version = version
        self.changes: dict[str, Any] = {}
        self.more: dict[str, Any] = {}
        self.private = False
        self.leads_to = ""

    @property
    def list_url(self) -> str:
        return self.url + LIST

    def entry(self) -> dict[str, Any]:
        major, minor, patch = map(int, self.version.split("."))
        machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
        system = {"linux": ("linux", "gnu"), "darwin": ("darwin", "none")}[sys.platform]
        said = {
            "name": "cpython",
            "arch": {"family": machine, "variant": None},
            "os": system[0],
            "libc": system[1],
            "major": major,
            "minor": minor,
            "patch": patch,
            "prerelease": "",
            "url": self.url + ARCHIVE,
            "sha256": hashlib.sha256(self.archive).hexdigest(),
            "variant": None,
            "build": "20261126",
        }
        return {**said, **self.changes}

    def respond(self, request: Request) -> Response:
        if self.private and not knows(request):
            return REFUSED
        if self.leads_to:
            return Response(HTTPStatus.FOUND, b"", {"Location": self.leads_to})
        if request.path == LIST:
            return Response(body=json.dumps({f"cpython-{self.version}": self.entry(), **self.more}).encode())
        if request.path == ARCHIVE:
            return Response(body=self.archive)
        return Response(HTTPStatus.NOT_FOUND, b"not found\n")
