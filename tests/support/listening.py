"""Listens to a server's events, and to the arguments of the programs that run, from threads of its own."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from .client import Client


class Listener:
    """A page that listens: keeps every message of the event bus. A context manager; entered means connected."""

    def __init__(self, client: Client) -> None:
        address = client.url.replace("http:", "ws:") + "api/events/subscribe"
        self._request = HTTPRequest(address, headers={"Authorization": f"token {client.token}"})
        self._connected = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.messages: list[str] = []

    @property
    def events(self) -> list[Any]:
        """The data of the messages so far."""
        return [json.loads(message) for message in list(self.messages)]

    def __enter__(self) -> Listener:
        self._thread.start()
        assert self._connected.wait(60), "the server does not let us listen"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set_result, None)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())

    async def _listen(self) -> None:
        self._stop = self._loop.create_future()
        connection = await websocket_connect(self._request, on_message_callback=self._keep)
        self._connected.set()
        await self._stop
        connection.close()

    def _keep(self, message: str | bytes | None) -> None:
        if message is not None:
            self.messages.append(message if isinstance(message, str) else message.decode())


class Arguments:
    """Reads the arguments of all programs again and again, as `ps` shows them to everybody. A context manager."""

    def __init__(self, interval: float = 0.1) -> None:
        self._interval = interval
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._seen: set[bytes] = set()

    @property
    def text(self) -> str:
        """All that was seen."""
        return b"\n".join(sorted(self._seen)).replace(b"\0", b" ").decode(errors="replace")

    def __enter__(self) -> Arguments:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(self._interval):
            self.look()

    def look(self) -> None:
        """Read them now."""
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    self._seen.add((process / "cmdline").read_bytes())
                except OSError:
                    continue  # it has ended
