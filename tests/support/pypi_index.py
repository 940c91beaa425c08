"""A package index (PEP 503, PEP 691, and PEP 700 for files that say when they were uploaded) on 127.0.0.1.

=================  =======================================================
``tinywheel``      1.0 and 1.1, pure
``tinydep`` 1.0    needs ``tinywheel>=1.0``
``tinysource`` 1.0 a source distribution only; see `wheels.make_source`
``tinylost`` 1.0   needs ``tinywheel>=9``, which is not there
``tinytext``       1.0 and 2.0, as in the channel's samples
``tinyagrees`` 1.0 needs ``tinytext>=1``, which the channel can provide
``tinyclash`` 1.0  needs ``tinytext<2``
=================  =======================================================
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from http import HTTPStatus

from .http_server import LocalServer, Request, Response
from .wheels import PypiFile, make_source, make_wheel

_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = "text/html; charset=utf-8"


def tiny_files() -> list[PypiFile]:
    """What the index holds unless it is told otherwise."""
    return [
        make_wheel("tinywheel", "1.0"),
        make_wheel("tinywheel", "1.1"),
        make_wheel("tinydep", "1.0", requires=["tinywheel>=1.0"]),
        make_source("tinysource", "1.0"),
        make_wheel("tinylost", "1.0", requires=["tinywheel>=9"]),
        make_wheel("tinytext", "1.0"),
        make_wheel("tinytext", "2.0"),
        make_wheel("tinyagrees", "1.0", requires=["tinytext>=1"]),
        make_wheel("tinyclash", "1.0", requires=["tinytext<2"]),
    ]


class PypiIndex(LocalServer):
    """The index; `simple_url` is what uv and pip want to be told."""

    def __init__(self, files: Sequence[PypiFile] | None = None) -> None:
        super().__init__()
        self.files = list(tiny_files() if files is None else files)

    @property
    def simple_url(self) -> str:
        return f"{self.url}/simple"

    def respond(self, request: Request) -> Response:
        kind, _, rest = request.path.strip("/").partition("/")
        found = None
        if kind == "files":
            found = self._file(rest)
        elif kind == "simple":
            found = self._project(rest, _JSON in request.headers.get("accept", ""))
        return found or Response(HTTPStatus.NOT_FOUND, b"not found\n")

    def _file(self, file_name: str) -> Response | None:
        for file in self.files:
            if file.file_name == file_name:
                return Response(body=file.content)
            if file.metadata is not None and f"{file.file_name}.metadata" == file_name:
                return Response(body=file.metadata)
        return None

    def _project(self, name: str, as_json: bool) -> Response | None:
        files = [file for file in self.files if file.name == name]
        if not files:
            return None
        body = _json_page(name, files) if as_json else _html_page(files)
        headers = {"Content-Type": _JSON if as_json else _HTML, "Cache-Control": "no-cache"}
        return Response(body=body.encode(), headers=headers)


def _json_page(name: str, files: Sequence[PypiFile]) -> str:
    listed = [
        {
            "filename": file.file_name,
            "url": f"/files/{file.file_name}",
            "hashes": {"sha256": file.sha256},
            "size": len(file.content),
            "core-metadata": file.metadata is not None,
            **({"upload-time": file.uploaded} if file.uploaded else {}),
            **({"yanked": file.yanked} if file.yanked else {}),
        }
        for file in files
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": listed})


def _html_page(files: Sequence[PypiFile]) -> str:
    links = "".join(
        f'<a href="/files/{html.escape(file.file_name)}#sha256={file.sha256}"{_yanked(file)}>'
        f"{html.escape(file.file_name)}</a>\n"
        for file in files
    )
    return f"<!DOCTYPE html>\n<html><body>\n{links}</body></html>\n"


def _yanked(file: PypiFile) -> str:
    return f' data-yanked="{html.escape(file.yanked)}"' if file.yanked else ""
