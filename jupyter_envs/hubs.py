"""A BinderHub's stream of events: the only module that talks to one.

A stream is read in a thread of its own, so that it can be given up at any moment. It follows redirects, as a federation
needs them; a token goes to the address that it was given for and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib import request
from urllib.error import HTTPError

from jupyter_envs.binder import BuildEvent, EventReader
from jupyter_envs.redact import redact

# a hub says something at least every 30 seconds
SILENCE_SECONDS = 100.0
LONGEST_LINE = 1 << 20  # bytes
EVENTS = "text/event-stream"


class StreamLost(Exception):
    """The hub does not answer, or not any more; it may help to ask again."""


class StreamRefused(Exception):
    """The hub does not want to, whoever asks again."""


async def events(url: str, token: str = "", silence: float = SILENCE_SECONDS) -> AsyncGenerator[BuildEvent, None]:
    """The events of a build, until the hub ends the stream. Raises `StreamLost` and `StreamRefused`."""
    stream = _Stream(url, token, silence)
    loop = asyncio.get_running_loop()
    # not one of the loop's own threads: a build may take an hour
    thread = ThreadPoolExecutor(1, "binder-build")
    try:
        await loop.run_in_executor(thread, stream.open)
        while (event := await loop.run_in_executor(thread, stream.next)) is not None:
            yield event
    finally:
        stream.stop()
        thread.submit(stream.close)
        thread.shutdown(wait=False)


class _Stream:
    """Called from one thread, but for `stop`."""

    def __init__(self, url: str, token: str, silence: float) -> None:
        self._url = url
        self._token = token
        self._silence = silence
        self._sockets: list[socket.socket] = []
        self._stopped = False
        self._response: Any = None
        self._reader = EventReader()

    def open(self) -> None:
        asked = request.Request(self._url, headers={"Accept": EVENTS, "User-Agent": "jupyter-envs"})
        if self._token:
            # not sent to where a redirect leads
            asked.add_unredirected_header("Authorization", f"Bearer {self._token}")
        with _troubles():
            self._response = self._opener().open(asked, timeout=self._silence)
        kind = self._response.headers.get_content_type()
        if kind != EVENTS:
            raise StreamRefused(f"it answers with {redact(kind[:60])}, not with events; perhaps it wants a login")

    def next(self) -> BuildEvent | None:
        """The next event; None at the end."""
        with _troubles():
            while line := self._response.readline(LONGEST_LINE):
                if not line.endswith(b"\n"):
                    self._skip()
                    return BuildEvent("", ("An event of the hub was too long and is left out.",))
                if event := self._reader.feed(line.decode("utf-8", "replace").rstrip("\r\n")):
                    return event
        return None

    def stop(self) -> None:
        """Wake a thread that waits for the hub."""
        self._stopped = True
        for held in self._sockets:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give everything back."""
        if self._response is not None:
            self._response.close()
        for held in self._sockets:
            held.close()

    def _skip(self) -> None:
        self._reader.forget()
        while (rest := self._response.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass

    def _connected(self, connected: socket.socket) -> None:
        self._sockets.append(connected)
        if self._stopped:
            connected.close()

    def _opener(self) -> request.OpenerDirector:
        """Opens addresses of the web and no others (`urllib`'s own would open files too)."""
        opener = request.OpenerDirector()
        handlers = (request.ProxyHandler(), request.HTTPRedirectHandler(), request.HTTPDefaultErrorHandler())
        for handler in (*handlers, request.HTTPErrorProcessor(), *_watching(self._connected)):
            opener.add_handler(handler)
        return opener


def _watching(connected: Callable[[socket.socket], None]) -> tuple[request.BaseHandler, request.BaseHandler]:
    """`urllib`'s handlers, which tell of each connection."""

    class Plain(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            connected(self.sock)

    class Secure(http.client.HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            connected(self.sock)

    class PlainHandler(request.HTTPHandler):
        def http_open(self, asked: request.Request) -> http.client.HTTPResponse:
            return self.do_open(Plain, asked)

    class SecureHandler(request.HTTPSHandler):
        def https_open(self, asked: request.Request) -> http.client.HTTPResponse:
            return self.do_open(Secure, asked, context=ssl.create_default_context())

    return PlainHandler(), SecureHandler()


@contextlib.contextmanager
def _troubles() -> Iterator[None]:
    """What ends a stream early, in a few words."""
    try:
        yield
    except HTTPError as error:
        error.close()
        if error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR or error.code == http.HTTPStatus.TOO_MANY_REQUESTS:
            raise StreamLost(f"it answers {error.code}") from error
        raise StreamRefused(f"it answers {error.code} {http.client.responses.get(error.code, '')}".rstrip()) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise StreamLost(redact(str(reason))[:200] or type(error).__name__) from error
