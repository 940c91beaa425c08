"""A channel on a server that breaks the rules of HTTP and of TCP, one fault at a time, on 127.0.0.1."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from .http_server import Response

Answer = Callable[[socket.socket, Response], None]


def whole(response: Response, length: int | None = None) -> bytes:
    """An answer as bytes; ``length`` is what it says of its body."""
    lines = [f"HTTP/1.1 {response.status} x", *(f"{name}: {value}" for name, value in response.headers.items())]
    lines += [f"Content-Length: {len(response.body) if length is None else length}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + response.body


def properly(to: socket.socket, response: Response) -> None:
    to.sendall(whole(response))


def instead(response: Response) -> Answer:
    """Another answer."""
    return lambda to, _: to.sendall(whole(response))


def cut(to: socket.socket, response: Response) -> None:
    """Half of the body, then the end of the connection."""
    to.sendall(whole(response)[: -max(1, len(response.body) // 2)])


def reset(to: socket.socket, response: Response) -> None:
    """Half of the body, then a reset."""
    cut(to, response)
    to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def too_short(to: socket.socket, response: Response) -> None:
    """The whole body, but more is promised."""
    to.sendall(whole(response, len(response.body) + 1_000))


def too_long(to: socket.socket, response: Response) -> None:
    """More than is promised: the client sees the beginning."""
    to.sendall(whole(response, len(response.body) // 2))


def no_http(to: socket.socket, _: Response) -> None:
    to.sendall(b"SSH-2.0-something\r\n")


def nothing(to: socket.socket, _: Response) -> None:
    """The end of the connection, without a word."""


class FaultyChannel:
    """Serves a folder. ``fault`` says what to do with paths that hold a text; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._faults: list[tuple[str, Answer, int]] = []
        self.paths: list[str] = []
        self.authorizations: set[str] = set()
        self.closing = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._lock = threading.Lock()

    def fault(self, part: str, answer: Answer, times: int = 1_000_000) -> None:
        self._faults.append((part, answer, times))

    def well_behaved(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def drip(self, to: socket.socket, response: Response) -> None:
        """A byte from time to time, for ever: a slow loris."""
        for byte in whole(response):
            if self.closing.wait(0.2):
                return
            to.sendall(bytes([byte]))

    def silence(self, to: socket.socket, _: Response) -> None:
        """No answer, and no end."""
        self.closing.wait()

    def __enter__(self) -> FaultyChannel:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        # closing alone does not wake who waits for a connection
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    block = connection.recv(4096)
                    if not block:
                        return
                    head += block
                path = head.split(b" ", 2)[1].decode(errors="replace")
                self.authorizations |= {value.decode() for value in re.findall(rb"(?i)authorization: (.*)\r\n", head)}
                file = self._folder / path.lstrip("/")
                there = file.is_file() and ".." not in path
                response = Response(200, file.read_bytes()) if there else Response(404, b"not found\n")
                self._next(path)(connection, response)
            except OSError:
                return  # the client went away

    def _next(self, path: str) -> Answer:
        with self._lock:
            self.paths.append(path)
            for position, (part, answer, times) in enumerate(self._faults):
                if part in path and times > 0:
                    self._faults[position] = (part, answer, times - 1)
                    return answer
        return properly
