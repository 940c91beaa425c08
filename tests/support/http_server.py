"""A real HTTP server on 127.0.0.1 that remembers what it was asked and can be told to misbehave."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

Server = TypeVar("Server", bound="LocalServer")


@dataclass(frozen=True)
class Request:
    """What a client asked; ``path`` is decoded and without its query."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """Wait ``delay`` seconds, then answer ``status`` or ``body`` instead, or break off after ``cut`` bytes.

    Or send no more after ``hold`` bytes, and keep the connection until the server is closed.
    """

    delay: float = 0.0
    status: int | None = None
    body: bytes | None = None
    cut: int | None = None
    hold: int | None = None

    def applied(self, response: Response) -> Response:
        if self.status is not None:
            response = Response(self.status, b"fault\n")
        return response if self.body is None else replace(response, body=self.body)


class LocalServer:
    """Base class: subclasses say in `respond` what is where. A context manager; `requests` is the log."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._faults: list[tuple[str, Fault, int]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._scheme = "http"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak HTTPS from now on; called before the server starts."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https"

    def respond(self, request: Request) -> Response:
        raise NotImplementedError

    def fault(self, part: str, fault: Fault, times: int = 1_000_000) -> None:
        """Misbehave the next ``times`` times that a path holds ``part``."""
        with self._lock:
            self._faults.append((part, fault, times))

    def well_behaved(self) -> None:
        """Forget all faults and the log."""
        with self._lock:
            self._faults.clear()
            self.requests.clear()

    def paths(self, method: str = "GET") -> list[str]:
        """The paths asked for so far."""
        return [request.path for request in self.requests if request.method == method]

    def __enter__(self: Server) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: Request) -> tuple[Response, Fault]:
        """For the handler: log the request, find its fault and its response, waiting as the fault says."""
        with self._lock:
            self.requests.append(request)
            fault = self._next_fault(request.path)
        self._closing.wait(fault.delay)
        return fault.applied(self.respond(request)), fault

    def hold(self, fault: Fault) -> None:
        """For the handler: wait until the server is closed, if the fault says so."""
        if fault.hold is not None:
            self._closing.wait()

    def _next_fault(self, path: str) -> Fault:
        for position, (part, fault, times) in enumerate(self._faults):
            if part in path and times > 0:
                self._faults[position] = (part, fault, times - 1)
                return fault
        return Fault()


class FileServer(LocalServer):
    """Serves one folder; clients may keep what they got, but have to ask whether it has changed."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder.resolve()

    def respond(self, request: Request) -> Response:
        path = (self.folder / request.path.lstrip("/")).resolve()
        if not path.is_relative_to(self.folder) or not path.is_file():
            return Response(HTTPStatus.NOT_FOUND, b"not found\n")
        state = path.stat()
        tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(HTTPStatus.NOT_MODIFIED, b"", headers)
        return Response(HTTPStatus.OK, path.read_bytes(), headers)


def _handler(server: LocalServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, unquote(urlsplit(self.path).path), headers)
            response, fault = server.answer(request)
            try:
                self._send(response, fault)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_HEAD = do_GET

        def _send(self, response: Response, fault: Fault) -> None:
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body[: fault.cut if fault.hold is None else fault.hold])
                server.hold(fault)
            if fault.cut is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are kept in the server's own log."""

    return Handler
