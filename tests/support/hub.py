"""A small HTTP server that speaks as a BinderHub does: ``GET /build/PROVIDER/SPEC`` answers a stream of events.

What is real: HTTP with chunks, the form of the events and of the comments that keep a connection open, a hub's 400 for
a request that is not for events, its 403 for a missing token, a redirect within a federation. What is not: it builds
nothing.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

CUT, HANG, RESET = "cut", "hang", "reset"
Step = dict[str, Any] | bytes | str

GOOD: tuple[Step, ...] = (
    {"phase": "waiting", "message": "Waiting for build to start...\n"},
    b":keepalive\n\n",
    {"phase": "fetching", "message": "Cloning into '/tmp/repo'...\n"},
    {"phase": "building", "message": "Step 1/50 : FROM ubuntu\n"},
    {"phase": "building", "message": "\x1b[91mRUN ./binder/postBuild\x1b[0m\n10%\r100%\n"},
    {"phase": "pushing", "message": "Pushing image", "progress": {"a": {"current": 5, "total": 10}, "b": "Pushed"}},
    {"phase": "built", "message": "Built image, launching...\n", "imageName": "r2d-x"},
    {"phase": "launching", "message": "Launching server...\n"},
    {"phase": "ready", "message": "server running\n", "url": "http://127.0.0.1:9/", "token": "canary"},
)


class Hub:
    """A context manager; ``scripts`` are the streams of one request after the other (the last one again and again).

    A script is a list of steps: an event, raw bytes, or ``CUT``, ``RESET`` or ``HANG``. ``asked`` are path and headers.
    """

    def __init__(self, *scripts: Sequence[Step], token: str = "", status: int = 200, redirect: str = "") -> None:
        self.scripts = list(scripts) or [GOOD]
        self.token = token
        self.status = status
        self.redirect = redirect
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.hanging = threading.Event()
        self.left = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Below a path, as a hub that is a service of a JupyterHub."""
        return f"http://127.0.0.1:{self._server.server_port}/services/binder"

    def __enter__(self) -> Hub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def next_script(self) -> Sequence[Step]:
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            if hub.redirect:
                self.answer(302, b"", Location=hub.redirect + self.path)
            elif hub.status != 200:
                self.answer(hub.status, b"no\n")
            elif self.headers.get("Accept") != "text/event-stream":
                self.events([{"phase": "failed", "status_code": 400, "message": "Missing Accept header\n"}])
            elif hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
                self.answer(403, b"Forbidden\n")
            else:
                self.events(hub.next_script())

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def events(self, steps: Sequence[Step]) -> None:
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=UTF-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for step in steps:
                    if not self.step(step):
                        return
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                hub.left.set()

        def step(self, step: Step) -> bool:
            if step == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.connection.close()
            if step in (CUT, RESET):
                return False
            if step == HANG:
                hub.hanging.set()
                # the client says nothing more: what comes is its end
                self.connection.settimeout(60)
                if self.connection.recv(1) == b"":
                    hub.left.set()
                return False
            data = step if isinstance(step, bytes) else f"data: {json.dumps(step)}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
            return True

        def log_message(self, format: str, *arguments: Any) -> None:
            """Not on the terminal."""

    return Handler
