"""A channel and a package index that let nobody in without credentials: real 401 answers on 127.0.0.1."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from .http_server import FileServer, Request, Response
from .pypi_index import PypiIndex

USER, SECRET = "me", "Canary7231"
BASIC = "Basic " + base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
BEARER = f"Bearer {SECRET}"
REFUSED = Response(HTTPStatus.UNAUTHORIZED, b"who are you?\n", {"WWW-Authenticate": 'Basic realm="private"'})
TOKEN_PATH = f"/t/{SECRET}"


def knows(request: Request) -> bool:
    """Whether a request has one of the credentials."""
    return request.headers.get("authorization") in (BASIC, BEARER) or request.path.startswith(f"{TOKEN_PATH}/")


class PrivateChannel(FileServer):
    """A folder behind a user and password, a bearer token or an Anaconda token."""

    def __init__(self, folder: Path, refusal: int = HTTPStatus.UNAUTHORIZED) -> None:
        super().__init__(folder)
        self.refusal = replace(REFUSED, status=refusal)

    def respond(self, request: Request) -> Response:
        if not knows(request):
            return self.refusal
        return super().respond(replace(request, path=request.path.removeprefix(TOKEN_PATH)))


class PrivateIndex(PypiIndex):
    """The index and its files behind a user and password."""

    def __init__(self, refusal: int = HTTPStatus.UNAUTHORIZED) -> None:
        super().__init__()
        self.refusal = replace(REFUSED, status=refusal)

    def respond(self, request: Request) -> Response:
        return super().respond(request) if knows(request) else self.refusal


def with_user(address: str) -> str:
    """The address with the user and password in it."""
    return address.replace("://", f"://{USER}:{SECRET}@")


def holding(folders: Sequence[Path], text: str = SECRET) -> list[Path]:
    """The files below some folders with a text in them."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if text.encode() in path.read_bytes()]
